"""For people who use the keyboard alone, or read by ear."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)
from review_driving import make_errors, wait_for_queue
from window_stage import Stage

from trackmend_app.help.first_start import begin_first_time
from trackmend_app.help.tour import Step
from trackmend_app.wording.shown_keys import key_text

DOCKS = ("tracks", "timeline", "similarity", "review", "film", "history", "training")
CONTROLS = (
    QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView, QPlainTextEdit,
)  # fmt: skip


def controls(window: QWidget) -> list[QWidget]:
    """Everything that a person can work with, without the parts that Qt puts into it."""
    found = []
    for widget in window.findChildren(QWidget):
        inner = isinstance(
            widget.parentWidget(),
            QComboBox | QAbstractSpinBox | QAbstractItemView | QLineEdit | QKeySequenceEdit,
        )
        hidden = isinstance(widget, QHeaderView | QScrollBar) or widget.objectName().startswith(
            "qt_"
        )
        popup = widget.window() is not window
        if not (inner or hidden or popup) and (
            isinstance(widget, CONTROLS) or widget.focusPolicy() is Qt.FocusPolicy.StrongFocus
        ):
            found.append(widget)
    return found


def takes_tab(widget: QWidget) -> bool:
    """Tell whether Tab may stop there now."""
    policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(policy) and widget.isEnabled() and widget.isVisible()


def is_in_front(dock: QDockWidget) -> bool:
    return dock.isVisible() and dock.window().rect().intersects(dock.geometry())


def nameless(window: QWidget) -> list[str]:
    found = []
    for widget in controls(window):
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            parent = widget.parentWidget()
            found.append(f"{type(widget).__name__} {widget.objectName()} in {parent!r}")
    return found


def work(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    for dock in DOCKS:
        stage.window.panels.show(dock)
    stage.click_box(1)
    QApplication.processEvents()


def test_every_control_of_the_window_has_a_name_for_those_who_read_by_ear(stage: Stage) -> None:
    assert not nameless(stage.window), "\n".join(nameless(stage.window))
    work(stage)
    assert not nameless(stage.window), "\n".join(nameless(stage.window))


@pytest.mark.parametrize(
    "action_id",
    ["edit_keys", "find_command", "finetune", "describe_track", "settings", "report_problem",
     "help_swapped", "about", "key_sheet"],
)  # fmt: skip
def test_every_control_of_a_dialog_has_a_name(stage: Stage, action_id: str) -> None:
    stage.open_video()
    stage.run_model()
    stage.click_box(1)
    stage.trigger(action_id)
    dialog = [one for one in stage.window.findChildren(QDialog) if one.isVisible()][-1]
    assert nameless(dialog) == []
    dialog.reject()


@pytest.mark.parametrize(
    "action_id",
    ["edit_keys", "finetune", "describe_track", "settings", "report_problem",
     "help_swapped", "about", "key_sheet", "models"],
)  # fmt: skip
def test_tab_goes_round_a_whole_dialog(stage: Stage, action_id: str) -> None:
    stage.open_video()
    stage.run_model()
    stage.click_box(1)
    stage.trigger(action_id)
    dialog = [one for one in stage.window.findChildren(QDialog) if one.isVisible()][-1]
    dialog.activateWindow()
    stage.wait(lambda: dialog.isAncestorOf(QApplication.focusWidget()))
    if action_id == "describe_track":
        stage.qtbot.mouseClick(
            dialog.findChild(QWidget, "add_attribute"), Qt.MouseButton.LeftButton
        )
        dialog.label_box.setFocus()
    missed = {one for one in controls(dialog) if takes_tab(one)}
    for _ in range(3 * len(missed)):
        focused = QApplication.focusWidget()
        assert focused is not None
        missed -= {focused, focused.parentWidget()}
        stage.qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert not missed, missed
    dialog.reject()


def test_tab_reaches_every_panel(stage: Stage) -> None:
    work(stage)
    window = stage.window
    window.activateWindow()
    window.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    reached: set[QWidget] = set()
    for _ in range(150):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.add(focused)
        stage.qtbot.keyClick(focused, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is window.canvas:
            break
    # What stands behind another panel has a key of its own, and its tab takes the arrow keys.
    shown = [name for name in DOCKS if is_in_front(window.panels[name])]
    missed = [
        name
        for name in shown
        if any(takes_tab(one) for one in controls(window) if window.panels[name].isAncestorOf(one))
        and not any(window.panels[name].isAncestorOf(one) for one in reached)
    ]
    assert missed == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_tab_passes_over_panels_behind_others_and_scrolls_to_where_it_stops(
    stage: Stage, key: Qt.Key
) -> None:
    make_errors(stage)
    wait_for_queue(stage)
    window = stage.window
    for dock in ("why", "alike", "film", "history", "training", "review"):
        window.panels.show(dock)
    bar = window.review_panel._area.verticalScrollBar()
    window.resize(1280, 640)
    stage.rest(50)
    bar.setValue(bar.maximum())
    window.activateWindow()
    window.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    unseen, reached = [], set()
    for _ in range(80):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.add(focused)
        seen = focused.viewport() if isinstance(focused, QAbstractScrollArea) else focused
        if seen.visibleRegion().isEmpty():
            unseen.append(f"{type(focused).__name__} {focused.accessibleName()}")
        stage.qtbot.keyClick(focused, key)
        if QApplication.focusWidget() is window.canvas:
            break
    assert QApplication.focusWidget() is window.canvas, "it goes round"
    assert unseen == []
    assert window.review_panel.start_button in reached
    assert window.track_table.view in reached and window.timeline in reached


def test_after_a_project_the_keys_are_at_the_top_of_the_welcome_page(stage: Stage) -> None:
    stage.open_video()
    for dock in ("why", "review"):
        stage.window.panels.show(dock)
    stage.trigger("close_project")
    stage.window.activateWindow()
    stage.rest(50)
    reached: list[str] = []
    for _ in range(30):
        focused = QApplication.focusWidget()
        assert focused is not None
        name = focused.objectName() or getattr(focused, "text", str)()
        if name in reached:
            break
        reached.append(name)
        assert not focused.visibleRegion().isEmpty(), name
        stage.qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert reached[0] == "welcome_open_video"
    after = reached[reached.index("welcome_tour") + 1]
    assert after.startswith("street"), "what was open lately follows what stands above it"


def test_where_the_keyboard_is_can_be_seen(stage: Stage) -> None:
    work(stage)
    window = stage.window
    window.activateWindow()
    unseen = []
    for widget in controls(window):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if not takes or not widget.isEnabled() or widget.visibleRegion().isEmpty():
            continue
        window.setFocus()
        before = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if widget.hasFocus() and widget.grab().toImage() == before:
            unseen.append(f"{type(widget).__name__} {widget.objectName()} in {widget.parent()!r}")
    assert not unseen, "\n".join(unseen)


def test_every_panel_has_a_key_of_its_own(stage: Stage) -> None:
    work(stage)
    for name in DOCKS:
        action = stage.window.action_set[f"panel_{name}"]
        assert action.shortcuts(), name
        dock = stage.window.panels[name]
        action.trigger()
        assert dock.isHidden()
        action.trigger()
        assert not dock.isHidden()


def dock_places(stage: Stage) -> dict[str, tuple[bool, bool, object]]:
    return {
        name: (
            stage.window.panels[name].isHidden(),
            stage.window.panels[name].isFloating(),
            stage.window.dockWidgetArea(stage.window.panels[name]),
        )
        for name in DOCKS
    }


def rearrange(stage: Stage) -> None:
    window = stage.window
    window.panels["tracks"].hide()
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.panels["review"])
    window.panels["history"].show()
    window.panels["history"].setFloating(True)
    QApplication.processEvents()


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_panels_moved_closed_and_floated_stand_there_again_after_a_restart(stage: Stage) -> None:
    stage.open_video()
    at_first = dock_places(stage)
    rearrange(stage)
    changed = dock_places(stage)
    assert changed != at_first
    stage.close()
    stage.open_window()
    stage.open_video()
    assert dock_places(stage) == changed


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_reset_puts_every_panel_back(stage: Stage) -> None:
    stage.open_video()
    at_first = dock_places(stage)
    rearrange(stage)
    stage.trigger("reset_layout")
    assert dock_places(stage) == at_first


def test_a_panel_that_is_closed_by_its_own_means_is_unchecked_in_the_menu(stage: Stage) -> None:
    stage.open_video()
    dock: QDockWidget = stage.window.panels["timeline"]
    dock.close()
    assert not stage.window.action_set["panel_timeline"].isChecked()


def test_every_key_is_in_its_tooltip(stage: Stage) -> None:
    for row in stage.window.action_set.rows:
        action = stage.window.action_set[row.action_id]
        for key in action.shortcuts():
            assert key_text(key.toString()) in action.toolTip(), row.action_id


def test_the_first_start_begins_the_tour_and_the_second_does_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    tour = stage.window.tour
    monkeypatch.setattr(tour, "_open_sample", lambda: asked.append(True))
    settings = QSettings()
    assert begin_first_time(tour, settings)
    assert asked == [True]
    assert tour.step is Step.WAITING
    tour.leave()
    assert not begin_first_time(tour, settings)
