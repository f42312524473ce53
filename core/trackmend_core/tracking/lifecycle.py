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
from trackmend_core.tracking.turns import Turns
from trackmend_core.types import (
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
        self._turns = Turns(settings.turns_max) if settings.turns_max > 0 else None
        self._returned: list[int] = []

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
        newborn = self._give_birth(candidates, association.free_candidates)
        self._go_on(association, candidates, newborn)
        at_birth = self.settings.number_at_birth
        if at_birth and newborn is not None:
            self._ids.number(self._tracks.ids)
        boxes_xyxy = self._drop_duplicates(pins)
        if self._turns is not None:
            boxes_xyxy = self._drop_who_takes_turns(self._turns, boxes_xyxy)
        if not at_birth:
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
        some_pinned = np.count_nonzero(candidates.pins)
        if some_pinned:
            strong |= candidates.pins.take(free) > 0
        rows = free.take(strong.nonzero()[0])
        if not len(rows):
            return None
        newborn = TrackTable.born(candidates, rows, frame=self._frame, motion_kind=self.motion_kind)
        newborn.confirmed[:] = self._frame == 1 or not self.settings.confirm_births
        if some_pinned:
            np.logical_or(newborn.confirmed, newborn.pins > 0, out=newborn.confirmed)
        return newborn

    def _go_on(
        self, association: Association, candidates: Candidates, newborn: TrackTable | None
    ) -> None:
        """Forget what has ended, order the table as seen, newborn, returned, lost, and extend it.

        The order comes first: then what the detections extend stands in one piece.
        """
        tracks, matched = self._tracks, association.track_rows
        seen_count = len(tracks) - np.count_nonzero(tracks.lost)
        is_matched = np.zeros(len(tracks), np.bool_)
        is_matched[matched] = True
        remembered = tracks.confirmed & ~is_matched
        expired = (self._frame - tracks.last_frames) > self.settings.max_frames_lost
        if self.settings.zombie_frame:
            remembered &= ~tracks.doomed
            expired &= tracks.lost
            expired &= ~is_matched
            np.logical_or(tracks.doomed, expired, out=tracks.doomed)
        else:
            remembered &= ~expired
        kept = remembered.nonzero()[0]
        first_lost = kept.searchsorted(seen_count)
        order = np.concatenate((matched, kept[first_lost:], kept[:first_lost]))
        self._tracks = tracks = tracks.select(order)
        tracks.lost[len(matched) :] = True
        tracks.continue_first(
            candidates, association.candidate_rows, frame=self._frame, settings=self.settings
        )
        if self._turns is None and newborn is None:
            return
        returned = int(matched.searchsorted(seen_count))
        self._returned = tracks.ids[returned : len(matched)].tolist()
        if newborn is not None:
            self._tracks = tracks.with_others_at(returned, newborn) if len(tracks) else newborn

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

    def _drop_who_takes_turns(self, turns: Turns, boxes_xyxy: Float64Array) -> Float64Array:
        dropped = turns.step(self._tracks, boxes_xyxy, self._returned, frame=self._frame)
        if not len(dropped):
            return boxes_xyxy
        kept = np.delete(np.arange(len(self._tracks)), dropped)
        self._tracks = self._tracks.select(kept)
        return boxes_xyxy.take(kept, axis=0)

    def _output(self, boxes_xyxy: Float64Array) -> list[TrackedBox]:
        tracks = self._tracks
        seen_count = len(tracks) - np.count_nonzero(tracks.lost)
        confirmed = tracks.confirmed[:seen_count]
        everybody = np.count_nonzero(confirmed) == seen_count
        rows = slice(seen_count) if everybody else confirmed.nonzero()[0]
        seen = tracked_boxes(tracks, rows, boxes_xyxy=boxes_xyxy[rows])
        if self._hidden is not None:
            seen += self._hidden.step(tracks, boxes_xyxy, seen, frame=self._frame)
        return seen
