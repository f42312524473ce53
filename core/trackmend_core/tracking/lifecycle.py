"""How tracks are born, confirmed, lost, found again and forgotten, whatever pairs them.

FairMOT, ByteTrack and BoT-SORT share this course, which comes down from JDE's released code.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection

import numpy as np

from trackmend_core.tracking.candidates import Candidates, select_candidates
from trackmend_core.tracking.costs import covering_pairs
from trackmend_core.tracking.hidden import HiddenTracks
from trackmend_core.tracking.kalman import MotionStates
from trackmend_core.tracking.matching import Association
from trackmend_core.tracking.motion import Motion
from trackmend_core.tracking.output import IdCounter, tracked_boxes
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import (
    BoolArray,
    Float64Array,
    FrameDetections,
    ImageArray,
    IntArray,
    TrackedBox,
)


class Lifecycle(ABC):
    """One step of a tracker, with the matching left open."""

    motion_kind: type[Motion] = MotionStates
    wants_image = False

    def __init__(self, settings: TrackerSettings) -> None:
        self.settings = settings
        self._frame = 0
        self._ids = IdCounter()
        self._tracks = TrackTable.empty(self.motion_kind)
        keeps = settings.hidden_frames > 0
        self._hidden = HiddenTracks(settings.hidden_frames) if keeps else None

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
            candidates,
            association.candidate_rows,
            frame=self._frame,
            settings=self.settings,
        )
        matched = np.zeros(len(self._tracks), np.bool_)
        matched[association.track_rows] = True
        newborn = self._give_birth(candidates, association.free_candidates)
        self._rearrange(newborn, matched=matched, was_lost=was_lost)
        if self.settings.number_at_birth:
            self._ids.number(self._tracks.ids)
        boxes_xyxy = self._drop_duplicates(pins)
        self._ids.number(self._tracks.ids, entitled=self._tracks.confirmed)
        return self._output(boxes_xyxy)

    def _check_embedding_length(self, candidates: Candidates) -> None:
        expected, given = self._tracks.features.shape[1], candidates.features.shape[1]
        if len(self._tracks) and len(candidates) and expected != given:
            raise ValueError(f"embeddings had {expected} values so far, now {given}")

    def _predict(self) -> None:
        if not self.settings.use_motion:
            return
        tracks = self._tracks
        moving = tracks.confirmed | self.settings.predict_unconfirmed
        rows = moving.nonzero()[0]
        tracks.motion.predict(rows, freeze_height=tracks.lost.take(rows))

    def _give_birth(self, candidates: Candidates, free: IntArray) -> TrackTable | None:
        """Return the tracks that begin with the free candidates, None if none does."""
        if not len(free):
            return None
        scores = candidates.scores.take(free)
        strong = scores >= self.settings.birth_score_threshold
        strong &= scores > self.settings.score_threshold
        strong |= candidates.pins.take(free) > 0
        rows = free.take(strong.nonzero()[0])
        if not len(rows):
            return None
        newborn = TrackTable.born(candidates, rows, frame=self._frame, motion_kind=self.motion_kind)
        newborn.confirmed[:] = self._frame == 1 or not self.settings.confirm_births
        np.logical_or(newborn.confirmed, newborn.pins > 0, out=newborn.confirmed)
        return newborn

    def _rearrange(
        self, newborn: TrackTable | None, *, matched: BoolArray, was_lost: BoolArray
    ) -> None:
        """Order the table as seen, newborn, returned, lost, and forget what has ended."""
        tracks = self._tracks
        remembered = tracks.confirmed & ~matched
        np.logical_or(tracks.lost, remembered, out=tracks.lost)
        remembered &= ~tracks.doomed
        expired = (self._frame - tracks.last_frames) > self.settings.max_frames_lost
        if self.settings.zombie_frame:
            expired &= was_lost
            np.logical_or(tracks.doomed, expired, out=tracks.doomed)
        else:
            remembered &= ~expired
        was_seen = ~was_lost
        order = [
            (matched & was_seen).nonzero()[0],
            (matched & was_lost).nonzero()[0],
            (remembered & was_lost).nonzero()[0],
            (remembered & was_seen).nonzero()[0],
        ]
        if newborn is not None:
            order.insert(1, len(tracks) + np.arange(len(newborn)))
            tracks = tracks.followed_by(newborn)
        self._tracks = tracks.select(np.concatenate(order))

    def _drop_duplicates(self, pins: IntArray | None) -> Float64Array:
        """Where a seen and a lost track cover one another, keep the one that lived longer.

        One that was seen in a detection with a pin stays. The boxes of what is left are returned,
        those of the seen tracks, which come first, before the others'.
        """
        tracks = self._tracks
        boxes = tracks.motion.boxes_xyxy()
        seen = len(tracks) - np.count_nonzero(tracks.lost)
        if seen in (0, len(tracks)):
            return boxes
        ones, others = covering_pairs(
            boxes[:seen],
            boxes[seen:],
            iou_min=self.settings.duplicate_iou_min,
            inclusive=self.settings.inclusive_iou,
        )
        if not len(ones):
            return boxes
        others += seen
        if not self.settings.match_across_classes:
            alike = tracks.class_ids[ones] == tracks.class_ids[others]
            ones, others = ones[alike], others[alike]
        ages = tracks.last_frames - tracks.first_frames
        seen_is_older = ages[ones] > ages[others]
        kept = np.ones(len(tracks), np.bool_)
        kept[others[seen_is_older]] = False
        beaten = ones[~seen_is_older]
        if pins is not None:
            beaten = beaten[pins[tracks.indices[beaten]] == 0]
        kept[beaten] = False
        rows = kept.nonzero()[0]
        self._tracks = tracks.select(rows)
        return boxes.take(rows, axis=0)

    def _output(self, boxes_xyxy: Float64Array) -> list[TrackedBox]:
        tracks = self._tracks
        rows = (tracks.confirmed & ~tracks.lost).nonzero()[0]
        seen = tracked_boxes(tracks, rows, boxes_xyxy=boxes_xyxy.take(rows, axis=0))
        if self._hidden is not None:
            seen += self._hidden.step(tracks, boxes_xyxy, seen, frame=self._frame)
        return seen
