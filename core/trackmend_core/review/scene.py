"""What the review looks at: the layer of a run and its embeddings, kept up to date after edits."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trackmend_core.growing_rows import GrowingRows
from trackmend_core.project import Changes, LayerArrays, Project
from trackmend_core.review.coverage import hidden_shares
from trackmend_core.review.track_view import NO_ROW, TrackView
from trackmend_core.types import Float64Array, FloatArray, IntArray, RunId, TrackId

OnStep = Callable[[], None]
"""Is called again and again while much is read or compared; raising ends the work."""


def go_on() -> None:
    """Let the work go on."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SeenDetections:
    """All detections of a run, by rising id, whether they belong to a track or not.

    Attributes:
        ids: (E,) int64.
        frames: (E,) int64, 0-based.
        boxes_xyxy: (E, 4) float32, pixels.
        scores: (E,) float32, 0..1.
        embeddings: (E, D) float16, unit length but for rounding.
    """

    ids: IntArray
    frames: IntArray
    boxes_xyxy: FloatArray
    scores: FloatArray
    embeddings: NDArray[np.float16]

    def rows_of(self, detection_ids: IntArray) -> IntArray:
        """Return the row of each detection, `NO_ROW` for one that is not of this run."""
        if not len(self.ids):
            return np.full(len(detection_ids), NO_ROW, np.int64)
        rows = np.minimum(np.searchsorted(self.ids, detection_ids), len(self.ids) - 1)
        found: IntArray = np.where(self.ids[rows] == detection_ids, rows, NO_ROW)
        return found


class Scene:
    """The tracks of one run as arrays.

    Attributes:
        run_id: whose layer it is.
        frame_rate: frames per second of the video.
        frame_count: of the video.
        stopped_at: the first frame that the run has not come to; None if it has seen them all.
        size: width and height of the video, pixels.
        tracks: by their id in the project.
        detections: what the model saw.
    """

    def __init__(
        self,
        project: Project,
        run_id: RunId,
        *,
        layer: LayerArrays | None = None,
        on_step: OnStep = go_on,
    ) -> None:
        """Read a run.

        Args:
            project: whose.
            run_id: which.
            layer: its boxes where they were read already, so that both tell of one moment.
            on_step: called again and again.

        Raises:
            UserError: there is no such run.
        """
        run = project.run(run_id)
        video = next(one for one in project.videos() if one.video_id == run.video_id)
        self.run_id = run_id
        self.video_id = run.video_id
        self.frame_rate = video.frame_rate
        self.frame_count = video.frame_count
        self.stopped_at = run.next_frame if run.next_frame < video.frame_count else None
        self.size = (video.width, video.height)
        self.detections = read_detections(project, run_id, on_step)
        on_step()
        if layer is None:
            layer = project.layer_arrays(run_id)
        on_step()
        hidden = hidden_shares(layer.frames, layer.boxes_xyxy)
        self.tracks: dict[TrackId, TrackView] = self._views(layer, hidden)

    @property
    def box_count(self) -> int:
        """Return how many boxes the layer has."""
        return sum(len(track) for track in self.tracks.values())

    def copy_without_tracks(self) -> "Scene":
        """Return a scene of the same run and detections that has no tracks yet."""
        fresh = copy(self)
        fresh.tracks = {}
        return fresh

    def embeddings(self, rows: IntArray) -> FloatArray:
        """Return (N, D) float32 embeddings; a row of zeros where there is none."""
        missing = rows < 0
        if not missing.any():
            return self.detections.embeddings[rows].astype(np.float32)
        found = self.detections.embeddings[np.maximum(rows, 0)].astype(np.float32)
        found[missing] = 0.0
        return found

    def update(self, project: Project, changes: Changes) -> frozenset[TrackId]:
        """Take over an edit, an undo or a redo, and return the tracks that it touched.

        A box keeps what is known about how much of it is hidden, unless it is new or was moved.
        """
        touched = changes.tracks
        if changes.run_id != self.run_id or not touched:
            return frozenset()
        layer = project.layer_arrays(self.run_id, track_ids=touched)
        before = [self.tracks.pop(track_id) for track_id in touched if track_id in self.tracks]
        hidden = _carried_over(before, layer)
        fresh = np.unique(layer.frames[np.isnan(hidden)])
        if len(fresh):
            hidden = self._computed(layer, hidden, fresh)
        self.tracks.update(self._views(layer, hidden))
        return touched

    def _computed(self, layer: LayerArrays, hidden: Float64Array, frames: IntArray) -> Float64Array:
        """Fill what is not known of boxes in these frames."""
        mine = np.isin(layer.frames, frames)
        all_frames, all_boxes = [layer.frames[mine]], [layer.boxes_xyxy[mine]]
        for track in self.tracks.values():
            here = np.isin(track.frames, frames, assume_unique=True)
            all_frames.append(track.frames[here])
            all_boxes.append(track.boxes_xyxy[here])
        shares = hidden_shares(np.concatenate(all_frames), np.concatenate(all_boxes))
        filled = hidden.copy()
        filled[mine] = shares[: int(mine.sum())]
        return filled

    def _views(self, layer: LayerArrays, hidden: Float64Array) -> dict[TrackId, TrackView]:
        if not len(layer):
            return {}
        rows = self.detections.rows_of(layer.detection_ids)
        if not self.detections.embeddings.shape[1]:  # boxes that others gave may have none
            rows = np.full_like(rows, NO_ROW)
        ids, starts = np.unique(layer.track_ids, return_index=True)
        ends = [*starts[1:].tolist(), len(layer)]
        return {
            TrackId(track_id): TrackView(
                track_id=TrackId(track_id),
                number=layer.numbers[TrackId(track_id)],
                box_ids=layer.box_ids[start:end],
                frames=layer.frames[start:end],
                boxes_xyxy=layer.boxes_xyxy[start:end],
                scores=layer.scores[start:end],
                by_person=layer.by_person[start:end],
                embedding_rows=rows[start:end],
                coverage=hidden[start:end],
            )
            for track_id, start, end in zip(ids.tolist(), starts.tolist(), ends, strict=True)
        }


