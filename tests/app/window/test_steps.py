"""Ctrl+Z takes back what was done last: an edit, an answer, a verified stretch, an opened card."""

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
    settled = ["rejected", "settled"]
    assert decisions(swapped) == [*settled, "unsure"]

    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (decisions(swapped), swapped.session.project.digest()) == (settled, split)
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (decisions(swapped), swapped.session.project.digest()) == (["rejected"], made)
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (decisions(swapped), swapped.session.project.digest()) == ([], made)
    for answers, digest in ((1, made), (2, split), (3, split)):
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


def history(stage: Stage) -> list[tuple[str, str]]:
    model = stage.window.history_panel.model
    rows = range(model.rowCount())
    return [(model.index(n, Column.WHAT).data(), model.index(n, Column.STATE).data()) for n in rows]


def stretches(stage: Stage) -> list[tuple[int, int, bool]]:
    shown = stage.bench.verification.stretches
    stored = stage.session.project.verified(stage.session.run.run_id)
    assert list(shown) == stored
    return [(one.first_frame, one.last_frame, one.is_intact) for one in stored]


def test_undo_takes_a_verified_stretch_back_and_goes_to_its_place(swapped: Stage) -> None:
    swapped.trigger("reset_layout")
    swapped.trigger("panel_history")
    swapped.wait(swapped.window.history_panel.isVisible)
    before = swapped.session.project.digest()
    swapped.go_to(10)
    swapped.press(Qt.Key.Key_Y)
    said = "Verified: all tracks, frames 1–11"
    assert f"{said} · Y again or Ctrl+Z takes it back" in swapped.window.status_line.text
    assert undo_text(swapped) == f"Undo: {said}"
    swapped.wait(lambda: history(swapped)[0] == (said, ""))

    swapped.go_to(30)
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (stretches(swapped), swapped.session.frame_index) == ([], 0)
    assert f"Undone: {said}" in swapped.window.status_line.text
    assert "verified 0 %" in swapped.window.status_line.text
    assert swapped.session.project.digest() == before, "no edit was touched"
    swapped.wait(lambda: history(swapped)[0] == (said, "undone"))
    assert undo_text(swapped).startswith("Undo: Split")

    press(swapped, Qt.Key.Key_Z, CTRL | SHIFT)
    assert stretches(swapped) == [(0, 10, True)]
    assert f"Redone: {said}" in swapped.window.status_line.text
    swapped.wait(lambda: history(swapped)[0] == (said, ""))
    assert "verified 0 %" not in swapped.window.status_line.text


def test_undo_verifies_again_what_y_pressed_twice_took_back(swapped: Stage) -> None:
    swapped.go_to(10)
    swapped.press(Qt.Key.Key_Y)
    swapped.press(Qt.Key.Key_Y)
    assert stretches(swapped) == []
    assert undo_text(swapped) == "Undo: No longer verified: all tracks, frames 1–11"
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert stretches(swapped) == [(0, 10, True)]
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert stretches(swapped) == []


def test_undo_takes_back_the_stretches_of_several_tracks_at_once(swapped: Stage) -> None:
    chosen = [track.track_id for track in swapped.session.tracks()][:2]
    swapped.session.select_tracks(chosen)
    swapped.press(Qt.Key.Key_Y)
    assert len(stretches(swapped)) == 2
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert stretches(swapped) == []


def test_undo_goes_through_edits_answers_and_verified_stretches_after_a_restart(
    swapped: Stage,
) -> None:
    (wrong,) = swaps(swapped)
    swapped.go_to(5)
    swapped.press(Qt.Key.Key_Y)
    queue_of(swapped).take(wrong)
    press(swapped, Qt.Key.Key_W)
    swapped.go_to(3)
    swapped.click_box(swapped.numbers_here()[0])
    press(swapped, Qt.Key.Key_Delete)
    assert stretches(swapped) == [(0, 5, False)]
    path = swapped.session.project.path
    swapped.close()
    swapped.open_window()
    swapped.drop(path)
    swapped.wait(lambda: queue_of(swapped).state is QueueState.READY)
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (stretches(swapped), decisions(swapped)) == ([(0, 5, True)], ["rejected"])
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (stretches(swapped), decisions(swapped)) == ([(0, 5, True)], [])
    press(swapped, Qt.Key.Key_Z, CTRL)
    assert (stretches(swapped), decisions(swapped)) == ([], [])
    for _ in range(3):
        press(swapped, Qt.Key.Key_Z, CTRL | SHIFT)
    assert (stretches(swapped), decisions(swapped)) == ([(0, 5, False)], ["rejected"])


def test_undo_closes_a_card_that_was_opened_again(swapped: Stage) -> None:
    swapped.trigger("reset_layout")
    swapped.trigger("panel_history")
    swapped.wait(swapped.window.history_panel.isVisible)
    (wrong,) = swaps(swapped)
    queue_of(swapped).take(wrong)
    swapped.qtbot.keyClicks(swapped.window.review_panel.open_card.note_box, "twins")
    press(swapped, Qt.Key.Key_W)
    answer = f"Not an error: {wrong.proposal.title}"
    swapped.window.panels.show("review")
    swapped.window.review_panel.answers_button.click()
    (card,) = swapped.window.review_panel.findChildren(AnswerCard)
    card.back_button.click()
    wait_for_queue(swapped)
    assert queue_of(swapped).current.key == wrong.key
    assert swapped.window.review_panel.open_card.note_box.text() == "twins"
    assert undo_text(swapped) == f"Undo: Open again: {answer}"
    assert decisions(swapped) == []
    swapped.window.panels.show("history")
    swapped.wait(
        lambda: history(swapped)[:2] == [(f"Open again: {answer}", ""), (answer, "taken back")]
    )

    press(swapped, Qt.Key.Key_Z, CTRL)
    assert not swaps(swapped)
    assert decisions(swapped) == ["rejected"]
    swapped.wait(
        lambda: history(swapped)[:2] == [(f"Open again: {answer}", "undone"), (answer, "")]
    )
    press(swapped, Qt.Key.Key_Z, CTRL | SHIFT)
    assert [one.key for one in swaps(swapped)] == [wrong.key]
    assert queue_of(swapped).current.key == wrong.key
    for _ in range(2):
        press(swapped, Qt.Key.Key_Z, CTRL)
    assert decisions(swapped) == [], "the answer itself was taken back"
    assert [one.key for one in swaps(swapped)] == [wrong.key]
