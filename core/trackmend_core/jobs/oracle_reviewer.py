"""A reviewer who knows the truth: corrects the tracks of some frames with the edits people have.

Used to measure what corrections are worth. It goes through the frames as a person would: first it
gives everybody one track, then it takes out what is nobody, then it fills in who was missed. Every
change goes through the edit log and is counted; boxes that fit well enough are left as they are.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.errors import UserError
from trackmend_core.geometry import iou_matrix
from trackmend_core.jobs.truth import Truth
from trackmend_core.project import BoxRecord, Changes, Project
from trackmend_core.project.edits import (
    AddBox,
    DeleteBox,
    DeleteTrack,
    Edit,
    MarkOutside,
    MergeTracks,
    PlaceBoxes,
    SetBox,
    SplitTrack,
    SwapTracks,
    kind_of,
)
from trackmend_core.project.interpolation import plan_interpolation
from trackmend_core.types import Progress, RunId, TrackId

SAME_IOU = 0.5
OWN_TRACK_BONUS = 0.2
"""A true box rather goes on with the track it has, as a person would see it."""
LONGEST_STRAIGHT = 12
"""Frames between two keyframes: people do not walk straight for longer."""
MOST_EDITS_A_FRAME = 60


@dataclass(slots=True, eq=False)
class OracleReviewer:
    """Corrects the frames below `end_frame` of one run.

    Args:
        project: open.
        run_id: whose layer.
        truth: what is really there.
        end_frame: the first frame that is left alone.

    Attributes:
        edits: how many of each kind were made.
        owners: which true identity each track follows.
    """

    project: Project
    run_id: RunId
    truth: Truth
    end_frame: int
    edits: Counter[str] = field(default_factory=Counter)
    owners: dict[TrackId, int] = field(default_factory=dict)
    _track_of: dict[int, TrackId] = field(default_factory=dict)

    def correct(self) -> Generator[Progress, None, int]:
        """Do the whole work and return the number of edits."""
        for frame in range(self.end_frame):
            self._mend_identities(frame)
            yield Progress(done=frame + 1, total=self.end_frame, message="Mending identities")
        self._remove_false_tracks()
        for frame in range(self.end_frame):
            self._remove_strays(frame)
            yield Progress(done=frame + 1, total=self.end_frame, message="Removing false boxes")
        for done, identity in enumerate(self.truth.identities(self.end_frame), start=1):
            self._fill_in(identity)
            yield Progress(done=done, total=len(self._track_of), message="Filling gaps")
        return self.edits.total()

    def _edit(self, edit: Edit) -> Changes:
        changes = self.project.edit(edit)
        self.edits[kind_of(edit)] += 1
        return changes

    def _matched(self, frame: int) -> tuple[list[tuple[int, BoxRecord]], list[BoxRecord]]:
        """Return (identity, its box) of a frame, and the boxes that are on nobody."""
        boxes = self.project.boxes_in_frame(self.run_id, frame)
        identities, true_boxes, _ = self.truth.at(frame)
        overlaps = iou_matrix(true_boxes, np.array([b.box_xyxy for b in boxes]).reshape(-1, 4))
        worth = np.where(overlaps >= SAME_IOU, overlaps, 0.0)
        for row, identity in enumerate(identities):
            for column, box in enumerate(boxes):
                if worth[row, column] and self._track_of.get(identity) == box.track_id:
                    worth[row, column] += OWN_TRACK_BONUS
        pairs = [
            (identities[row], boxes[column])
            for row, column in zip(*linear_sum_assignment(worth, maximize=True), strict=True)
            if worth[row, column] > 0
        ]
        taken = {box.box_id for _, box in pairs}
        return pairs, [box for box in boxes if box.box_id not in taken]

    def _mend_identities(self, frame: int) -> None:
        """Make edits until everybody in a frame has the one track that is theirs."""
        for _ in range(MOST_EDITS_A_FRAME):
            if not any(self._mend(identity, box) for identity, box in self._matched(frame)[0]):
                return

    def _mend(self, identity: int, box: BoxRecord) -> bool:
        """Give a box to its identity's track; return whether that took an edit."""
        mine, owner = self._track_of.get(identity), self.owners.get(box.track_id)
        if mine == box.track_id:
            return False
        if mine is None and owner is None:
            self._own(box.track_id, identity)
            return False
        if mine is None:
            cut = SplitTrack(track_id=box.track_id, at_frame=box.frame_index)
            (new,) = self._edit(cut).tracks - {box.track_id}
            self._own(new, identity)
            return True
        if owner is None and self._can_merge(mine, box):
            self._edit(MergeTracks(keep=mine, absorb=box.track_id))
            return True
        self._edit(SwapTracks(track_a=mine, track_b=box.track_id, first_frame=box.frame_index))
        return True

    def _can_merge(self, mine: TrackId, box: BoxRecord) -> bool:
        """Return whether a track only goes on with what another one began."""
        other = self.project.boxes_of_track(box.track_id)
        frames = {one.frame_index for one in other}
        held = {one.frame_index for one in self.project.boxes_of_track(mine)}
        return other[0].frame_index == box.frame_index and not frames & held

    def _own(self, track_id: TrackId, identity: int) -> None:
        self.owners[track_id] = identity
        self._track_of[identity] = track_id

    def _remove_false_tracks(self) -> None:
        """Delete tracks that follow nobody."""
        for track in self.project.tracks(self.run_id):
            if track.first_frame < self.end_frame and track.track_id not in self.owners:
                self._edit(DeleteTrack(track_id=track.track_id))

    def _remove_strays(self, frame: int) -> None:
        """Put a track's box back onto its person, or take it away if nobody is there."""
        pairs, strays = self._matched(frame)
        seen = {identity for identity, _ in pairs}
        identities, true_boxes, _ = self.truth.at(frame)
        for box in strays:
            identity = self.owners.get(box.track_id)
            if identity is None:
                continue
            if identity in identities and identity not in seen:
                x1, y1, x2, y2 = true_boxes[identities.index(identity)].tolist()
                self._edit(SetBox(box_id=box.box_id, box_xyxy=(x1, y1, x2, y2)))
                continue
            last = self._end_of_absence(box, identity)
            if last > frame and self._has_other_boxes(box.track_id, frame, last):
                self._edit(MarkOutside(track_id=box.track_id, first_frame=frame, last_frame=last))
            else:
                self._edit(DeleteBox(box_id=box.box_id))

    def _end_of_absence(self, box: BoxRecord, identity: int) -> int:
        """Return the last frame in a row in which a track has a box and its person is not there."""
        last = box.frame_index
        frames = {one.frame_index for one in self.project.boxes_of_track(box.track_id)}
        while last + 1 < self.end_frame and last + 1 in frames:
            if identity in self.truth.at(last + 1)[0]:
                break
            last += 1
        return last

    def _has_other_boxes(self, track_id: TrackId, first: int, last: int) -> bool:
        frames = [box.frame_index for box in self.project.boxes_of_track(track_id)]
        return any(frame < first or frame > last for frame in frames)

    def _fill_in(self, identity: int) -> None:
        """Draw the boxes of a person whom the model missed, as few as interpolation allows."""
        wanted = [f for f in self.truth.frames_of(identity) if f < self.end_frame]
        missing = sorted(set(wanted) - set(self._frames_held(identity)))
        for first, last in stretches(missing):
            held = self._frames_held(identity)
            marks = list(range(first, last + 1, LONGEST_STRAIGHT))[1:]
            marks += [first] * (first - 1 not in held) + [last] * (last + 1 not in held)
            for frame in sorted(set(marks) - set(held)):
                self._draw(identity, frame)
            self._interpolate(identity, first, last)

    def _frames_held(self, identity: int) -> list[int]:
        track_id = self._track_of.get(identity)
        if track_id is None:
            return []
        return [box.frame_index for box in self.project.boxes_of_track(track_id)]

    def _draw(self, identity: int, frame: int) -> None:
        identities, true_boxes, _ = self.truth.at(frame)
        x1, y1, x2, y2 = true_boxes[identities.index(identity)].tolist()
        track_id = self._track_of.get(identity)
        added = self._edit(
            AddBox(
                run_id=self.run_id,
                frame_index=frame,
                box_xyxy=(x1, y1, x2, y2),
                track_id=track_id,
            )
        )
        if track_id is None:
            self._own(next(iter(added.tracks)), identity)

    def _interpolate(self, identity: int, first: int, last: int) -> None:
        """Fill what is empty in first..last, and draw a keyframe wherever that went wrong."""
        track_id = self._track_of[identity]
        for _ in range(last - first + 1):
            held = set(self._frames_held(identity))
            if any(frame not in held for frame in range(first, last + 1)):
                self._edit(self._plan(track_id, first, last))
            wrong = self._worst(identity, first, last)
            if wrong is None:
                return
            x1, y1, x2, y2 = self.truth.box(identity, wrong.frame_index)
            self._edit(SetBox(box_id=wrong.box_id, box_xyxy=(x1, y1, x2, y2)))

    def _plan(self, track_id: TrackId, first: int, last: int) -> PlaceBoxes:
        return plan_interpolation(
            self.project,
            self.run_id,
            track_id,
            frame_index=first,
            frame_range=(first, last),
        )

    def _worst(self, identity: int, first: int, last: int) -> BoxRecord | None:
        """Return the box in first..last that misses its person most, None if all fit."""
        worst: tuple[float, BoxRecord] | None = None
        for box in self.project.boxes_of_track(self._track_of[identity]):
            if first <= box.frame_index <= last:
                true_box = np.array([self.truth.box(identity, box.frame_index)])
                overlap = float(iou_matrix(true_box, np.array([box.box_xyxy]))[0, 0])
                if overlap < SAME_IOU and (worst is None or overlap < worst[0]):
                    worst = (overlap, box)
        return None if worst is None else worst[1]


def stretches(frames: Sequence[int]) -> list[tuple[int, int]]:
    """Return first and last of every run of consecutive frames; `frames` in order."""
    found: list[tuple[int, int]] = []
    for frame in frames:
        if found and frame == found[-1][1] + 1:
            found[-1] = (found[-1][0], frame)
        else:
            found.append((frame, frame))
    return found


def correct_by_truth(
    project: Project, run_id: RunId, *, truth: Truth, end_frame: int
) -> Generator[Progress, None, Counter[str]]:
    """Correct the frames below `end_frame`, note them as verified, and return the edits by kind.

    Raises:
        UserError: the truth has nobody in those frames.
    """
    if not truth.identities(end_frame):
        raise UserError(
            "The ground truth has nobody in the first half of the video.",
            "Give the ground truth of this video.",
        )
    reviewer = OracleReviewer(project, run_id, truth, end_frame)
    yield from reviewer.correct()
    project.verify(run_id, 0, end_frame - 1)
    return reviewer.edits
