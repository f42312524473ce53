from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from edit_driving import hold_ctrl
from pseudo_locale import burst
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QTabBar
from pytestqt.exceptions import TimeoutError as QtBotTimeout
from window_stage import TIMEOUT_MS, Stage

from trackmend_app.carrying.carry_dialog import CarryOverDialog
from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.review.queue_words import proposal_parts
from trackmend_app.settings import AppSettings, save_settings, settings_file
from trackmend_app.theme import ui_font
from trackmend_app.why.pair_card import Figure, PairCard, Side
from trackmend_app.wording.translator import speak
from trackmend_core.jobs.carrying import CarriedOver, Conflict
from trackmend_core.jobs.conflict_words import ConflictKind, say_conflict, say_decided
from trackmend_core.review import Action, Proposal

KEY = CropKey.around(3, (10.0, 10.0, 30.0, 60.0))


@pytest.fixture
def german(isolated_home: object, qapp: QApplication) -> Iterator[None]:
    """German as a person sets it, before the window is built."""
    save_settings(settings_file(), AppSettings().with_values({"language.code": "de"}))
    yield
    speak(qapp, "en")


@pytest.fixture
def german_stage(german: None, stage: Stage) -> Stage:
    return stage


def test_the_window_speaks_the_language_of_the_settings(german_stage: Stage) -> None:
    window = german_stage.window
    menus = [action.text() for action in window.menuBar().actions()]
    assert menus[:3] == ["&Datei", "&Bearbeiten", "&Ansicht"]
    german_stage.open_video()
    german_stage.run_model()
    german_stage.click_box(1)
    german_stage.go_to(8)
    german_stage.trigger("split")
    assert window.action_set["undo"].text() == "Rückgängig: Spur 1 bei Bild 9 trennen"
    assert "geprüft 0 %" in window.status_line.text
    german_stage.trigger("panel_history")
    model = window.history_panel.model
    german_stage.wait(lambda: model.rowCount() == 1)
    assert model.index(0, 1).data() == "Spur 1 bei Bild 9 trennen"
    german_stage.trigger("help_swapped")
    help_window = next(one for one in window.findChildren(QDialog) if one.isVisible())
    assert help_window.windowTitle() == "Was tue ich, wenn…"
    help_window.reject()


def test_qts_own_buttons_speak_german_too(german_stage: Stage) -> None:
    german_stage.trigger("settings")
    dialog = next(one for one in german_stage.window.findChildren(QDialog) if one.isVisible())
    box = dialog.findChild(QDialogButtonBox)
    assert box is not None
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "Abbrechen"
    dialog.reject()


def test_titles_of_columns_are_whole_in_german(german_stage: Stage) -> None:
    header = german_stage.window.track_table.view.horizontalHeader()
    model = german_stage.window.track_table.view.model()
    metrics = QFontMetricsF(ui_font(12, weight=QFont.Weight.Medium))
    for column in range(1, model.columnCount()):
        title = model.headerData(column, Qt.Orientation.Horizontal)
        assert metrics.horizontalAdvance(title) + 18 <= header.sectionSize(column), title


def test_the_numbers_of_a_german_proposal_are_marked_as_tracks(german: None) -> None:
    title = "Swap track 1 and track 2 from frame 81 on"
    proposal = Proposal(action=Action.SWAP, title=title, edit=None, score=1.0, gain_boxes=2)
    speak(QApplication.instance(), "de")
    parts = proposal_parts(proposal)
    assert (
        "".join(part.text for part in parts) == "Vorschlag: Spur 1 und Spur 2 ab Bild 81 tauschen"
    )
    assert [part.number for part in parts if part.number is not None] == [1, 2]


def test_the_figures_of_a_pair_are_whole_beside_the_matrix(german_stage: Stage) -> None:
    card = PairCard()
    german_stage.qtbot.addWidget(card)
    card.set_compact(True)
    sides = (Side(name="1", number=1, frame_index=3, key=KEY),) * 2
    card.show_pair(
        sides,
        [Figure(name="Überdeckung, gemessen", value="0.82", limit="≥ 0.50", fits=True)],
        words="",
        may_compare=True,
    )
    card.show()
    german_stage.qtbot.waitExposed(card)
    for label in (*card.findChildren(QLabel), card.compare_button):
        if label.isVisible() and label.text():
            assert label.width() >= label.sizeHint().width(), label.text()


