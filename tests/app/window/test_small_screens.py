"""No key of the main job makes the window larger than the screen it was made for."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog, QToolButton, QWidget
from review_driving import make_errors, queue_of, swaps, wait_for_queue
from window_stage import Stage

from trackmend_app.settings import AppSettings, save_settings, settings_file
from trackmend_app.wording.translator import speak

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
PANELS = (
    "tracks",
    "timeline",
    "similarity",
    "review",
    "why",
    "alike",
    "film",
    "history",
    "training",
)
KEYS = [
    (Qt.Key.Key_N, NONE),
    (Qt.Key.Key_J, NONE),
    (Qt.Key.Key_W, NONE),
    (Qt.Key.Key_N, NONE),
    (Qt.Key.Key_U, NONE),
    (Qt.Key.Key_Z, CTRL),
    (Qt.Key.Key_N, NONE),
    (Qt.Key.Key_Return, NONE),
    (Qt.Key.Key_Z, CTRL),
    (Qt.Key.Key_A, NONE),
    (Qt.Key.Key_E, NONE),
    (Qt.Key.Key_E, SHIFT),
    (Qt.Key.Key_M, NONE),
    (Qt.Key.Key_Escape, NONE),
    (Qt.Key.Key_B, NONE),
    (Qt.Key.Key_Escape, NONE),
    (Qt.Key.Key_Y, NONE),
    (Qt.Key.Key_F, NONE),
    (Qt.Key.Key_S, NONE),
    (Qt.Key.Key_Z, CTRL),
    (Qt.Key.Key_R, NONE),
    (Qt.Key.Key_Escape, NONE),
    (Qt.Key.Key_Backslash, CTRL),
    (Qt.Key.Key_R, NONE),
    (Qt.Key.Key_Escape, NONE),
]


@pytest.fixture(params=["en", "de"])
def language(
    request: pytest.FixtureRequest, isolated_home: object, qapp: QApplication
) -> Iterator[str]:
    save_settings(settings_file(), AppSettings().with_values({"language.code": request.param}))
    yield request.param
    speak(qapp, "en")


@pytest.fixture(params=[QSize(1280, 720), QSize(1366, 768)], ids=["1280x720", "1366x768"])
def small(request: pytest.FixtureRequest, language: str, stage: Stage) -> tuple[Stage, QSize]:
    size: QSize = request.param
    stage.window.resize(size)
    make_errors(stage)
    return stage, size


def too_large(widget: QWidget, size: QSize) -> bool:
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    needed = widget.minimumSizeHint().expandedTo(widget.size())
    return needed.width() > size.width() or needed.height() > size.height()


def settle(stage: Stage) -> None:
    queue = queue_of(stage)
    stage.wait(lambda: queue.state == "ready" and not stage.bench.retracking.runner.is_running)
    stage.rest(60)


def test_no_key_of_the_main_job_makes_the_window_larger(small: tuple[Stage, QSize]) -> None:
    stage, size = small
    grown = [f"at first {stage.window.size()}"] if too_large(stage.window, size) else []
    (wrong,) = swaps(stage)
    queue_of(stage).take(wrong)
    for key, modifier in KEYS:
        stage.press(key, modifier)
        settle(stage)
        if too_large(stage.window, size):
            hint = stage.window.minimumSizeHint()
            grown.append(f"{key.name} {stage.window.size()} {hint}")
    assert not grown, grown
    assert not stage.errors, stage.errors


def test_no_panel_makes_the_window_larger(small: tuple[Stage, QSize]) -> None:
    stage, size = small
    wait_for_queue(stage)
    grown = []
    for key in (None, Qt.Key.Key_R):
        if key is not None:
            stage.press(key)
            settle(stage)
        for name in PANELS:
            stage.window.panels.show(name)
            stage.rest(30)
            if too_large(stage.window, size):
                grown.append(f"{name} {key} {stage.window.size()} {stage.window.minimumSizeHint()}")
    assert not grown, grown


def test_what_made_way_for_a_dry_run_comes_back_with_the_same_tab_in_front(stage: Stage) -> None:
    make_errors(stage)
    panels = stage.window.panels
    panels.show("why")
    stage.wait(lambda: not panels["why"].visibleRegion().isEmpty())
    stage.press(Qt.Key.Key_R)
    settle(stage)
    stage.wait(lambda: not panels["retrack"].visibleRegion().isEmpty())
    assert panels["review"].isHidden() and panels["why"].isHidden()
    stage.press(Qt.Key.Key_Escape)
    stage.wait(lambda: not panels["why"].visibleRegion().isEmpty())
    assert panels["retrack"].isHidden()
    assert not panels["review"].isHidden(), "as a tab behind"


DIALOGS = (
    "settings",
    "key_sheet",
    "edit_keys",
    "models",
    "finetune",
    "find_command",
    "help_swapped",
    "about",
    "report_problem",
    "refine",
    "check_queue",
    "carry_over",
    "describe_track",
)


def test_every_dialog_fits_on_the_screen(small: tuple[Stage, QSize]) -> None:
    stage, size = small
    stage.go_to(20)
    stage.click_box(stage.numbers_here()[0])
    shown, large = set(), []
    for action_id in DIALOGS:
        action = stage.window.action_set[action_id]
        if not action.isEnabled():
            continue
        stage.window.canvas.setFocus()
        action.trigger()
        stage.rest(150)
        found = [one for one in stage.window.findChildren(QDialog) if one.isVisible()]
        for dialog in found:
            shown.add(action_id)
            if too_large(dialog, size):
                large.append(f"{action_id} {dialog.size()} {dialog.minimumSizeHint()}")
            dialog.reject()
            stage.rest(20)
        stage.wait(lambda: not stage.window.errands.runner.is_running)
    assert not large, large
    assert len(shown) >= 9, shown
    assert not too_large(stage.window, size)


def test_a_dry_run_beside_maps_needs_no_more_than_a_low_screen(small: tuple[Stage, QSize]) -> None:
    stage, size = small
    stage.go_to(20)
    stage.click_box(stage.numbers_here()[0])
    tiles = stage.window.why.similarity_panel.tiles
    stage.wait(lambda: all(tile.similarity is not None for tile in tiles if tile.frame_index))
    stage.press(Qt.Key.Key_R)
    settle(stage)
    assert not too_large(stage.window, size), stage.window.size()
    panel = stage.window.retracking.panel
    panel.changes.setVisible(True)  # as with changes to go through
    stage.rest(60)
    assert not too_large(stage.window, size), stage.window.size()
    assert panel.accept_button.visibleRegion().boundingRect().height() > 20, "it stays in sight"


def test_no_button_and_no_id_is_cut_off(small: tuple[Stage, QSize]) -> None:
    stage, size = small
    bar, view = stage.window.tool_bar, stage.window.track_table.view
    stage.wait(lambda: bar.width() == size.width())
    stage.rest(20)  # the layout follows
    buttons = [one for one in bar.findChildren(QToolButton) if one.objectName()[:7] == "button_"]
    assert [one.objectName() for one in buttons if not one.isVisible()] == []
    needed = bar.layout().sizeHint().width()
    assert needed <= bar.width() - 100, "there is room for the place in a long video"
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # as with many tracks
    stage.rest(60)
    assert view.columnWidth(0) >= 50
    assert not too_large(stage.window, size)


def test_a_search_for_no_command_says_so(stage: Stage) -> None:
    stage.trigger("find_command")
    (palette,) = [one for one in stage.window.findChildren(QDialog) if one.isVisible()]
    assert not palette.nothing.isVisible()
    stage.qtbot.keyClicks(palette.field, "qqq")
    assert palette.nothing.isVisible()
    palette.reject()
