"""How good the queue is on a person's own tracks, told by swaps that are put into a copy of them.

The tracks as they are stand for the truth: a swap is put in where two people meet and no suspicion
waits already, and the queue is asked for it. What it shows of the known swaps, it probably shows of
the real ones, too (error seeding after Mills). The estimate is a hopeful one: a swap at any moment
of a meeting is easier to see than one which the model and the tracker fell for.
"""

from collections.abc import Generator
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np
from scipy.stats import beta

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.edits import SwapTracks
from trackmend_core.review.bench.meetings import Marks, Meeting, meetings
from trackmend_core.review.bench.recall import NEAR_S, blur_frames
from trackmend_core.review.bench.seeded import SPACING_S
from trackmend_core.review.index import ReviewIndex
from trackmend_core.review.suspicion import Suspicion
from trackmend_core.types import Progress, RunId, TrackId

IDENTITY_EDITS: Final = frozenset({"swap_tracks", "split_track", "reassign_boxes"})
"""Edits that mend a switch."""

SURE: Final = 0.9
"""The range of an estimate holds the truth with this probability."""

_NONE, _HARDLY_ANY = 0.5, 1.5
_CONTINUITY = "continuity"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSwap:
    """A swap that was put in, and what the queue made of it.

    Attributes:
        frame: from which on the two tracks carry each other's number, 0-based.
        numbers: of the two tracks.
        place: of the first card about it in the queue, 1 is on top; None if there is none.
        is_right: that card proposes to swap the two back.
    """

    frame: int
    numbers: tuple[int, int]
    place: int | None
    is_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCheck:
    """How good the queue is on these tracks.

    Attributes:
        swaps: that were put in, round by round.
        rounds: how often the copy was filled with swaps and emptied again.
        cards: suspicions that wait in the queue of the tracks as they are.
        waiting: switches among them, by their probabilities.
        waiting_spread: standard deviation of that number.
        mended: switches that a person has mended in these tracks so far.
    """

    swaps: tuple[KnownSwap, ...]
    rounds: int
    cards: int
    waiting: float
    waiting_spread: float
    mended: int

    @property
    def found(self) -> int:
        """Return how many of the known swaps the queue shows."""
        return sum(swap.place is not None for swap in self.swaps)

    @property
    def right(self) -> int:
        """Return how many of them the first card about them mends."""
        return sum(swap.is_right for swap in self.swaps)

    @property
    def missed(self) -> tuple[KnownSwap, ...]:
        """Return the known swaps that the queue does not show."""
        return tuple(swap for swap in self.swaps if swap.place is None)

    @property
    def recall(self) -> float:
        """Return the share of switches that the queue shows, 0..1."""
        return self.found / len(self.swaps)

    @property
    def recall_range(self) -> tuple[float, float]:
        """Return between which values that share lies, by Jeffreys' interval."""
        low, high = beta.interval(SURE, self.found + 0.5, len(self.swaps) - self.found + 0.5)
        return (0.0 if self.found == 0 else float(low), 1.0 if not self.missed else float(high))

    @property
    def left(self) -> float:
        """Return how many switches are left: those that wait and those that the queue misses."""
        return self._left(self.waiting, max(self.recall, 0.5 / len(self.swaps)))

    @property
    def left_range(self) -> tuple[float, float]:
        """Return between which values the number of switches left lies."""
        low, high = self.recall_range
        spread = 1.645 * self.waiting_spread
        least = self._left(max(0.0, self.waiting - spread), high)
        return least, self._left(self.waiting + spread, max(low, 0.5 / len(self.swaps)))

    @property
    def may_stop(self) -> bool:
        """Return whether probably not one switch is left, and hardly more than one can be."""
        return self.left < _NONE and self.left_range[1] < _HARDLY_ANY

    @property
    def recall_sentence(self) -> str:
        """Say how good the queue is."""
        return (
            f"The queue showed {self.found} of {len(self.swaps)} swaps that were put into a copy"
            f" of these tracks, and its first proposal was right for {self.right} of them."
        )

    @property
    def left_sentence(self) -> str:
        """Say how many switches are left."""
        low, high = self.left_range
        within = f"({floor(low)} to {ceil(high)})"
        if round(self.left) == 0:
            return f"Probably no switch is left {within}."
        if round(self.left) == 1:
            return f"About 1 switch is left {within}."
        return f"About {self.left:.0f} switches are left {within}."

    @property
    def advice(self) -> str:
        """Say what to do next."""
        if self.may_stop:
            return "You may stop looking for switches here."
        if self.left < _NONE:
            return "Probably none, but too few swaps could be put in to be sure."
        if self.waiting >= self.left - self.waiting:
            return f"Go on with the queue: {self.cards} suspicions wait in it."
        return "Most of them are not in the queue: look at where people meet, on the timeline."

    def _left(self, waiting: float, recall: float) -> float:
        """Return what waits and, at the same share, what is not shown of all switches."""
        return waiting + (self.mended + waiting) * (1 - recall) / recall


