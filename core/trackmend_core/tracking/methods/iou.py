"""The IOU tracker: a track goes on with the box that overlaps its last one most.

Follows algorithm 1 of Bochinski et al., High-Speed Tracking-by-Detection Without Using Image
Information (AVSS 2017). There a finished track is dropped if it is short or never sure; online a
track is shown from the box on with which it is neither, so its first boxes are missing.
"""

from dataclasses import dataclass

import numpy as np

from trackmend_core.tracking.candidates import select_candidates
from trackmend_core.tracking.columns import Columns
from trackmend_core.tracking.costs import overlap_distances
from trackmend_core.tracking.method_settings import IouSettings
from trackmend_core.tracking.output import NO_ID, IdCounter, tracked_boxes
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections, ImageArray, IntArray, TrackedBox


@dataclass(slots=True, kw_only=True)
class _Tracks(Columns):
    ids: IntArray
    boxes_xyxy: Float64Array
    scores: Float64Array
    peak_scores: Float64Array
    lengths: IntArray
    class_ids: IntArray
    indices: IntArray


class IouTracker:
    """Source: Bochinski et al. (AVSS 2017), algorithm 1."""

    wants_image = False

    def __init__(self, settings: TrackerSettings) -> None:
        assert isinstance(settings.method, IouSettings)
        self._settings, self._own = settings, settings.method
        self._ids = IdCounter()
        self._tracks: _Tracks | None = None

    def step(self, detections: FrameDetections, image: ImageArray | None) -> list[TrackedBox]:  # noqa: ARG002 - part of the seam
        """Take the next frame; see `Tracker.step`."""
        candidates = select_candidates(detections, score_threshold=self._settings.score_threshold)
        seen = _Tracks(
            ids=np.full(len(candidates), NO_ID, np.int64),
            boxes_xyxy=candidates.boxes_xyxy,
            scores=candidates.scores,
            peak_scores=candidates.scores.copy(),
            lengths=np.ones(len(candidates), np.int64),
            class_ids=candidates.class_ids,
            indices=candidates.indices,
        )
        rows, columns = self._pairs(seen)
        free = np.ones(len(candidates), np.bool_)
        free[columns] = False
        born = np.flatnonzero(free & (seen.scores >= self._settings.birth_score_threshold))
        if self._tracks is not None:
            seen.ids[columns] = self._tracks.ids[rows]
            seen.lengths[columns] += self._tracks.lengths[rows]
            seen.peak_scores[columns] = np.maximum(
                seen.scores[columns], self._tracks.peak_scores[rows]
            )
        # A track without a box is finished: what is left are those that go on, in their order.
        self._tracks = tracks = seen.select(np.concatenate([columns, born]))
        shown = (tracks.lengths >= self._own.min_boxes) & (
            tracks.peak_scores >= self._own.peak_score_min
        )
        self._ids.number(tracks.ids, entitled=shown)
        shown_rows = np.flatnonzero(shown)
        return tracked_boxes(tracks, shown_rows, boxes_xyxy=tracks.boxes_xyxy[shown_rows])

    def _pairs(self, seen: _Tracks) -> tuple[IntArray, IntArray]:
        """Let each track in its turn take the free box that overlaps it most."""
        rows: list[int] = []
        columns: list[int] = []
        if self._tracks is not None and len(seen.ids):
            overlaps = 1.0 - overlap_distances(self._tracks.boxes_xyxy, seen.boxes_xyxy)
            if not self._settings.match_across_classes:
                overlaps[self._tracks.class_ids[:, None] != seen.class_ids[None, :]] = -1.0
            for row, overlap in enumerate(overlaps):
                best = int(overlap.argmax())
                if overlap[best] >= self._own.iou_min:
                    rows.append(row)
                    columns.append(best)
                    overlaps[:, best] = -1.0
        return np.array(rows, np.int64), np.array(columns, np.int64)
