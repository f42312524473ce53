"""OC-SORT: SORT whose pairs keep their direction, with recovery at the last observation.

The box put out is the observation, as in the released code, not the filter's.
"""

from dataclasses import dataclass

import numpy as np

from trackmend_core.tracking.assignment import Matches
from trackmend_core.tracking.candidates import Candidates, select_candidates
from trackmend_core.tracking.columns import Columns
from trackmend_core.tracking.method_settings import OcSortSettings
from trackmend_core.tracking.methods.area_kalman import AreaStates
from trackmend_core.tracking.methods.observations import Observations, directions, relive
from trackmend_core.tracking.methods.sort import class_overlaps, most_overlap, newborn_rows
from trackmend_core.tracking.output import NO_ID, IdCounter, tracked_boxes
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections, ImageArray, IntArray, TrackedBox


@dataclass(slots=True, kw_only=True)
class _Tracks(Columns):
    ids: IntArray
    motion: AreaStates
    observed_motion: AreaStates
    """The states as they were after the last detection."""
    observations: Observations
    scores: Float64Array
    class_ids: IntArray
    indices: IntArray
    missed: IntArray
    """Frames since the last detection."""
    streaks: IntArray
    """Detections in a row after the birth."""


class OcSort:
    """Momentum (OCM), recovery (OCR) and re-update (ORU).

    Source: Cao et al. (CVPR 2023), section 4.
    """

    wants_image = False

    def __init__(self, settings: TrackerSettings) -> None:
        assert isinstance(settings.method, OcSortSettings)
        self._settings, self._own = settings, settings.method
        self._ids = IdCounter()
        self._frame = 0
        nothing = select_candidates(FrameDetections.empty(), score_threshold=0.0)
        self._tracks = self._born(nothing, np.zeros(0, np.int64))

    def step(self, detections: FrameDetections, image: ImageArray | None) -> list[TrackedBox]:  # noqa: ARG002 - part of the seam
        """Take the next frame; see `Tracker.step`."""
        candidates = select_candidates(detections, score_threshold=self._settings.score_threshold)
        self._frame += 1
        tracks = self._tracks
        tracks.motion.predict()
        tracks.streaks[tracks.missed > 0] = 0
        tracks.missed += 1
        tracks.observations.age()
        matches = self._with_recovered(self._by_momentum(candidates), candidates)
        self._continue(matches.rows, candidates.select(matches.columns))
        born = newborn_rows(candidates, matches.columns, settings=self._settings)
        tracks = tracks.followed_by(self._born(candidates, born))
        self._tracks = tracks.select(tracks.missed <= self._settings.max_frames_lost)
        return self._output()

    def _by_momentum(self, candidates: Candidates) -> Matches:
        """Pair by overlap plus what a pair gains by keeping the direction of the track."""
        tracks = self._tracks
        overlaps = class_overlaps(
            tracks.motion.boxes_xyxy(), tracks.class_ids, candidates, settings=self._settings
        )
        earlier = tracks.observations.earlier()
        ahead = directions(earlier[:, None], candidates.boxes_xyxy[None])
        cosine = (ahead * tracks.observations.headings[:, None]).sum(axis=2)
        gain = 0.5 - np.abs(np.arccos(np.clip(cosine, -1.0, 1.0))) / np.pi
        gain *= self._own.direction_weight * candidates.scores[None, :]
        gain[~tracks.observations.has_heading] = 0.0
        gain[overlaps <= 0.0] = 0.0
        return most_overlap(overlaps + gain, overlaps=overlaps, iou_min=self._own.iou_min)

    def _with_recovered(self, matches: Matches, candidates: Candidates) -> Matches:
        """Try what is left again where each track was last observed."""
        tracks = self._tracks
        rows = np.setdiff1d(np.arange(len(tracks.ids)), matches.rows)
        columns = np.setdiff1d(np.arange(len(candidates)), matches.columns)
        if not (self._own.recover and len(rows) and len(columns)):
            return matches
        overlaps = class_overlaps(
            tracks.observations.last_xyxy[rows],
            tracks.class_ids[rows],
            candidates.select(columns),
            settings=self._settings,
        )
        more = most_overlap(overlaps, overlaps=overlaps, iou_min=self._own.iou_min)
        return Matches(
            np.concatenate([matches.rows, rows[more.rows]]),
            np.concatenate([matches.columns, columns[more.columns]]),
        )

    def _continue(self, rows: IntArray, seen: Candidates) -> None:
        tracks = self._tracks
        if self._own.reupdate:
            for place in np.flatnonzero(tracks.missed[rows] > 1):
                row = rows[place : place + 1]
                tracks.motion.put(
                    row,
                    relive(
                        tracks.observed_motion.select(row),
                        tracks.observations.last_xyxy[row[0]],
                        seen.boxes_xyxy[place],
                        frames=int(tracks.missed[row[0]]),
                    ),
                )
        tracks.motion.update(rows, seen.boxes_xyah)
        tracks.observed_motion.put(rows, tracks.motion.select(rows))
        tracks.observations.observe(rows, seen.boxes_xyxy)
        tracks.scores[rows], tracks.indices[rows] = seen.scores, seen.indices
        tracks.missed[rows] = 0
        tracks.streaks[rows] += 1

    def _born(self, candidates: Candidates, rows: IntArray) -> _Tracks:
        motion = AreaStates.start(candidates.boxes_xyah[rows])
        return _Tracks(
            ids=np.full(len(rows), NO_ID, np.int64),
            motion=motion,
            observed_motion=motion.select(np.arange(len(rows))),
            observations=Observations.start(
                candidates.boxes_xyxy[rows], frames=self._own.direction_frames
            ),
            scores=candidates.scores[rows],
            class_ids=candidates.class_ids[rows],
            indices=candidates.indices[rows],
            missed=np.zeros(len(rows), np.int64),
            streaks=np.zeros(len(rows), np.int64),
        )

    def _output(self) -> list[TrackedBox]:
        tracks = self._tracks
        proven = (tracks.streaks >= self._own.min_hits) | (self._frame <= self._own.min_hits)
        shown = (tracks.missed == 0) & proven
        self._ids.number(tracks.ids, entitled=shown)
        rows = np.flatnonzero(shown)
        return tracked_boxes(tracks, rows, boxes_xyxy=tracks.observations.last_xyxy[rows])
