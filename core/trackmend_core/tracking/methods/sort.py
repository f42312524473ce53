"""SORT: predict with a Kalman filter, pair by overlap, forget soon."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.tracking.assignment import Matches
from trackmend_core.tracking.candidates import Candidates, select_candidates
from trackmend_core.tracking.columns import Columns
from trackmend_core.tracking.costs import overlap_distances
from trackmend_core.tracking.method_settings import SortSettings
from trackmend_core.tracking.methods.area_kalman import AreaStates
from trackmend_core.tracking.output import NO_ID, IdCounter, tracked_boxes
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections, ImageArray, IntArray, TrackedBox


@dataclass(slots=True, kw_only=True)
class _Tracks(Columns):
    ids: IntArray
    motion: AreaStates
    scores: Float64Array
    class_ids: IntArray
    indices: IntArray
    missed: IntArray
    """Frames since the last detection."""
    streaks: IntArray
    """Detections in a row after the birth."""


class Sort:
    """Source: Bewley et al. (ICIP 2016), section 3."""

    wants_image = False

    def __init__(self, settings: TrackerSettings) -> None:
        assert isinstance(settings.method, SortSettings)
        self._settings, self._own = settings, settings.method
        self._ids = IdCounter()
        self._frame = 0
        nothing = select_candidates(FrameDetections.empty(), score_threshold=0.0)
        self._tracks = _born(nothing, np.zeros(0, np.int64))

    def step(self, detections: FrameDetections, image: ImageArray | None) -> list[TrackedBox]:  # noqa: ARG002 - part of the seam
        """Take the next frame; see `Tracker.step`."""
        candidates = select_candidates(detections, score_threshold=self._settings.score_threshold)
        self._frame += 1
        tracks = self._tracks
        tracks.motion.predict()
        tracks.streaks[tracks.missed > 0] = 0
        tracks.missed += 1
        overlaps = class_overlaps(
            tracks.motion.boxes_xyxy(), tracks.class_ids, candidates, settings=self._settings
        )
        matches = most_overlap(overlaps, overlaps=overlaps, iou_min=self._own.iou_min)
        rows, seen = matches.rows, candidates.select(matches.columns)
        tracks.motion.update(rows, seen.boxes_xyah)
        tracks.scores[rows], tracks.indices[rows] = seen.scores, seen.indices
        tracks.missed[rows] = 0
        tracks.streaks[rows] += 1
        born = newborn_rows(candidates, matches.columns, settings=self._settings)
        tracks = tracks.followed_by(_born(candidates, born))
        self._tracks = tracks.select(tracks.missed <= self._settings.max_frames_lost)
        return self._output()

    def _output(self) -> list[TrackedBox]:
        tracks = self._tracks
        proven = (tracks.streaks >= self._own.min_hits) | (self._frame <= self._own.min_hits)
        shown = (tracks.missed == 0) & proven
        self._ids.number(tracks.ids, entitled=shown)
        rows = np.flatnonzero(shown)
        return tracked_boxes(tracks, rows, boxes_xyxy=tracks.motion.boxes_xyxy()[rows])


def _born(candidates: Candidates, rows: IntArray) -> _Tracks:
    return _Tracks(
        ids=np.full(len(rows), NO_ID, np.int64),
        motion=AreaStates.start(candidates.boxes_xyah[rows]),
        scores=candidates.scores[rows],
        class_ids=candidates.class_ids[rows],
        indices=candidates.indices[rows],
        missed=np.zeros(len(rows), np.int64),
        streaks=np.zeros(len(rows), np.int64),
    )


def newborn_rows(candidates: Candidates, taken: IntArray, *, settings: TrackerSettings) -> IntArray:
    """Return the candidates that begin a track: not taken, and sure enough."""
    free = candidates.scores >= settings.birth_score_threshold
    free[taken] = False
    return np.flatnonzero(free)


def class_overlaps(
    boxes_xyxy: Float64Array,
    class_ids: IntArray,
    candidates: Candidates,
    *,
    settings: TrackerSettings,
) -> Float64Array:
    """Return the IoU of (T, 4) boxes with D candidates, (T, D); 0 between different classes."""
    overlaps = 1.0 - overlap_distances(boxes_xyxy, candidates.boxes_xyxy)
    if not settings.match_across_classes:
        overlaps[class_ids[:, None] != candidates.class_ids[None, :]] = 0.0
    return overlaps


def most_overlap(worths: Float64Array, *, overlaps: Float64Array, iou_min: float) -> Matches:
    """Pair so that the total worth is largest, then take apart pairs that overlap too little."""
    rows, columns = linear_sum_assignment(worths, maximize=True)
    kept = overlaps[rows, columns] >= max(iou_min, 1e-9)
    return Matches(rows[kept], columns[kept])