def test_german_bursts_nothing(german_stage: Stage) -> None:
    german_stage.open_video()
    german_stage.run_model()
    german_stage.click_box(1)
    window = german_stage.window
    with suppress(QtBotTimeout):
        german_stage.qtbot.waitUntil(lambda: not burst(window), timeout=TIMEOUT_MS)
    assert burst(window) == []


def test_conflicts_of_carrying_over_are_told_in_german(german_stage: Stage) -> None:
    texts = [
        say_conflict(ConflictKind.MISSED, 3, range(1, 5)),
        say_conflict(ConflictKind.UNCLEAR, 4, [7]),
        say_decided(5, frame=8, decided=9),
    ]
    conflicts = tuple(
        Conflict(kind=ConflictKind.MISSED, number=1, first_frame=1, last_frame=1, message=text)
        for text in texts
    )
    result = CarriedOver(said=1, found=0, edits={}, conflicts=conflicts)
    dialog = CarryOverDialog(german_stage.window, from_run=1, result=result)
    german_stage.qtbot.addWidget(dialog)
    shown = [dialog.conflicts.item(row).text() for row in range(dialog.conflicts.count())]
    assert shown[0] == "Spur 3 des früheren Laufs ist nicht zu sehen: Bilder 2 bis 5."
    assert not any("track" in text.lower() or "frame" in text for text in shown), shown


def test_tabs_states_and_the_word_for_suspicious_are_german_and_whole(german_stage: Stage) -> None:
    german_stage.open_video()
    german_stage.run_model()
    window = german_stage.window
    german_stage.click_box(1)
    german_stage.go_to(8)
    german_stage.trigger("split")
    german_stage.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    for name in ("why", "alike", "film", "history"):
        window.panels.show(name)
    german_stage.wait(lambda: window.history_panel.model.rowCount() == 1)
    (tabs,) = [one for one in window.findChildren(QTabBar) if one.isVisible() and one.count() > 3]
    for at in range(tabs.count()):
        assert tabs.tabRect(at).width() >= tabs.fontMetrics().horizontalAdvance(tabs.tabText(at))
        assert "…" not in tabs.tabText(at)
    assert tabs.sizeHint().width() <= tabs.width(), "no tab is elided"
    state = window.history_panel.model.index(0, 3).data()
    assert state == "zurückgenommen"
    metrics = QFontMetricsF(ui_font(12))
    assert window.history_panel.view.columnWidth(3) >= metrics.horizontalAdvance(state)
    suspected = next(iter(german_stage.session.tracks()))
    window.tracks_presenter.show_suspicion({suspected.track_id: 0.8}, np.zeros(0, np.float32))
    window.track_table.filter_box.setText("verdächtig")
    assert window.track_table.view.model().rowCount() == 1


def test_what_is_odd_about_a_video_is_said_in_german(german_stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "bilder"
    folder.mkdir()
    for number in (1, 2, 3, 9):
        cv2.imwrite(str(folder / f"{number:06}.png"), np.full((96, 128, 3), 50, np.uint8))
    german_stage.drop(folder)
    german_stage.wait(lambda: german_stage.window.canvas_presenter.shown_frame >= 0)
    text = german_stage.window.status_line.text
    assert "5 der nummerierten Bilder fehlen, das erste nach 000003.png" in text
    assert "Der Ordner bilder nennt keine Bildrate" in text


def test_who_cannot_be_one_and_the_keys_of_the_list_are_told_in_german(
    german_stage: Stage,
) -> None:
    german_stage.open_video()
    german_stage.run_model()
    german_stage.go_to(20)
    a, b = german_stage.numbers_here()[:2]
    german_stage.press(Qt.Key.Key_M)
    for number in (a, b):
        german_stage.click_box(number)
    line = german_stage.window.status_line
    german_stage.wait(lambda: "nicht eine sein" in line.standing)
    assert line.standing.endswith("können also nicht eine sein · Esc verlässt")
    assert "Bildern (zuerst in Bild" in line.standing
    german_stage.press(Qt.Key.Key_Escape)
    german_stage.press(Qt.Key.Key_Escape)
    german_stage.click_box(a)
    hold_ctrl(german_stage)
    words = [one.text() for one in german_stage.window.assign_list.findChildren(QLabel)]
    assert "Strg+0" in words and not any("Ctrl" in word for word in words)
    german_stage.window.assign_list.put_away()
