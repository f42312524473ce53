"""A stretch of somebody else goes to whom it belongs, and accepting what is likely mends."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from review_scenes import (
    FRAME_COUNT,
    WIDTH,
    Walker,
    bystanders,
    record_walkers,
    track_at,
    true_video,
)

from trackmend_core.project import Project
from trackmend_core.project.edits import ReassignBoxes, SwapTracks
from trackmend_core.review import Action, ReviewIndex, SuspicionKind
from trackmend_core.review.bench.meetings import Marks, meetings
from trackmend_core.review.bench.seeded import Seeder
from trackmend_core.review.bench.truth import project_of_truth
from trackmend_core.review.bench.verdict import Verdict
from trackmend_core.review.scene import Scene
from trackmend_core.types import RunId

AWAY = range(75, 125)
ONE = Walker(person=0, x=100, speed=2.0, number=1)
BESIDE = Walker(person=1, x=142, speed=2.0, number=2)
LIKELY = 0.5


def test_a_stretch_of_somebody_whose_track_lacks_it_is_given_to_that_track(tmp_path: Path) -> None:
    # Track 1 follows the other one while its own person is not seen, and comes back.
    hidden = replace(ONE, frames=[one for one in range(FRAME_COUNT) if one not in AWAY])
    other = replace(BESIDE, renamed=((75, 1), (125, 2)))
    project, run_id = record_walkers(tmp_path / "a.trackmend", [hidden, other, *bystanders()])
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        index = ReviewIndex.open(project, run_id)
        one = index.suspicions(least_probability=LIKELY)[0]
        assert one.proposal.edit == ReassignBoxes(
            track_id=ids[1], to_track_id=ids[2], first_frame=75, last_frame=124
        )
        assert "From frame 76 to 125 track 1 looks like track 2: similarity" in one.sentence
        index.update(project.edit(one.proposal.edit))
        for walker in (hidden, other):
            tracks = {track_at(project, run_id, walker, frame) for frame in (10, 70, 130, 190)}
            assert len(tracks) == 1
        assert track_at(project, run_id, other, 100) == track_at(project, run_id, other, 10)
        left = index.suspicions(least_probability=LIKELY)
        assert {one.kind for one in left} <= {SuspicionKind.MISSED}, "its own gap at most"


def test_two_who_traded_places_for_a_while_are_offered_to_trade_back(tmp_path: Path) -> None:
    one = replace(ONE, renamed=((75, 2), (125, 1)))
    other = replace(BESIDE, renamed=((75, 1), (125, 2)))
    project, run_id = record_walkers(tmp_path / "b.trackmend", [one, other, *bystanders()])
    with project:
        index = ReviewIndex.open(project, run_id)
        queue = index.suspicions(least_probability=LIKELY)
        fixes = [fix for found in queue for fix in (found.proposal, found.runner_up) if fix]
        back = [fix.edit for fix in fixes if isinstance(fix.edit, SwapTracks)]
        assert (75, 124) in [(edit.first_frame, edit.last_frame) for edit in back]
        for _ in range(2):  # at once, or one end after the other
            if queue:
                assert queue[0].proposal.edit is not None
                index.update(project.edit(queue[0].proposal.edit))
                queue = index.suspicions(least_probability=LIKELY)
        assert queue == []
        for walker in (one, other):
            assert len({track_at(project, run_id, walker, frame) for frame in (10, 100, 190)}) == 1


def test_of_two_later_pieces_the_one_right_behind_is_proposed(tmp_path: Path) -> None:
    # The last piece looks more like the first than the middle one does, half turned away.
    first = replace(ONE, frames=range(80))
    middle = replace(ONE, person=100, frames=range(80, 170), number=2)
    last = replace(ONE, frames=range(173, FRAME_COUNT), number=3)
    people = [first, middle, last, *bystanders()]
    project, run_id = record_walkers(tmp_path / "c.trackmend", people)
    with project:
        queue = ReviewIndex.open(project, run_id).suspicions()
        joined = {one.numbers for one in queue if one.proposal.action is Action.MERGE}
        assert joined == {(1, 2), (2, 3)}


@pytest.mark.parametrize("seed", range(4))
def test_accepting_whatever_is_likely_mends_and_adds_no_switch(tmp_path: Path, seed: int) -> None:
    # People to and fro in each other's way, hidden where somebody nearer covers them.
    video = true_video(_passers_by(seed))
    project, run_id = project_of_truth(tmp_path / "crowd.trackmend", video)
    with project:
        Seeder(project, run_id, seed=seed).seed(8)
        _trade_for_a_while(project, run_id, seed=seed)
        index, verdict = ReviewIndex.open(project, run_id), Verdict(video)
        verdict.read(index.scene)
        before = now = verdict.standing(index.scene)
        assert before.switches > 8
        for _ in range(40):
            queue = index.suspicions(least_probability=LIKELY)
            if not queue:
                break
            assert queue[0].proposal.edit is not None
            index.update(project.edit(queue[0].proposal.edit))
            verdict.read(index.scene)
            then = verdict.standing(index.scene)
            assert then.switches <= now.switches, queue[0].sentence
            now = then
        assert now.switches <= before.switches / 2
        assert now.breaks <= before.breaks / 2
        assert now.idf1 > before.idf1


def _trade_for_a_while(project: Project, run_id: RunId, *, seed: int) -> None:
    """Let two who meet carry each other's numbers for a second."""
    scene = Scene(project, run_id)
    found = meetings(scene, Marks(spacing_frames=40))
    for meeting in found[seed % len(found) :][:1]:
        frame = int(meeting.frames[0])
        project.edit(
            SwapTracks(
                track_a=meeting.tracks[0],
                track_b=meeting.tracks[1],
                first_frame=frame,
                last_frame=frame + 24,
            )
        )


def _passers_by(seed: int) -> list[Walker]:
    rng = np.random.default_rng([seed, 77])
    walkers = [
        Walker(
            person=n if n != 5 else 100,
            x=float(rng.uniform(40, 600)),
            speed=float(rng.choice([-1, 1]) * rng.uniform(1.0, 2.5)),
            foot=380.0 + 8 * n,
        )
        for n in range(8)
    ]
    return [
        replace(walker, frames=[f for f in range(FRAME_COUNT) if _is_seen(walker, f, walkers)])
        for walker in walkers
    ]


def _is_seen(walker: Walker, frame: int, walkers: list[Walker]) -> bool:
    x = walker.box_at(frame)[0]
    nearer = [other for other in walkers if other.foot > walker.foot]
    is_open = all(abs(other.box_at(frame)[0] - x) >= 26 for other in nearer)
    return is_open and 0 < x < WIDTH - 48
