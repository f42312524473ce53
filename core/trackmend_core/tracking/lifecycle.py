"""How tracks are born, confirmed, lost, found again and forgotten, whatever pairs them.

FairMOT, ByteTrack and BoT-SORT share this course, which comes down from JDE's released code.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection

import numpy as np

from trackmend_core.tracking.candidates import Candidates, select_candidates
from trackmend_core.tracking.costs import overlap_distances
from trackmend_core.tracking.kalman import MotionStates
from trackmend_core.tracking.matching import Association
from trackmend_core.tracking.motion import Motion
from trackmend_core.tracking.output import IdCounter, tracked_boxes
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import BoolArray, FrameDetections, ImageArray, IntArray, TrackedBox


class Lifecycle(ABC):
    """One step of a tracker, with the matching left open."""

    motion_kind: type[Motion] = MotionStates
    wants_image = False

    def __init__(self, settings: TrackerSettings) -> None:
        self.settings = settings
        self._frame = 0
        self._ids = IdCounter()
        self._tracks = TrackTable.empty(self.motion_kind)

    @abstractmethod
    def associate(self, tracks: TrackTable, candidates: Candidates) -> Association:
        """Pair predicted tracks with the candidates of the frame."""

    def lowest_score(self) -> float:
        """Return the score at or below which a detection takes no part at all."""
        return self.settings.score_threshold

    def follow_camera(  # noqa: B027 - most methods have no eye for the picture
        self, image: ImageArray | None, candidates: Candidates
    ) -> None:
        """Move the predicted tracks with the picture."""

    def step(
        self,
        detections: FrameDetections,
        image: ImageArray | None,
        *,
        pins: IntArray | None = None,
        ended: Collection[int] = (),
    ) -> list[TrackedBox]:
        """Take the next frame; see `Tracker.step`."""
        if ended:
            lasting = ~np.isin(self._tracks.pins, [*ended])
            self._tracks = self._tracks.select(np.flatnonzero(lasting))
        candidates = select_candidates(detections, score_threshold=self.lowest_score(), pins=pins)
        self._check_embedding_length(candidates)
        self._frame += 1
        self._predict()
        self.follow_camera(image, candidates)
        association = self.associate(self._tracks, candidates)
        was_lost = self._tracks.lost.copy()
        self._tracks.continue_with(
            association.track_rows,
            candidates.select(association.candidate_rows),
            frame=self._frame,
            settings=self.settings,
        )
        matched = np.zeros(len(self._tracks), np.bool_)
        matched[association.track_rows] = True
        newborn = self._give_birth(candidates, association.free_candidates)
        self._rearrange(newborn, matched=matched, was_lost=was_lost)
        if self.settings.number_at_birth:
            self._ids.number(self._tracks.ids)
        self._drop_duplicates(pins)
        self._ids.number(self._tracks.ids, entitled=self._tracks.confirmed)
        return self._output()

    def _check_embedding_length(self, candidates: Candidates) -> None:
        expected, given = self._tracks.features.shape[1], candidates.features.shape[1]
        if len(self._tracks) and len(candidates) and expected != given:
            raise ValueError(f"embeddings had {expected} values so far, now {given}")

    def _predict(self) -> None:
        if not self.settings.use_motion:
            return
        tracks = self._tracks
        moving = tracks.confirmed | self.settings.predict_unconfirmed
        rows = np.flatnonzero(moving)
        tracks.motion.predict(rows, freeze_height=tracks.lost[rows])

    def _give_birth(self, candidates: Candidates, free: IntArray) -> TrackTable:
        scores = candidates.scores[free]
        strong = free[
            (scores >= self.settings.birth_score_threshold)
            & (scores > self.settings.score_threshold)
            | (candidates.pins[free] > 0)
        ]
        newborn = TrackTable.born(
            candidates, strong, frame=self._frame, motion_kind=self.motion_kind
        )
        newborn.confirmed[:] = self._frame == 1 or not self.settings.confirm_births
        newborn.confirmed |= newborn.pins > 0
        return newborn

    def _rearrange(self, newborn: TrackTable, *, matched: BoolArray, was_lost: BoolArray) -> None:
        """Order the table as seen, newborn, returned, lost, and forget what has ended."""
        tracks = self._tracks
        tracks.lost |= ~matched & tracks.confirmed
        remembered = ~matched & tracks.confirmed & ~tracks.doomed
        expired = (self._frame - tracks.last_frames) > self.settings.max_frames_lost
        if self.settings.zombie_frame:
            tracks.doomed |= expired & was_lost
        else:
            remembered &= ~expired
        order = [
            np.flatnonzero(matched & ~was_lost),
            len(tracks) + np.arange(len(newborn)),
            np.flatnonzero(matched & was_lost),
            np.flatnonzero(remembered & was_lost),
            np.flatnonzero(remembered & ~was_lost),
        ]
        self._tracks = tracks.followed_by(newborn).select(np.concatenate(order))

    def _drop_duplicates(self, pins: IntArray | None) -> None:
        """Where a seen and a lost track cover one another, keep the one that lived longer.

        One that was seen in a detection with a pin stays.
        """
        tracks = self._tracks
        seen, lost = np.flatnonzero(~tracks.lost), np.flatnonzero(tracks.lost)
        if not len(seen) or not len(lost):
            return
        boxes = tracks.motion.boxes_xyxy()
        distances = overlap_distances(
            boxes[seen], boxes[lost], inclusive=self.settings.inclusive_iou
        )
        doubled = distances < 1.0 - self.settings.duplicate_iou_min
        if not self.settings.match_across_classes:
            doubled &= tracks.class_ids[seen][:, None] == tracks.class_ids[lost][None, :]
        if not doubled.any():
            return
        ages = tracks.last_frames - tracks.first_frames
        seen_is_older = ages[seen][:, None] > ages[lost][None, :]
        kept = np.ones(len(tracks), np.bool_)
        kept[lost[(doubled & seen_is_older).any(axis=0)]] = False
        beaten = (doubled & ~seen_is_older).any(axis=1)
        if pins is not None:
            beaten &= pins[tracks.indices[seen]] == 0
        kept[seen[beaten]] = False
        self._tracks = tracks.select(np.flatnonzero(kept))

    def _output(self) -> list[TrackedBox]:
        tracks = self._tracks
        rows = np.flatnonzero(tracks.confirmed & ~tracks.lost)
        return tracked_boxes(tracks, rows, boxes_xyxy=tracks.motion.boxes_xyxy()[rows])
