"""The queue follows edits, remembers answers, and shows what an edit would do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from review_scenes import FRAME_COUNT, Walker, add_run, bystanders, record_walkers, track_at

from trackmend_core.project import Project, ReviewAnswer
from trackmend_core.project.edits import (
    DeleteStretch,
    DeleteTrack,
    JoinOverlapping,
    MergeTracks,
    ReassignPieces,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review import Action, Decision, ReviewIndex, Suspicion
from trackmend_core.types import RunId

ONE = Walker(person=0, x=100, speed=2.0, number=1, renamed=((100, 2),))
TWO = Walker(person=1, x=500, speed=-2.0, number=2, foot=404, renamed=((100, 1),))
BROKEN = Walker(
    person=3,
    x=560,
    speed=-1.0,
    foot=250,
    number=3,
    frames=[*range(60), *range(75, 200)],
    renamed=((75, 4),),
)
MERGED = [
    Walker(person=5, x=320, speed=0.3, foot=470, number=5, frames=range(90)),
    Walker(person=6, x=200, speed=-0.3, foot=470, number=5, frames=range(110, 200)),
]
HOLED = Walker(person=7, x=40, speed=0.5, foot=300, number=6, untracked=range(120, 140))
SCENE = [ONE, TWO, BROKEN, *MERGED, HOLED, *bystanders()]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, RunId]]:
    project, run_id = record_walkers(tmp_path_factory.mktemp("walkers") / "all.trackmend", SCENE)
    with project:
        yield project, run_id


@pytest.fixture
def scene(recorded: tuple[Project, RunId]) -> Iterator[tuple[Project, RunId]]:
    """The same project for every test; its edits and answers are taken back at the end."""
    project, _ = recorded
    before = project.digest()
    yield recorded
    while project.undo_title is not None:
        project.undo()
    answers = project.review_answers(project.videos()[0].video_id)
    project.remove_review_answers([a.answer_id for a in answers if a.answer_id is not None])
    assert project.digest() == before


def actions(queue: list[Suspicion]) -> set[Action]:
    return {one.proposal.action for one in queue}


def test_all_errors_of_a_scene_are_found_and_mended_one_after_the_other(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    assert {Action.SWAP, Action.MERGE, Action.SPLIT, Action.EXTEND} <= actions(index.suspicions())
    for _ in range(10):
        queue = index.suspicions(least_probability=0.3)
        if not queue:
            break
        assert queue[0].proposal.edit is not None
        index.update(project.edit(queue[0].proposal.edit))
    assert index.suspicions(least_probability=0.3) == []
    for walker in (ONE, TWO, BROKEN, HOLED):
        assert track_at(project, run_id, walker, 10) == track_at(project, run_id, walker, 190)
    first, second = MERGED
    assert track_at(project, run_id, first, 10) != track_at(project, run_id, second, 190)
    assert len(project.boxes_of_track(track_at(project, run_id, HOLED, 10))) == 200


def test_accepting_and_undoing_restores_the_digest_and_the_queue(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    before, queue = project.digest(), index.suspicions()
    for suspicion in queue:
        for proposal in (suspicion.proposal, suspicion.runner_up):
            if proposal is None or proposal.edit is None:
                continue
            index.update(project.edit(proposal.edit))
            undone = project.undo()
            assert undone is not None
            index.update(undone)
            assert project.digest() == before
            assert project.replay_digest() == before
    assert [one.key for one in index.suspicions()] == [one.key for one in queue]
    assert [one.probability for one in index.suspicions()] == pytest.approx(
        [one.probability for one in queue]
    )


@pytest.mark.parametrize("picks", [(0,), (3, 1), (2, 0, 1), (5, 4, 0, 2)])
def test_after_any_edits_the_queue_is_that_of_a_fresh_look(
    scene: tuple[Project, RunId], picks: tuple[int, ...]
) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    for pick in picks:
        queue = index.suspicions()
        if not queue:
            break
        edit = queue[pick % len(queue)].proposal.edit
        assert edit is not None
        index.update(project.edit(edit))
    fresh = ReviewIndex(project, run_id, scale=index.judge.scale)
    ours, theirs = index.suspicions(), fresh.suspicions()
    assert [one.key for one in ours] == [one.key for one in theirs]
    assert [one.sentence for one in ours] == [one.sentence for one in theirs]


def test_a_preview_shows_what_the_edit_then_does(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    one, two = (track_at(project, run_id, walker, 10) for walker in (ONE, TWO))
    broken, rest = (track_at(project, run_id, BROKEN, frame) for frame in (10, 100))
    for edit in (
        SwapTracks(track_a=one, track_b=two, first_frame=50, last_frame=60),
        SplitTrack(track_id=one, at_frame=30),
        MergeTracks(keep=broken, absorb=rest),
        DeleteStretch(track_id=two, first_frame=5, last_frame=9),
        JoinOverlapping(keep=one, absorb=two),
        ReassignPieces(
            pieces=((one, 10, 20, int(two)), (two, 10, 20, int(one)), (rest, 80, 90, -1))
        ),
    ):
        layer = {
            (box.track_id, box.frame_index)
            for frame in range(200)
            for box in project.boxes_in_frame(run_id, frame)
        }
        ghosts = index.ghost_boxes(edit)
        radius = index.blast_radius(edit)
        changes = project.edit(edit)
        assert radius.boxes == changes.box_count
        known = {track for track, _ in layer}
        expected = layer - {(ghost.from_track, ghost.frame) for ghost in ghosts}
        expected |= {
            (ghost.to_track, ghost.frame)
            for ghost in ghosts
            if not ghost.is_removed and ghost.to_track is not None
        }
        after = {
            (box.track_id, box.frame_index)
            for frame in range(200)
            for box in project.boxes_in_frame(run_id, frame)
        }
        assert {place for place in after if place[0] in known} == expected
        project.undo()


def test_a_question_older_than_an_edit_finds_nothing_of_the_track_that_went(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    one = track_at(project, run_id, ONE, 10)
    broken, rest = (track_at(project, run_id, BROKEN, frame) for frame in (10, 100))
    index.update(project.edit(MergeTracks(keep=broken, absorb=rest)))
    assert index.ghost_boxes(MergeTracks(keep=broken, absorb=rest)) == []
    assert index.ghost_boxes(JoinOverlapping(keep=rest, absorb=rest)) == []
    swap = index.ghost_boxes(SwapTracks(track_a=one, track_b=rest, first_frame=150))
    assert {ghost.from_track for ghost in swap} == {one}
    assert index.blast_radius(MergeTracks(keep=broken, absorb=rest)).boxes == 0


def test_a_rejected_suspicion_stays_away_and_can_be_opened_again(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    (swap,) = [one for one in index.suspicions() if one.proposal.action is Action.SWAP]
    index.decide(swap, Decision.REJECTED, note="twins")
    assert Action.SWAP not in actions(index.suspicions())
    again = ReviewIndex.open(project, run_id)
    assert Action.SWAP not in actions(again.suspicions())
    told = [one for one in again.suspicions(decided=True) if one.decision is not None]
    assert [(one.decision, one.note) for one in told] == [(Decision.REJECTED, "twins")]
    again.take_back(told[0])
    assert Action.SWAP in actions(again.suspicions())


def test_an_answer_holds_after_a_new_run_with_other_numbers_and_boxes(
    recorded: tuple[Project, RunId], scene: tuple[Project, RunId]
) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    for one in index.suspicions():
        if one.proposal.action in (Action.SWAP, Action.SPLIT, Action.MERGE):
            index.decide(one, Decision.UNSURE)
    shifted = [
        replace(
            walker,
            x=walker.x + 2,
            number=walker.number + 30,
            renamed=tuple((since + 1, new + 30) for since, new in walker.renamed),
        )
        for walker in SCENE
    ]
    second = add_run(project, project.run(run_id).video_id, shifted)
    found = actions(ReviewIndex.open(project, second).suspicions(least_probability=0.3))
    assert found == {Action.EXTEND}
    project.delete_run(second)


def test_an_accepted_suspicion_comes_back_when_its_edit_is_undone(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    first = index.suspicions()[0]
    index.decide(first, Decision.ACCEPTED)
    assert first.proposal.edit is not None
    index.update(project.edit(first.proposal.edit))
    assert first.key not in [one.key for one in index.suspicions()]
    undone = project.undo()
    assert undone is not None
    index.update(undone)
    assert first.key in [one.key for one in index.suspicions()]


@pytest.mark.parametrize(("count", "changes"), [(9, False), (14, True)])
def test_the_ranking_follows_a_reviewer_after_enough_answers(
    scene: tuple[Project, RunId], count: int, changes: bool
) -> None:
    project, run_id = scene

    def probability() -> float:
        queue = ReviewIndex.open(project, run_id).suspicions()
        return next(one.probability for one in queue if one.proposal.action is Action.SWAP)

    before = probability()
    for frame in range(count):
        project.add_review_answer(
            run_id,
            ReviewAnswer(
                kind="switch",
                family="continuity",
                frame_index=frame,
                decision="rejected",
                note="",
                anchors=(),
                features={"log_odds": 2.0},
            ),
        )
    assert (probability() < before - 0.1) is changes


def test_crops_show_both_tracks_before_and_after(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    (swap,) = [
        one
        for one in ReviewIndex.open(project, run_id).suspicions()
        if one.proposal.action is Action.SWAP
    ]
    roles = [crop.role for crop in swap.crops]
    assert roles == ["before", "after", "partner_before", "partner_after"]
    for crop in swap.crops:
        box = project.box(crop.box_id)
        assert (box.track_id, box.frame_index) == (crop.track_id, crop.frame)
        assert (crop.frame < swap.frame) == crop.role.endswith("before")
        assert np.allclose(box.box_xyxy, crop.box_xyxy)


def test_who_is_merged_away_at_the_far_side_of_a_long_gap_is_forgotten(tmp_path: Path) -> None:
    # Track 1 is of somebody else after its gap; its first person goes on as tracks 2 and 3.
    first = Walker(person=0, x=100, speed=2.0, number=1, frames=range(40))
    stranger = Walker(person=1, x=100, speed=2.0, number=1, frames=range(180, FRAME_COUNT))
    second = replace(first, number=2, frames=range(41, 61))
    third = replace(first, number=3, frames=range(62, 100))
    walkers = [first, stranger, second, third, *bystanders()]
    project, run_id = record_walkers(tmp_path / "gap.trackmend", walkers)
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        index = ReviewIndex.open(project, run_id)
        everything = index.suspicions(least_probability=0.0)
        assert any(one.numbers == (1, 2) for one in everything)
        index.update(project.edit(MergeTracks(keep=ids[3], absorb=ids[2])))
        after = index.suspicions(least_probability=0.0)
        assert after
        assert not any(2 in one.numbers for one in after)


def test_whom_an_undo_brings_back_explains_what_was_found_meanwhile(tmp_path: Path) -> None:
    # Somebody whose track has ended goes on in track 1 from frame 100 on.
    gone = Walker(person=1, x=90, speed=2.0, number=2, frames=range(30, 80))
    first = Walker(person=0, x=100, speed=2.0, number=1, frames=range(100))
    rest = Walker(person=1, x=100, speed=2.0, number=1, frames=range(100, FRAME_COUNT))
    lacking = Walker(person=2, x=130, speed=2.0, foot=300, number=4, untracked=range(105, 115))
    rival = Walker(person=2, x=135, speed=2.0, foot=302, number=5, frames=range(116, FRAME_COUNT))
    walkers = [gone, first, rest, lacking, rival, *bystanders()]
    project, run_id = record_walkers(tmp_path / "back.trackmend", walkers)
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        index = ReviewIndex.open(project, run_id)

        def told() -> list[tuple[str, str, str]]:
            fresh = ReviewIndex(project, run_id, scale=index.judge.scale)
            ours, theirs = (
                [(one.key, one.sentence, one.proposal.title) for one in every.suspicions()]
                for every in (index, fresh)
            )
            assert ours == theirs
            return ours

        before = told()
        assert any("looks like track 2, which ended before" in text for _, text, _ in before)
        for number in (2, 5, 4, 1):
            index.update(project.edit(DeleteTrack(track_id=ids[number])))
            told()
            undone = project.undo()
            assert undone is not None
            index.update(undone)
            assert told() == before, f"as it was before track {number} went"
