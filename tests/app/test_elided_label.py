"""A line of text that gives way to the window instead of making it wider."""

from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from trackmend_app.elided_label import ElidedLabel, PartsLabel
from trackmend_app.theme import DARK, apply_theme

LONG = "street.mp4 is tracked by the bundled model, which takes some minutes on this machine"


def test_it_asks_for_its_text_and_is_content_with_little(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    label, plain = ElidedLabel(), QLabel(LONG)
    qtbot.addWidget(label)
    qtbot.addWidget(plain)
    label.setText(LONG)
    assert label.sizeHint() == plain.sizeHint()
    assert label.minimumSizeHint().width() < plain.minimumSizeHint().width() / 4
    label.setText("ok")
    assert label.minimumSizeHint().width() <= QLabel("ok").minimumSizeHint().width()


def test_what_has_no_room_is_in_the_tooltip(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText(LONG)
    label.resize(120, 20)
    label.show()
    assert label.toolTip() == LONG
    label.resize(900, 20)
    qtbot.waitUntil(lambda: label.toolTip() == "")
    label.resize(120, 20)
    label.setText("short")
    assert label.toolTip() == ""


def test_with_room_it_looks_as_any_label(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    label, plain = ElidedLabel(), QLabel("12 of 40 frames")
    label.setText(plain.text())
    for one in (label, plain):
        qtbot.addWidget(one)
        one.resize(300, 24)
    assert label.grab().toImage() == plain.grab().toImage()
    label.resize(60, 24)
    plain.resize(60, 24)
    assert label.grab().toImage() != plain.grab().toImage()


def test_of_parts_the_first_and_the_last_stay_longest(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    label = PartsLabel()
    qtbot.addWidget(label)
    label.setText("X swaps · S splits here (119 boxes, 2 tracks) · Del deletes · Esc deselects")
    whole = label.sizeHint().width()
    label.resize(whole, 20)
    label.show()
    assert label.shown == label.text()
    label.resize(whole - 30, 20)
    assert label.shown == "X swaps · S splits here (119 boxes, 2 tracks) · … · Esc deselects"
    label.resize(whole // 2, 20)
    assert label.shown == "X swaps · … · Esc deselects"
    assert label.toolTip() == label.text()
    label.setText("Enter: give track 2 to track 8 in frames 104 to 179 · W no error · Esc leaves")
    assert label.shown == "Enter: give track 2 to t… · Esc leaves"
    label.resize(60, 20)
    assert label.shown.endswith("…")
