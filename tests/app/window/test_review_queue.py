"""The review queue in the window: N, look, Enter, undo; W, U, notes, restarts."""

from itertools import pairwise

import pytest
from job_driving import run_until
from PySide6.QtCore import QEvent, QObject, Qt
from review_driving import make_errors, press, queue_of, swaps, wait_for_queue
from window_stage import Stage

from trackmend_app.review.answer_card import AnswerCard
from trackmend_app.review.crop_strip import CELL_SIZE
from trackmend_app.review.open_card import OpenCard
from trackmend_app.review.queue_state import QueueState
from trackmend_core.project import Project
from trackmend_core.project.edits import SplitTrack
from trackmend_core.review import Action, ReviewIndex

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def swapped(stage: Stage) -> Stage:
    make_errors(stage)
    return stage


def test_n_shows_what_enter_then_mends_and_undo_opens_it_again(swapped: Stage) -> None:
    queue = queue_of(swapped)
    (wrong,) = swaps(swapped)
    count, before = len(queue.snapshot.open), swapped.session.project.digest()
    for _ in range(count):
        press(swapped, Qt.Key.Key_N)
        if queue.current.key == wrong.key:
            break
    assert swapped.session.frame_index == wrong.frame
    assert set(swapped.session.selection.track_ids) == set(wrong.tracks)
    card, bar = swapped.window.review_panel.open_card, swapped.window.review_panel.answer_bar
    assert card.isVisible()
    assert wrong.sentence in card.text
    assert wrong.proposal.title in bar.text
    swapped.wait(lambda: "2 tracks · touches no verified stretch" in bar.text)
    assert "Enter: swap" in swapped.window.status_line.standing
    assert "Esc leaves" in swapped.window.status_line.standing
    assert swapped.session.project.digest() == before, "nothing is written before Enter"
    edits = len(swapped.session.project.edits())

    press(swapped, Qt.Key.Key_Return)
    assert len(swapped.session.project.edits()) == edits + 1
    assert swapped.session.project.digest() != before
    assert not swaps(swapped)
    assert [answer.decision for answer in queue.snapshot.answers] == ["accepted"]
    assert queue.current is None or queue.current.key != wrong.key, "the next one is at hand"

    press(swapped, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert swapped.session.project.digest() == before
    assert queue.current is not None
    assert queue.current.key == wrong.key, "the same one waits, and is at hand"
    assert queue.snapshot.answers == ()
    assert swapped.session.project.review_answers(swapped.session.video.video_id) == []

    press(swapped, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | SHIFT)
    assert not swaps(swapped)
    assert [answer.decision for answer in queue.snapshot.answers] == ["accepted"]


def test_enter_makes_true_ids_of_wrong_ones(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    before = [box.number for box in swapped.session.boxes_at(30)]
    queue_of(swapped).take(wrong)
    press(swapped, Qt.Key.Key_Return)
    after = [box.number for box in swapped.session.boxes_at(30)]
    assert sorted(before) == sorted(after)
    boxes = {
        track_id: swapped.session.project.boxes_of_track(track_id) for track_id in wrong.tracks
    }
    for track in boxes.values():
        tracked_as = {box.frame_index: box.number for box in track}
        assert len(set(tracked_as.values())) == 1
        steps = [abs(b.box_xyxy[0] - a.box_xyxy[0]) for a, b in pairwise(track)]
        assert max(steps) < 20, "nobody jumps any more"


@pytest.mark.parametrize(
    ("key", "decision"), [(Qt.Key.Key_W, "rejected"), (Qt.Key.Key_U, "unsure")]
)
def test_w_and_u_keep_it_away_also_after_a_restart(
    swapped: Stage, key: Qt.Key, decision: str
) -> None:
    (wrong,) = swaps(swapped)
    before, edits = swapped.session.project.digest(), len(swapped.session.project.edits())
    queue_of(swapped).take(wrong)
    swapped.window.review_panel.open_card.note_box.setFocus()
    swapped.qtbot.keyClicks(swapped.window.review_panel.open_card.note_box, "twins, wun")
    assert not queue_of(swapped).snapshot.answers, "letters in the note answer nothing"
    swapped.qtbot.keyClick(swapped.window.review_panel.open_card.note_box, Qt.Key.Key_Return)
    assert swapped.session.project.digest() == before, "Enter in the note accepts nothing"
    press(swapped, key)
    assert not swaps(swapped)
    assert swapped.session.project.digest() == before
    assert len(swapped.session.project.edits()) == edits
    (answer,) = swapped.session.project.review_answers(swapped.session.video.video_id)
    assert (answer.decision, answer.note) == (decision, "twins, wun")

    path = swapped.session.project.path
    swapped.close()
    swapped.open_window()
    swapped.drop(path)
    swapped.wait(lambda: queue_of(swapped).state is QueueState.READY)
    assert not swaps(swapped)

    panel = swapped.window.review_panel
    panel.answers_button.click()
    assert panel.answers_button.isChecked()
    (card,) = [one for one in panel.findChildren(AnswerCard) if one.isVisible()]
    card.setFixedWidth(300)
    swapped.wait(lambda: card.width() == 300)
    assert card.back_button.width() >= card.back_button.sizeHint().width(), "it is whole"
    card.back_button.click()
    swapped.wait(lambda: bool(swaps(swapped)))
    assert queue_of(swapped).current.key == swaps(swapped)[0].key
    assert swapped.session.project.review_answers(swapped.session.video.video_id) == []


def test_a_rejected_one_stays_away_after_a_new_run(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    longest = max(stage.session.tracks(), key=lambda track: track.box_count)
    stage.session.edit(SplitTrack(track_id=longest.track_id, at_frame=18))
    queue = wait_for_queue(stage)
    (broken,) = [one for one in queue.snapshot.open if one.proposal.action is Action.MERGE]
    queue.take(broken)
    press(stage, Qt.Key.Key_W)
    stage.run_model()
    longest = max(stage.session.tracks(), key=lambda track: track.box_count)
    stage.session.edit(SplitTrack(track_id=longest.track_id, at_frame=18))
    queue = wait_for_queue(stage)
    assert not [one for one in queue.snapshot.open if one.proposal.action is Action.MERGE]


def test_shift_n_goes_back_and_esc_puts_it_down(swapped: Stage) -> None:
    queue = queue_of(swapped)
    press(swapped, Qt.Key.Key_N)
    first = queue.current
    press(swapped, Qt.Key.Key_N)
    assert queue.current is not first or len(queue.snapshot.open) == 1
    press(swapped, Qt.Key.Key_N, SHIFT)
    assert queue.current is first
    assert swapped.window.action_set["accept_fix"].isEnabled()
    press(swapped, Qt.Key.Key_Escape)
    assert queue.current is None
    assert not swapped.session.selection.track_ids
    assert not swapped.window.action_set["accept_fix"].isEnabled()
    assert not swapped.window.review_panel.open_card.isVisible()
    edits = len(swapped.session.project.edits())
    press(swapped, Qt.Key.Key_Return)
    assert len(swapped.session.project.edits()) == edits, "Enter means nothing with none at hand"


def test_the_queue_waits_while_a_run_goes_on(stage: Stage) -> None:
    stage.open_video()
    panel = stage.window.review_panel
    assert panel.message == "No tracks yet"
    run_until(stage, 5)
    stage.wait(lambda: queue_of(stage).state is QueueState.RUN_GOES_ON)
    assert panel.message == "Waiting for the run"
    stage.press(Qt.Key.Key_N)
    assert "waits until the run has ended" in stage.notices[-1]
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    wait_for_queue(stage)


def test_closing_the_project_ends_the_thread_and_empties_the_queue(swapped: Stage) -> None:
    press(swapped, Qt.Key.Key_N)
    swapped.trigger("close_project")
    queue = queue_of(swapped)
    assert queue.state is QueueState.NO_RUN
    assert queue.current is None
    assert queue.snapshot.open == ()
    assert queue.events_left is None


def test_enter_on_the_track_list_goes_to_the_track_and_mends_nothing(swapped: Stage) -> None:
    press(swapped, Qt.Key.Key_N)
    edits = len(swapped.session.project.edits())
    view = swapped.window.track_table.view
    view.setFocus()
    view.selectRow(0)
    swapped.qtbot.keyClick(view, Qt.Key.Key_Return)
    assert len(swapped.session.project.edits()) == edits


def test_an_edit_by_hand_settles_the_suspicion_at_hand(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    queue = queue_of(swapped)
    queue.take(wrong)
    assert wrong.proposal.edit is not None
    swapped.session.edit(wrong.proposal.edit)
    wait_for_queue(swapped)
    assert queue.current is None
    assert not swaps(swapped)
    assert queue.snapshot.answers == (), "mending by hand is no answer"


def test_the_runner_up_can_be_chosen_and_is_what_enter_makes(swapped: Stage) -> None:
    queue = queue_of(swapped)
    both = [one for one in queue.snapshot.open if one.runner_up and one.runner_up.edit]
    assert both
    queue.take(both[0])
    press(swapped, Qt.Key.Key_J)
    assert queue.chosen is both[0].runner_up
    expected = both[0].runner_up.title
    assert expected in swapped.window.review_panel.answer_bar.text
    press(swapped, Qt.Key.Key_Return)
    assert swapped.session.project.undo_title == expected


def test_an_answer_is_kept_though_the_window_is_closed_at_once(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    path = swapped.session.project.path
    queue_of(swapped).take(wrong)
    swapped.press(Qt.Key.Key_W)
    swapped.close()
    with Project.open(path) as project:
        (answer,) = project.review_answers(project.videos()[0].video_id)
    assert answer.decision == "rejected"


def test_many_edits_in_a_row_leave_the_queue_in_step(swapped: Stage) -> None:
    for _ in range(6):
        swapped.session.undo()
        swapped.session.redo()
    queue = wait_for_queue(swapped)
    fresh = ReviewIndex.open(swapped.session.project, swapped.session.run.run_id)
    assert [one.key for one in queue.snapshot.open] == [one.key for one in fresh.suspicions()]


@pytest.mark.parametrize("place", ["row of the track list", "matrix", "history"])
def test_n_gives_the_video_the_keys_so_that_enter_accepts(swapped: Stage, place: str) -> None:
    window = swapped.window
    if place == "matrix":
        swapped.press(Qt.Key.Key_E)
        swapped.wait(lambda: type(swapped.app.focusWidget()).__name__ == "HeatMatrix")
    else:
        if place == "history":
            swapped.trigger("panel_history")
            swapped.wait(lambda: window.history_panel.model.rowCount() > 0)
        view = window.history_panel.view if place == "history" else window.track_table.view
        at = view.visualRect(view.model().index(0, 0)).center()
        swapped.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
        view.setFocus()
    focused = swapped.app.focusWidget()
    edits = len(swapped.session.project.edits())
    swapped.qtbot.keyClick(focused, Qt.Key.Key_N)
    assert queue_of(swapped).current is not None
    swapped.qtbot.keyClick(swapped.app.focusWidget(), Qt.Key.Key_Return)
    assert len(swapped.session.project.edits()) == edits + 1
    wait_for_queue(swapped)


def test_what_a_fix_would_touch_is_told_anew_when_that_is_verified(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    bar = swapped.window.review_panel.answer_bar
    queue_of(swapped).take(wrong)
    swapped.wait(lambda: "touches no verified stretch" in bar.text)
    press(swapped, Qt.Key.Key_Y)
    swapped.wait(lambda: "2 verified stretches" in bar.text)
    press(swapped, Qt.Key.Key_Y)
    swapped.wait(lambda: "touches no verified stretch" in bar.text)


class Heights(QObject):
    """Notes at every paint of the opened card how much room its pictures and its words miss."""

    def __init__(self, card: OpenCard) -> None:
        super().__init__(card)
        self._card = card
        self.missing_px: list[int] = []
        card.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Paint:
            words, crops = self._card.sentence, self._card.crops
            self.missing_px += [
                words.heightForWidth(words.width()) - words.height(),
                CELL_SIZE.height() - crops.height(),
            ]
        return False


def test_no_card_is_ever_drawn_squashed(swapped: Stage) -> None:
    card = swapped.window.review_panel.open_card
    heights = Heights(card)
    queue_of(swapped).current_changed.connect(card.repaint)  # as the screen may, at any time
    for key in (Qt.Key.Key_N, Qt.Key.Key_N, Qt.Key.Key_W, Qt.Key.Key_U, Qt.Key.Key_Return):
        press(swapped, key)
        swapped.qtbot.wait(100)
    assert heights.missing_px
    assert max(heights.missing_px) <= 0


def test_the_opened_card_stays_in_view_when_the_window_gets_lower(swapped: Stage) -> None:
    window, panel = swapped.window, swapped.window.review_panel
    for track in swapped.session.tracks()[:4]:
        swapped.session.edit(SplitTrack(track_id=track.track_id, at_frame=track.last_frame - 4))
    queue = wait_for_queue(swapped)
    window.resize(1280, 1000)
    queue.take(queue.snapshot.open[3])
    swapped.qtbot.wait(100)
    window.resize(1280, 720)
    crops = panel.open_card.crops
    swapped.wait(lambda: crops.visibleRegion().boundingRect().height() == crops.height())


def test_cards_of_answers_are_made_only_for_who_looks_at_them(swapped: Stage) -> None:
    panel = swapped.window.review_panel
    press(swapped, Qt.Key.Key_N)
    press(swapped, Qt.Key.Key_W)
    assert panel.findChildren(AnswerCard) == []
    panel.answers_button.click()
    assert len(panel.findChildren(AnswerCard)) == 1
    assert panel.findChild(AnswerCard).isVisible()
