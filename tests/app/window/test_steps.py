"""Ctrl+Z takes back what was done last, be it an edit or an answer to a suspicion."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from review_driving import make_errors, press, queue_of, swaps, wait_for_queue
from window_stage import Stage

from trackmend_app.history.history_model import Column
from trackmend_app.review.answer_card import AnswerCard
from trackmend_app.review.queue_snapshot import choices
from trackmend_app.review.queue_state import QueueState

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def swapped(stage: Stage) -> Stage:
    make_errors(stage)
    return stage


def decisions(stage: Stage) -> list[str]:
    video = stage.session.video
    return [one.decision for one in stage.session.project.review_answers(video.video_id)]


def undo_text(stage: Stage) -> str:
    return stage.window.action_set["undo"].text()


@pytest.mark.parametrize(
    ("key", "words"), [(Qt.Key.Key_W, "Not an error"), (Qt.Key.Key_U, "Unsure")]
)
def test_undo_after_an_answer_brings_the_card_back_with_its_note(
    swapped: Stage, key: Qt.Key, words: str
) -> None:
    (wrong,) = swaps(swapped)
    before = swapped.session.project.digest()
    queue_of(swapped).take(wrong)
    note = swapped.window.review_panel.open_card.note_box
    swapped.qtbot.keyClicks(note, "twins")
    press(swapped, key)
    assert not swaps(swapped)
    assert undo_text(swapped) == f"Undo: {words}: {wrong.proposal.title}"
    assert (
        f"{words}: {wrong.proposal.title} · Ctrl+Z takes it back" in swapped.window.status_line.text
    )

    swapped.go_to(0)
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert f"Undone: {words}: {wrong.proposal.title}" in swapped.window.status_line.text
    assert queue_of(swapped).current.key == wrong.key, "the card is back, and opened"
    assert swapped.session.frame_index == wrong.frame
    assert note.text() == "twins"
    assert decisions(swapped) == []
    assert swapped.session.project.digest() == before, "no edit was touched"

    press(swapped, Qt.Key.Key_Z, CTRL | SHIFT)
    assert f"Redone: {words}: {wrong.proposal.title}" in swapped.window.status_line.text
    assert not swaps(swapped)
    assert queue_of(swapped).current is not None, "the next one is at hand"
    (answer,) = queue_of(swapped).snapshot.answers
    assert answer.note == "twins"


def test_undo_goes_back_through_answers_and_edits_in_their_order(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    made = swapped.session.project.digest()
    queue_of(swapped).take(wrong)
    press(swapped, Qt.Key.Key_W)
    swapped.go_to(5)
    swapped.click_box(swapped.numbers_here()[0])
    press(swapped, Qt.Key.Key_S)
    split = swapped.session.project.digest()
    press(swapped, Qt.Key.Key_N)
    press(swapped, Qt.Key.Key_U)
    assert decisions(swapped) == ["rejected", "unsure"]

    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (decisions(swapped), swapped.session.project.digest()) == (["rejected"], split)
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (decisions(swapped), swapped.session.project.digest()) == (["rejected"], made)
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (decisions(swapped), swapped.session.project.digest()) == ([], made)
    for answers, digest in ((1, made), (1, split), (2, split)):
        press(swapped, Qt.Key.Key_Z, CTRL | SHIFT)
        assert (len(decisions(swapped)), swapped.session.project.digest()) == (answers, digest)


def test_undo_right_behind_an_answer_waits_until_the_file_has_it(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    queue_of(swapped).take(wrong)
    edits = swapped.session.project.digest()
    swapped.press(Qt.Key.Key_W)
    swapped.press(Qt.Key.Key_Z, CTRL)  # nothing was waited for
    swapped.wait(lambda: "Undone: Not an error" in swapped.window.status_line.text)
    wait_for_queue(swapped)
    assert decisions(swapped) == []
    assert queue_of(swapped).current.key == wrong.key
    assert swapped.session.project.digest() == edits


def test_an_answer_is_taken_back_after_a_restart(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    queue_of(swapped).take(wrong)
    press(swapped, Qt.Key.Key_W)
    path = swapped.session.project.path
    swapped.close()
    swapped.open_window()
    swapped.drop(path)
    swapped.wait(lambda: queue_of(swapped).state is QueueState.READY)
    assert undo_text(swapped) == f"Undo: Not an error: {wrong.proposal.title}"
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert [one.key for one in swaps(swapped)] == [wrong.key]
    assert queue_of(swapped).current.key == wrong.key


def test_an_answer_is_taken_back_while_another_run_has_no_queue_yet(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    queue_of(swapped).take(wrong)
    press(swapped, Qt.Key.Key_W)
    queue_of(swapped).close()  # as while a run goes on
    swapped.press(Qt.Key.Key_Z, CTRL)
    assert decisions(swapped) == []
    assert "Undone: Not an error" in swapped.window.status_line.text


def test_the_list_of_answers_says_what_was_proposed_and_what_was_made(swapped: Stage) -> None:
    waiting = queue_of(swapped).snapshot.open
    two_ways = next(one for one in waiting if len(choices(one)) == 2)
    queue_of(swapped).take(two_ways)
    press(swapped, Qt.Key.Key_J)
    made = queue_of(swapped).chosen.title
    assert made != two_ways.proposal.title
    press(swapped, Qt.Key.Key_Return)
    press(swapped, Qt.Key.Key_N)
    left = queue_of(swapped).current
    press(swapped, Qt.Key.Key_W)
    swapped.window.review_panel.answers_button.click()
    cards = swapped.window.review_panel.findChildren(AnswerCard)
    texts = [" ".join(label.text() for label in card.findChildren(QLabel)) for card in cards]
    (rejected,) = [text for text in texts if left.proposal.title in text]
    (accepted,) = [text for text in texts if made in text]
    assert rejected != accepted


def test_the_history_lists_answers_among_the_edits(swapped: Stage) -> None:
    swapped.trigger("reset_layout")
    swapped.trigger("panel_history")
    swapped.wait(swapped.window.history_panel.isVisible)
    model = swapped.window.history_panel.model

    def top() -> tuple[str, str]:
        return model.index(0, Column.WHAT).data(), model.index(0, Column.STATE).data()

    (wrong,) = swaps(swapped)
    queue_of(swapped).take(wrong)
    press(swapped, Qt.Key.Key_W)
    said = f"Not an error: {wrong.proposal.title}"
    swapped.wait(lambda: top() == (said, ""))
    press(swapped, Qt.Key.Key_Z, CTRL)
    swapped.wait(lambda: top() == (said, "undone"))
    press(swapped, Qt.Key.Key_Z, CTRL | SHIFT)
    swapped.wait(lambda: top() == (said, ""))
    swapped.go_to(0)
    swapped.window.history_panel.line_activated.emit(model.lines[0])
    assert swapped.session.frame_index == wrong.frame
