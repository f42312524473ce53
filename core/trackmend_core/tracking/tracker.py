"""The online tracker: predict, match, give birth, forget.

Follows the cascade of FairMOT section 3.5.2 and of its released code. Where that code is a habit
rather than an intention, `TrackerSettings` says which of the two is meant.
"""

import numpy as np

from trackmend_core.tracking.candidates import Candidates, select_candidates
from trackmend_core.tracking.cascade import associate
from trackmend_core.tracking.costs import overlap_distances
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import NO_ID, TrackTable
from trackmend_core.types import BoolArray, FrameDetections, IntArray, TrackedBox


class Tracker:
    """Gives detections ids, frame after frame; ids count from 1 for each instance.

    Memory and time per frame depend on the tracks that are alive, not on the length of the video.
    """

    def __init__(self, settings: TrackerSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget everything: the next frame is the first, the next id is 1."""
        self._frame = 0
        self._next_id = 1
        self._tracks = TrackTable.empty()

    def step(self, detections: FrameDetections) -> list[TrackedBox]:
        """Take the next frame and return the confirmed tracks seen in it.

        Detections at or below the score threshold and boxes without area take no part. A box put
        out is the filtered one, not the detection's, and is not clipped to the frame.

        Args:
            detections: of the whole frame, also the doubtful ones, in any order.

        Raises:
            ValueError: a value is not finite, or embeddings change their length on the way.
        """
        candidates = select_candidates(detections, score_threshold=self.settings.score_threshold)
        self._check_embedding_length(candidates)
        self._frame += 1
        self._predict()
        association = associate(self._tracks, candidates, settings=self.settings)
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
            self._number()
        self._drop_duplicates()
        self._number()
        return self._output()

    def _check_embedding_length(self, candidates: Candidates) -> None:
        expected, given = self._tracks.features.shape[1], candidates.features.shape[1]
        if len(self._tracks) and len(candidates) and expected != given:
            raise ValueError(f"embeddings had {expected} values so far, now {given}")

    def _predict(self) -> None:
        tracks = self._tracks
        moving = tracks.confirmed | self.settings.predict_unconfirmed
        rows = np.flatnonzero(moving)
        tracks.motion.predict(rows, freeze_height=tracks.lost[rows])

    def _give_birth(self, candidates: Candidates, free: IntArray) -> TrackTable:
        strong = free[candidates.scores[free] >= self.settings.birth_score_threshold]
        newborn = TrackTable.born(candidates, strong, frame=self._frame)
        newborn.confirmed[:] = self._frame == 1
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

    def _drop_duplicates(self) -> None:
        """Where a seen and a lost track cover one another, keep the one that lived longer."""
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
        kept[seen[(doubled & ~seen_is_older).any(axis=1)]] = False
        self._tracks = tracks.select(np.flatnonzero(kept))

    def _number(self) -> None:
        tracks = self._tracks
        entitled = tracks.confirmed | self.settings.number_at_birth
        nameless = np.flatnonzero((tracks.ids == NO_ID) & entitled)
        tracks.ids[nameless] = self._next_id + np.arange(len(nameless))
        self._next_id += len(nameless)

    def _output(self) -> list[TrackedBox]:
        tracks = self._tracks
        rows = np.flatnonzero(tracks.confirmed & ~tracks.lost)
        boxes = tracks.motion.boxes_xyxy()[rows]
        columns = zip(
            tracks.ids[rows].tolist(),
            tracks.scores[rows].tolist(),
            tracks.class_ids[rows].tolist(),
            tracks.indices[rows].tolist(),
            boxes,
            strict=True,
        )
        return [
            TrackedBox(
                track_id=track_id,
                box_xyxy=box,
                score=score,
                class_id=class_id,
                detection_index=index,
            )
            for track_id, score, class_id, index, box in columns
        ]
