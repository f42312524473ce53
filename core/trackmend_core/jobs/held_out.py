"""Which frames of a corrected run are kept to judge a new model by, and whether they suffice.

Known before anything is trained, so that a person can be told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from trackmend_core.jobs.evidence import Evidence, read_evidence, trusted_frames
from trackmend_core.project import BoxRecord, Project
from trackmend_core.types import BoxSource, RunId

HELD_OUT_SHARE = 0.2
GUARD_FRAMES = 5
"""Frames between what is learnt from and what is judged: neighbours show nearly the same."""
FEWEST_TO_HOLD_OUT = 40
WINDOWS = 5
SHORTEST_TRACK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """The frames first..last, from which nothing is learnt, to judge by."""

    first_frame: int
    last_frame: int

    @property
    def frame_count(self) -> int:
        """Return how many frames there are."""
        return self.last_frame - self.first_frame + 1

    def is_near(self, frame: int) -> bool:
        """Return whether a frame is inside or too close to learn from."""
        return self.first_frame - GUARD_FRAMES <= frame <= self.last_frame + GUARD_FRAMES


def hold_out(
    evidence: Sequence[Evidence], available: Sequence[int], *, share: float = HELD_OUT_SHARE
) -> HeldOut | None:
    """Choose the stretch to judge by: one fifth of the frames with its share of the corrections.

    Where stretches were verified it lies inside of one, for what is between them nobody has seen;
    it is shorter than a fifth where none of them is as long.

    Args:
        evidence: about the run.
        available: frames that can be learnt from, in order.
        share: of the frames, 0 for none.

    Returns:
        None where there is too little to hold anything out.
    """
    trusted = trusted_frames(evidence)
    frames = [frame for frame in available if trusted is None or frame in trusted]
    length = int(len(frames) * share)
    if length < 1 or len(frames) < FEWEST_TO_HOLD_OUT:
        return None
    marks = [mark for one in evidence for mark in one.marks]
    pieces = _pieces(frames, trusted)
    long = [piece for piece in pieces if len(piece) >= length] or [max(pieces, key=len)]
    windows = [window for piece in long for window in _windows(piece, length)]
    wanted = len(marks) * share

    def distance(window: HeldOut) -> float:
        inside = sum(window.first_frame <= mark <= window.last_frame for mark in marks)
        return abs(inside - wanted)

    return min(windows, key=distance)


def _pieces(frames: Sequence[int], trusted: set[int] | None) -> list[list[int]]:
    """Return the frames in pieces, with no frame between any two of one that is not believed."""
    pieces = [[frames[0]]]
    for before, frame in pairwise(frames):
        if trusted is None or all(between in trusted for between in range(before + 1, frame)):
            pieces[-1].append(frame)
        else:
            pieces.append([frame])
    return pieces


def _windows(piece: Sequence[int], length: int) -> list[HeldOut]:
    """Return windows of so many frames of a piece, or all of it where it has fewer."""
    length = min(length, len(piece))
    starts = np.linspace(0, len(piece) - length, WINDOWS).round().astype(int).tolist()
    return [
        HeldOut(first_frame=piece[start], last_frame=piece[start + length - 1]) for start in starts
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgeable:
    """What there is to judge by.

    Attributes:
        boxes: in the frames that are held out, 0 where none can be.
        needed: with fewer the network stays as it was: two lucky boxes would decide.
        trusted_boxes: in all frames that can be learnt from or judged by.
        trusted_frames: how many frames these are.
    """

    boxes: int
    needed: int
    trusted_boxes: int
    trusted_frames: int

    @property
    def is_enough(self) -> bool:
        """Return whether a better network can be told from a lucky one."""
        return self.boxes >= self.needed

    @property
    def still_missing(self) -> int:
        """Return how many more corrected boxes it takes, about; of them a share is held out."""
        if self.is_enough:
            return 0
        share = self.boxes / self.trusted_boxes if self.boxes else HELD_OUT_SHARE
        return max(1, round(self.needed / share) - self.trusted_boxes)


def judgeable(
    project: Project, run_id: RunId, *, needed: int, share: float = HELD_OUT_SHARE
) -> Judgeable:
    """Return what a finetuning from a run could judge its new network by.

    Args:
        project: open; only read.
        run_id: whose layer is learnt from.
        needed: boxes.
        share: of the frames, kept for judging.
    """
    record = project.run(run_id)
    boxes = project.boxes_in_range(run_id, 0, max(0, record.next_frame - 1))
    doubtful = fleeting_tracks(boxes)
    evidence = read_evidence(project, run_id)
    frames = sorted({box.frame_index for box in boxes})
    held_out = hold_out(evidence, frames, share=share)
    trusted = trusted_frames(evidence)
    believed = [box.frame_index for box in boxes if box.number not in doubtful]
    return Judgeable(
        boxes=sum(_is_inside(held_out, frame) for frame in believed),
        needed=needed,
        trusted_boxes=sum(trusted is None or frame in trusted for frame in believed),
        trusted_frames=sum(trusted is None or frame in trusted for frame in frames),
    )


def _is_inside(held_out: HeldOut | None, frame_index: int) -> bool:
    if held_out is None:
        return False
    return held_out.first_frame <= frame_index <= held_out.last_frame


def fleeting_tracks(boxes: Iterable[BoxRecord]) -> set[int]:
    """Return the numbers of tracks too short to be believed, unless a person drew in them."""
    counts: dict[int, int] = {}
    for box in boxes:
        weight = SHORTEST_TRACK if box.source is BoxSource.PERSON else 1
        counts[box.number] = counts.get(box.number, 0) + weight
    return {number for number, count in counts.items() if count < SHORTEST_TRACK}
