"""A reviewer who knows the truth mends a tracker's tracks: along the queue, or by scrubbing.

Both are the same person with the same eyes. A look is one track (with whoever is near it) over one
second of video, which is what a card of the queue shows; it takes `LOOK_S`. An edit takes `EDIT_S`
more. Along the queue the reviewer looks at the first card and accepts its proposal, or its
runner-up, if that truly helps; else the answer is "not an error". Scrubbing, the reviewer looks at
second after second, at every track in it, never overlooks anything, and makes the best repair there
is: in that the one who scrubs is better off than a person.

Up to `MOST_REPAIRS_A_LOOK` things are mended in one look, whoever looks: if the next card is about
a track and a second that the reviewer has before the eyes, it is no new look. Its answer takes
`EDIT_S`, also if it is "not an error".
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trackmend_core.evaluation import evaluate_hota
from trackmend_core.project import Project
from trackmend_core.project.edits import Edit
from trackmend_core.review.bench.repairs import repairs_within
from trackmend_core.review.bench.truth import TrueVideo, as_table
from trackmend_core.review.bench.verdict import Verdict
from trackmend_core.review.fitted import Fitted
from trackmend_core.review.index import ReviewIndex
from trackmend_core.review.kinds import Decision
from trackmend_core.review.scene import Scene
from trackmend_core.review.sight import Sight
from trackmend_core.types import RunId, TrackId

LOOK_S: Final = 5.0
EDIT_S: Final = 3.0
MOST_LOOKS: Final = 2000
MOST_REPAIRS_A_LOOK: Final = 3
SEEN_S: Final = 1.0
"""A look shows so much of the video."""

BOXES_PER_HOTA: Final = 4000
"""HOTA takes long: where there are n times as many boxes, it waits for n more edits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How things stand after a look.

    Attributes:
        looks: so far.
        edits: so far.
        seconds: so far.
        idf1: 0..1.
        hota: 0..1.
        switches: how often a person is found on another track than the time before.
        said: the probability of the proposal that was looked at, None without one.
        was_right: whether that proposal, and not its runner-up, truly helped.
        cards: answered so far; 0 without the queue.
    """

    looks: int
    edits: int
    seconds: float
    idf1: float
    hota: float
    switches: int = 0
    said: float | None = None
    was_right: bool = False
    cards: int = 0

    @property
    def seconds_by_cards(self) -> float:
        """Return how long it would have taken if every card were a look of its own."""
        return max(self.looks, self.cards) * LOOK_S + self.edits * EDIT_S


def review_by_queue(
    project: Project, run_id: RunId, video: TrueVideo, *, fitted: Fitted | None = None
) -> list[Step]:
    """Walk along the queue until it is empty; the first step is the start."""
    index = ReviewIndex(project, run_id, fitted=fitted)
    work, eyes = _Work(video, index.scene), Eyes(index.scene.frame_rate)
    for _ in range(MOST_LOOKS):
        queue = index.suspicions()
        if not queue:
            break
        suspicion = queue[0]
        options = [suspicion.proposal, suspicion.runner_up]
        edits = [one.edit for one in options if one is not None and one.edit is not None]
        chosen = next((edit for edit in edits if work.verdict.helps(index.scene, edit)), None)
        was_right = chosen is not None and chosen is suspicion.proposal.edit
        is_new = eyes.turn_to(suspicion.tracks, suspicion.moments)
        if chosen is None:
            index.decide(suspicion, Decision.REJECTED)
        else:
            index.decide(suspicion, Decision.ACCEPTED)
            changes = project.edit(chosen)
            index.update(changes)
            eyes.follow(changes.tracks)
        work.looked(made=int(chosen is not None), is_new=is_new)
        work.steps[-1] = replace(
            work.steps[-1],
            said=suspicion.probability,
            was_right=was_right,
            cards=work.steps[-2].cards + 1,
        )
    return work.finished()


def review_by_scrubbing(project: Project, run_id: RunId, video: TrueVideo) -> list[Step]:
    """Look at every track in every second of the video; the first step is the start."""
    scene = Scene(project, run_id)
    work = _Work(video, scene)
    for first, last in _seconds(scene):
        seen: set[int] = set()
        while (number := _next_track(scene, first, last, seen)) is not None:
            seen.add(number)
            made = 0
            while made < MOST_REPAIRS_A_LOOK:
                edit = _best_repair(scene, work.verdict, number, first, last)
                if edit is None:
                    break
                scene.update(project, project.edit(edit))
                work.verdict.read(scene)
                made += 1
            work.looked(made=made)
    return work.finished()


def seconds_to_reach(steps: Sequence[Step], idf1: float) -> float | None:
    """Return when IDF1 was reached for the first time, None if it never was."""
    return next((step.seconds for step in steps if step.idf1 >= idf1 - 1e-9), None)


class Eyes:
    """Where the reviewer along the queue is looking: some tracks within a second."""

    def __init__(self, frame_rate: float) -> None:
        self._length = SEEN_S * frame_rate
        self._sight: Sight | None = None
        self._answers = 0

    def turn_to(self, tracks: Collection[TrackId], moments: tuple[int, ...]) -> bool:
        """Look at what a card is about, and return whether that is a new look."""
        is_there = self._sight is not None and self._sight.has(tracks, moments)
        if is_there and self._answers < MOST_REPAIRS_A_LOOK:
            self._answers += 1
            self.follow(tracks)
            return False
        self._sight = Sight.around(moments, tracks, length=self._length)
        self._answers = 1
        return True

    def follow(self, tracks: Iterable[TrackId]) -> None:
        """Know further tracks of the people looked at."""
        if self._sight is not None:
            self._sight = self._sight.with_tracks(tracks)


class _Work:
    """Counts looks, edits and time, and judges the layer after each look that changed it."""

    def __init__(self, video: TrueVideo, scene: Scene) -> None:
        self._video = video
        self._scene = scene
        self.verdict = Verdict(video)
        self.verdict.read(scene)
        self._hota_every = 1 + video.box_count // BOXES_PER_HOTA
        self._hota, self._judged_at = self._judge(), 0
        now = self.verdict.standing(scene)
        self.steps = [
            Step(
                looks=0,
                edits=0,
                seconds=0.0,
                idf1=now.idf1,
                hota=self._hota,
                switches=now.switches,
            )
        ]

    def looked(self, *, made: int, is_new: bool = True) -> None:
        """Note a look in which so many edits were made, or one more answer in the last look."""
        last = self.steps[-1]
        took = LOOK_S + made * EDIT_S if is_new else EDIT_S
        edits = last.edits + made
        if made:
            self.verdict.read(self._scene)
            if edits - self._judged_at >= self._hota_every:
                self._hota, self._judged_at = self._judge(), edits
        now = self.verdict.standing(self._scene)
        self.steps.append(
            Step(
                looks=last.looks + is_new,
                edits=edits,
                seconds=last.seconds + took,
                idf1=now.idf1,
                hota=self._hota,
                switches=now.switches,
            )
        )

    def finished(self) -> list[Step]:
        """Return the steps; the last one has the HOTA of the end."""
        if self.steps[-1].edits > self._judged_at:
            self.steps[-1] = replace(self.steps[-1], hota=self._judge())
        return self.steps

    def _judge(self) -> float:
        """Return HOTA, which takes long."""
        tracks = list(self._scene.tracks.values())
        result = as_table(
            frames=np.concatenate([track.frames for track in tracks]) + 1,
            ids=np.concatenate([np.full(len(track), int(track.track_id)) for track in tracks]),
            boxes_xyxy=np.concatenate([track.boxes_xyxy for track in tracks]),
        )
        return float(evaluate_hota(self._video.truth(), result).hota)


def _seconds(scene: Scene) -> Iterator[tuple[int, int]]:
    """Give first and last frame of every second."""
    length = max(1, round(scene.frame_rate))
    for first in range(0, scene.frame_count, length):
        yield first, min(first + length, scene.frame_count) - 1


def _next_track(scene: Scene, first: int, last: int, seen: set[int]) -> int | None:
    """Return the number of the next track that is there and was not looked at."""
    numbers = (
        track.number
        for track in scene.tracks.values()
        if track.number not in seen
        and track.index_at(first) < len(track)
        and track.frames[track.index_at(first)] <= last
    )
    return min(numbers, default=None)


def _best_repair(scene: Scene, verdict: Verdict, number: int, first: int, last: int) -> Edit | None:
    """Return the edit within a second that raises IDF1 most, None if none truly helps."""
    track = next((one for one in scene.tracks.values() if one.number == number), None)
    if track is None:
        return None
    best: tuple[float, Edit] | None = None
    for edit in repairs_within(scene, verdict, track, first, last):
        if verdict.helps(scene, edit):
            reached = verdict.standing(scene, edit).idf1
            if best is None or reached > best[0]:
                best = (reached, edit)
    return None if best is None else best[1]
