"""Where else was this person? The moments of a run that look most like one appearance."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.project import LayerArrays
from trackmend_core.review.scene import SeenDetections
from trackmend_core.similarity import fits_map, learnt_part
from trackmend_core.types import BoolArray, DetectionId, FloatArray, IntArray, TrackId

_CHUNK: Final = 65_536
_STRIPES: Final = 8
"""Detections of no track are told apart by where they are, in so many stripes of the frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One place and time that looks like what is looked for.

    Attributes:
        detection_id: what was seen there.
        frame_index: 0-based.
        box_xyxy: pixels of the source frame.
        cosine: -1..1.
        track_id: whose box it is now, None if it is nobody's.
        number: what people call that track.
    """

    detection_id: DetectionId
    frame_index: int
    box_xyxy: tuple[float, float, float, float]
    cosine: float
    track_id: TrackId | None
    number: int | None


def best_moments(
    query: FloatArray,
    detections: SeenDetections,
    layer: LayerArrays,
    *,
    apart_frames: int,
    count: int,
    without: TrackId | None = None,
    least_score: float = 0.0,
) -> list[Moment]:
    """Return the moments most like an appearance, best first.

    A person stands in a video for many frames that look alike, so each track gives at most one
    moment within `apart_frames`.

    Args:
        query: (D,) float32, unit length; a shorter one, from a map, is compared with what the model
            learnt, without the colours beside it.
        detections: all of the run.
        layer: whose detections they are now.
        apart_frames: moments of one track are so many frames apart.
        count: at most so many.
        without: leave out this track, to see where it goes on under another number.
        least_score: detections that belong to no track count from this score on.

    Raises:
        ValueError: the query is of another model than the embeddings.
    """
    if not len(detections.ids):
        return []
    if not fits_map(detections.embeddings.shape[1], len(query)):
        raise ValueError(f"a query of {query.shape} for embeddings of another model")
    cosines = _cosines(query, detections)
    owners = _owners(detections, layer)
    wanted = (owners >= 0) | (detections.scores >= least_score)
    if without is not None:
        wanted &= owners != int(without)
    rows = _best_of_each_window(
        cosines, owners, detections.frames, wanted=wanted, window=max(1, apart_frames)
    )
    chosen = _apart(rows, owners, detections.frames, apart_frames=apart_frames, count=count)
    return [_moment(row, cosines, owners, detections, layer) for row in chosen]


def _cosines(query: FloatArray, detections: SeenDetections) -> FloatArray:
    found = np.empty(len(detections.ids), np.float32)
    is_part = len(query) < detections.embeddings.shape[1]
    for start in range(0, len(found), _CHUNK):
        part = detections.embeddings[start : start + _CHUNK].astype(np.float32)
        if is_part:
            part = learnt_part(part, len(query))
        found[start : start + _CHUNK] = np.einsum("nd,d->n", part, query)
    return found


def _owners(detections: SeenDetections, layer: LayerArrays) -> IntArray:
    """Return (E,) the track of each detection; of one without, a negative stripe of the frame."""
    boxes = detections.boxes_xyxy
    centres = (boxes[:, 0] + boxes[:, 2]) / 2
    width = max(float(boxes[:, 2].max()), 1.0)
    stripes = np.clip(centres / width * _STRIPES, 0, _STRIPES - 1).astype(np.int64)
    owners: IntArray = -1 - stripes
    rows = detections.rows_of(layer.detection_ids)
    owners[rows[rows >= 0]] = layer.track_ids[rows >= 0]
    return owners


def _best_of_each_window(
    cosines: FloatArray,
    owners: IntArray,
    frames: IntArray,
    *,
    wanted: BoolArray,
    window: int,
) -> IntArray:
    """Return the rows that are best in their owner's window of frames, best first."""
    rows = np.flatnonzero(wanted)
    order = rows[np.lexsort((-cosines[rows], frames[rows] // window, owners[rows]))]
    windows = frames[order] // window
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(owners[order]) != 0) | (np.diff(windows) != 0)
    best = order[first]
    found: IntArray = best[np.argsort(-cosines[best], kind="stable")]
    return found


def _apart(
    rows: IntArray, owners: IntArray, frames: IntArray, *, apart_frames: int, count: int
) -> list[int]:
    chosen: list[int] = []
    taken: dict[int, list[int]] = {}
    for row in rows.tolist():
        frame, mine = int(frames[row]), taken.setdefault(int(owners[row]), [])
        if all(abs(frame - other) >= apart_frames for other in mine):
            mine.append(frame)
            chosen.append(row)
            if len(chosen) == count:
                break
    return chosen


def _moment(
    row: int,
    cosines: FloatArray,
    owners: IntArray,
    detections: SeenDetections,
    layer: LayerArrays,
) -> Moment:
    x1, y1, x2, y2 = (float(side) for side in detections.boxes_xyxy[row])
    owner = TrackId(int(owners[row]))
    is_tracked = owner >= 0
    return Moment(
        detection_id=DetectionId(int(detections.ids[row])),
        frame_index=int(detections.frames[row]),
        box_xyxy=(x1, y1, x2, y2),
        cosine=float(cosines[row]),
        track_id=owner if is_tracked else None,
        number=layer.numbers[owner] if is_tracked else None,
    )