def check_queue(
    copy: Project, run_id: RunId, *, swaps: int, rounds: int, seed: int
) -> Generator[Progress, None, QueueCheck]:
    """Put swaps into a run of a copied project, see what the queue makes of them, take them out.

    Raises:
        UserError: nobody meets anybody in these tracks.
    """
    index = ReviewIndex.open(copy, run_id)
    queue = index.suspicions()
    chances = [one.probability for one in queue if one.kind.family == _CONTINUITY]
    rng = np.random.default_rng(seed)
    known: list[KnownSwap] = []
    for done in range(1, rounds + 1):
        known += _round(copy, index, queue, rng, swaps)
        yield Progress(done=done, total=rounds, message="Looking for known swaps")
    if not known:
        raise _nowhere_to_swap(index)
    return QueueCheck(
        swaps=tuple(known),
        rounds=rounds,
        cards=len(queue),
        waiting=float(sum(chances)),
        waiting_spread=float(np.sqrt(sum(one * (1 - one) for one in chances))),
        mended=sum(
            edit.run_id == run_id and edit.is_in_effect and edit.kind in IDENTITY_EDITS
            for edit in copy.edits()
        ),
    )


def _no_marks(index: ReviewIndex) -> Marks:
    return Marks(spacing_frames=max(3, round(SPACING_S * index.scene.frame_rate)))


def _nowhere_to_swap(index: ReviewIndex) -> UserError:
    if not meetings(index.scene, _no_marks(index)):
        return UserError(
            "No two people meet in these tracks, or only where one begins or ends, so no swap can"
            " be put in.",
            "There is little danger of switches here; look at the broken tracks instead.",
        )
    return UserError(
        "Wherever two people meet, something suspicious waits in the queue already, so no swap"
        " can be put in.",
        "Go through the queue first, and ask again then.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Put:
    """A swap as it was put in; the boxes tell where it is after further swaps."""

    frame: int
    boxes: tuple[int, int]


def _round(
    copy: Project,
    index: ReviewIndex,
    queue: list[Suspicion],
    rng: np.random.Generator,
    count: int,
) -> list[KnownSwap]:
    """Put swaps in, one after the other, ask the queue for them, and undo them all."""
    marks = _no_marks(index)
    for suspicion in queue:
        for track_id in suspicion.tracks:
            marks.add(track_id, suspicion.frame)
    put: list[_Put] = []
    for _ in range(count):
        found = meetings(index.scene, marks)
        if not found:
            break
        put.append(_swap(copy, index, marks, rng, found))
    seeded = index.suspicions()
    known = [_judged(index, one, seeded) for one in put]
    for _ in put:
        undone = copy.undo()
        assert undone is not None
        index.update(undone)
    return known


def _swap(
    copy: Project,
    index: ReviewIndex,
    marks: Marks,
    rng: np.random.Generator,
    found: list[Meeting],
) -> _Put:
    meeting = found[int(rng.integers(len(found)))]
    frame = int(rng.choice(meeting.frames))
    one, other = (index.scene.tracks[track_id] for track_id in meeting.tracks)
    boxes = tuple(int(track.box_ids[track.index_at(frame)]) for track in (one, other))
    marks.exchange(*meeting.tracks, since=frame)
    for track_id in meeting.tracks:
        marks.add(track_id, frame)
    edit = SwapTracks(track_a=one.track_id, track_b=other.track_id, first_frame=frame)
    index.update(copy.edit(edit))
    return _Put(frame=frame, boxes=(boxes[0], boxes[1]))


def _judged(index: ReviewIndex, put: _Put, queue: list[Suspicion]) -> KnownSwap:
    tracks = _tracks_of(index, put)
    reach = NEAR_S * index.scene.frame_rate
    for place, suspicion in enumerate(queue, start=1):
        is_near = any(abs(frame - put.frame) <= reach for frame in suspicion.moments)
        if tracks.intersection(suspicion.tracks) and is_near:
            return _known(index, put, tracks, place, suspicion)
    return _known(index, put, tracks, None, None)


def _known(
    index: ReviewIndex,
    put: _Put,
    tracks: frozenset[TrackId],
    place: int | None,
    suspicion: Suspicion | None,
) -> KnownSwap:
    edit = None if suspicion is None else suspicion.proposal.edit
    blur, ends = blur_frames(index.scene.frame_rate), list[int]()
    if isinstance(edit, SwapTracks):
        # Where two of the known swaps are of the same two tracks, one edit may undo both.
        ends = (
            [edit.first_frame] if edit.last_frame is None else [edit.first_frame, edit.last_frame]
        )
    is_right = (
        isinstance(edit, SwapTracks)
        and {edit.track_a, edit.track_b} == tracks
        and any(abs(end - put.frame) <= blur for end in ends)
    )
    one, other = sorted(index.scene.tracks[track_id].number for track_id in tracks)
    return KnownSwap(frame=put.frame, numbers=(one, other), place=place, is_right=is_right)


def _tracks_of(index: ReviewIndex, put: _Put) -> frozenset[TrackId]:
    """Return the two tracks that meet at a swap now."""
    found = set()
    for track in index.scene.tracks.values():
        row = track.index_at(put.frame)
        if row < len(track) and int(track.box_ids[row]) in put.boxes:
            found.add(track.track_id)
    return frozenset(found)
