"""What a person splits, joins or swaps by hand is not proposed the other way round afterwards."""

import pytest
from job_driving import run_until
from PySide6.QtCore import Qt
from review_driving import make_errors, press, queue_of, wait_for_queue
from window_stage import Stage

from trackmend_app.review.answer_card import AnswerCard
from trackmend_app.review.kind_chip import KindChip
from trackmend_core.project.edits import SplitTrack
from trackmend_core.review import Action, Decision, Suspicion

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def looked_at(stage: Stage) -> Stage:
    """The drawn video, tracked without an error, and its queue."""
    stage.open_video()
    stage.run_model()
    wait_for_queue(stage)
    return stage


def proposing(stage: Stage, action: Action) -> list[Suspicion]:
    return [one for one in queue_of(stage).snapshot.open if one.proposal.action is action]


def answers(stage: Stage) -> list[str]:
    project = stage.session.required_project()
    return [one.title for one in project.review_answers(stage.session.video.video_id)]


def numbers(stage: Stage) -> list[int]:
    return sorted(track.number for track in stage.session.tracks())


def select(stage: Stage, *track_numbers: int) -> None:
    ids = {track.number: track.track_id for track in stage.session.tracks()}
    stage.session.select_tracks([ids[number] for number in track_numbers])


def longest(stage: Stage) -> int:
    return max(stage.session.tracks(), key=lambda track: track.box_count).number


def test_halves_that_a_person_parted_are_not_proposed_as_one(looked_at: Stage) -> None:
    number = longest(looked_at)
    select(looked_at, number)
    looked_at.go_to(18)
    press(looked_at, Qt.Key.Key_S)
    assert proposing(looked_at, Action.MERGE) == []
    (title,) = answers(looked_at)
    assert title.startswith("Settled by hand: Merge")
    (answer,) = queue_of(looked_at).snapshot.answers
    assert answer.decision == Decision.SETTLED
    assert " 0 done " in looked_at.window.review_panel.summary, "no suspicion was answered"

    panel = looked_at.window.review_panel
    panel.answers_button.click()
    (card,) = [one for one in panel.findChildren(AnswerCard) if one.isVisible()]
    assert card.findChild(KindChip).text == "Settled by hand"
    card.back_button.click()
    looked_at.wait(lambda: len(proposing(looked_at, Action.MERGE)) == 1)


def test_what_came_in_two_pieces_is_proposed_as_one(looked_at: Stage) -> None:
    track = max(looked_at.session.tracks(), key=lambda one: one.box_count)
    looked_at.session.edit(SplitTrack(track_id=track.track_id, at_frame=18))
    wait_for_queue(looked_at)
    assert len(proposing(looked_at, Action.MERGE)) == 1
    assert answers(looked_at) == []


def test_another_error_close_by_waits_as_before(stage: Stage) -> None:
    make_errors(stage)  # track 2 is cut ten frames earlier, and covers the person of track 4
    (broken,) = proposing(stage, Action.MERGE)
    select(stage, 4)
    stage.go_to(18)
    press(stage, Qt.Key.Key_S)
    assert [one.key for one in proposing(stage, Action.MERGE)] == [broken.key]
    assert len(answers(stage)) == 1


def test_one_undo_takes_a_split_back_and_no_answer_is_in_its_way(looked_at: Stage) -> None:
    before = numbers(looked_at)
    select(looked_at, longest(looked_at))
    looked_at.go_to(18)
    press(looked_at, Qt.Key.Key_S)
    assert len(answers(looked_at)) == 1
    press(looked_at, Qt.Key.Key_Z, CTRL)
    assert numbers(looked_at) == before
    assert answers(looked_at) == []
    assert queue_of(looked_at).snapshot.answers == ()
    press(looked_at, Qt.Key.Key_Z, CTRL | SHIFT)
    assert len(queue_of(looked_at).snapshot.answers) == 1
    assert proposing(looked_at, Action.MERGE) == []
    assert not looked_at.errors


def test_two_who_were_swapped_by_hand_are_not_proposed_to_be_swapped_back(
    looked_at: Stage,
) -> None:
    one, _, other, *_ = numbers(looked_at)
    select(looked_at, one, other)
    looked_at.go_to(20)
    press(looked_at, Qt.Key.Key_X)
    assert proposing(looked_at, Action.SWAP) == []
    assert len(answers(looked_at)) == 1
    press(looked_at, Qt.Key.Key_Z, CTRL)
    assert proposing(looked_at, Action.SWAP) == []


def test_a_proposal_that_is_accepted_is_not_followed_by_its_opposite(looked_at: Stage) -> None:
    track = max(looked_at.session.tracks(), key=lambda one: one.box_count)
    looked_at.session.edit(SplitTrack(track_id=track.track_id, at_frame=18))
    queue = wait_for_queue(looked_at)
    (broken,) = proposing(looked_at, Action.MERGE)
    queue.take(broken)
    press(looked_at, Qt.Key.Key_Return)
    assert proposing(looked_at, Action.SPLIT) == []
    assert [title.partition(":")[0] for title in answers(looked_at)] == ["Accepted"]


def test_what_is_mended_while_the_run_goes_on_is_settled_at_its_end(stage: Stage) -> None:
    stage.open_video()
    run_until(stage, 38)
    stage.wait(lambda: stage.session.run.next_frame > 20)
    whole = min(stage.session.tracks(), key=lambda one: (one.first_frame, one.number))
    stage.session.select_tracks([whole.track_id])
    stage.go_to(10)
    stage.press(Qt.Key.Key_S)
    assert not stage.errors
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    wait_for_queue(stage)
    assert proposing(stage, Action.MERGE) == []
    (title,) = answers(stage)
    assert title.startswith("Settled by hand: Merge")
