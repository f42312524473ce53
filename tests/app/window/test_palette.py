"""The palette finds what one means and does it."""

import pytest
from PySide6.QtCore import Qt
from window_stage import Stage

from trackmend_app.dialogs.command_palette import Command, CommandPalette, found

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def command(title: str, *, tip: str = "", enabled: bool = True) -> Command:
    return Command(action_id=title, title=title, place="Track", keys="", tip=tip, enabled=enabled)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("swap", "Swap from here on"),
        ("here swap", "Swap from here on"),
        ("sfh", "Swap from here on"),
        ("new id", "Split here"),
        ("merge", "Merge tracks"),
    ],
)
def test_the_best_fit_comes_first(typed: str, best: str) -> None:
    known = [
        command("Merge tracks", enabled=True),
        command("Split here", tip="a new id from here"),
        command("Swap from here on"),
        command("Swap in the range", enabled=False),
    ]
    assert found(typed, known)[0].title == best
    assert found("xyzzy", known) == []
    assert [one.title for one in found("", known)][-1] == "Swap in the range"


def palette_of(stage: Stage) -> CommandPalette:
    stage.press(Qt.Key.Key_P, CTRL_SHIFT)
    palette = stage.window.findChildren(CommandPalette)[-1]
    stage.wait(palette.isVisible)
    return palette


def test_a_command_is_found_and_done_without_the_mouse(stage: Stage) -> None:
    stage.open_video()
    palette = palette_of(stage)
    stage.qtbot.keyClicks(palette.field, "frame forward")
    assert palette.shown[0] == "step_forward"
    stage.qtbot.keyClick(palette, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert stage.session.frame_index == 1


def test_what_is_impossible_now_is_listed_last_and_not_done(stage: Stage) -> None:
    stage.open_video()
    palette = palette_of(stage)
    stage.qtbot.keyClicks(palette.field, "split here")
    assert palette.shown[0] == "split"
    stage.qtbot.keyClick(palette, Qt.Key.Key_Return)
    assert palette.isVisible()
    stage.qtbot.keyClick(palette, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_the_arrows_choose(stage: Stage) -> None:
    stage.open_video()
    palette = palette_of(stage)
    stage.qtbot.keyClicks(palette.field, "10 frames")
    assert set(palette.shown[:2]) == {"back_10", "forward_10"}
    row = palette.shown.index("forward_10")
    for _ in range(row):
        stage.qtbot.keyClick(palette, Qt.Key.Key_Down)
    stage.qtbot.keyClick(palette, Qt.Key.Key_Return)
    assert stage.session.frame_index == 10


def test_the_last_command_in_view_is_whole(stage: Stage) -> None:
    palette = palette_of(stage)
    row = palette.view.visualRect(palette.view.model().index(0, 0)).height()
    assert palette.view.viewport().height() % row == 0
    palette.reject()