def numbers_of(tracks: Mapping[TrackId, TrackView]) -> dict[TrackId, int]:
    """Return what people read of each track."""
    return {track_id: track.number for track_id, track in tracks.items()}


def _carried_over(before: Iterable[TrackView], layer: LayerArrays) -> Float64Array:
    """Return (N,) what is known of each box of the layer, not a number where nothing is."""
    old = list(before)
    hidden = np.full(len(layer), np.nan)
    if not old or not len(layer):
        return hidden
    ids = np.concatenate([track.box_ids for track in old])
    order = np.argsort(ids)
    place = np.minimum(np.searchsorted(ids, layer.box_ids, sorter=order), len(ids) - 1)
    rows = order[place]
    boxes = np.concatenate([track.boxes_xyxy for track in old])[rows]
    same = (ids[rows] == layer.box_ids) & (boxes == layer.boxes_xyxy).all(axis=1)
    hidden[same] = np.concatenate([track.coverage for track in old])[rows][same]
    return hidden


def read_detections(project: Project, run_id: RunId, on_step: OnStep = go_on) -> SeenDetections:
    """Return all detections of a run; they never change, so this is read once."""
    ids, frames = GrowingRows(np.int64), GrowingRows(np.int64)
    boxes, scores = GrowingRows(np.float32), GrowingRows(np.float32)
    embeddings = GrowingRows(np.float16)
    for columns in project.iter_detection_columns(run_id):
        on_step()
        if not len(columns.ids):
            continue
        ids.append(columns.ids)
        frames.append(columns.frames)
        boxes.append(columns.boxes_xyxy)
        scores.append(columns.scores)
        embeddings.append(columns.embeddings)
    seen = SeenDetections(
        ids=ids.take(),
        frames=frames.take(),
        boxes_xyxy=boxes.take().reshape(-1, 4),
        scores=scores.take(),
        embeddings=embeddings.take(),
    )
    if not len(seen.ids):
        return replace(seen, embeddings=np.zeros((1, 1), np.float16))
    if (np.diff(seen.ids) > 0).all():
        return seen
    order = np.argsort(seen.ids, kind="stable")
    return SeenDetections(
        ids=seen.ids[order],
        frames=seen.frames[order],
        boxes_xyxy=seen.boxes_xyxy[order],
        scores=seen.scores[order],
        embeddings=seen.embeddings[order],
    )
