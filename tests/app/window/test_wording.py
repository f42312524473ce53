from contextlib import suppress

import pytest
from pseudo_locale import burst, everything_said, left_over, record_painted
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.exceptions import TimeoutError as QtBotTimeout
from window_stage import TIMEOUT_MS, Stage

NAMES = frozenset(
    {
        "Trackmend", "street.trackmend", "street.mp4", "street", "Fake · truth", "Fake", "fake",
        "MOTChallenge", "FairMOT", "trackmend-light", "SLEAP", "CVAT", "DIVE",
        "Trackmend light (bundled)",
    }
)  # fmt: skip
DOCKS = ("review", "tracks", "timeline", "similarity", "training", "film", "history")


@pytest.fixture
def foreign(pseudo_locale: None, stage: Stage) -> Stage:
    """A stage whose window was built in the language that brackets everything."""
    return stage


def unspoken(window: object, *names: str) -> list[str]:
    found = []
    for where, text in everything_said(window):  # type: ignore[arg-type]
        words = left_over(text, NAMES.union(names))
        if words:
            found.append(f"{where}: {words} in {text!r}")
    return sorted(set(found))


def hold_everything(stage: Stage, window: QWidget) -> None:
    """Wait for the layout to settle; then nothing may be cut off."""
    with suppress(QtBotTimeout):
        stage.qtbot.waitUntil(lambda: not burst(window), timeout=TIMEOUT_MS)
    assert burst(window) == []


def dialog_of(stage: Stage, action_id: str) -> QDialog:
    stage.trigger(action_id)
    shown = [one for one in stage.window.findChildren(QDialog) if one.isVisible()]
    assert shown, f"{action_id} opens no dialog"
    return shown[-1]


def test_the_welcome_page_speaks_through_qt(foreign: Stage) -> None:
    assert unspoken(foreign.window) == []
    hold_everything(foreign, foreign.window)


def test_the_working_window_speaks_through_qt(foreign: Stage) -> None:
    foreign.open_video()
    foreign.run_model()
    for dock in DOCKS:
        foreign.window.panels.show(dock)
    foreign.click_box(1)
    QApplication.processEvents()
    folder = str(foreign.video.parent)
    assert unspoken(foreign.window, folder) == []
    foreign.trigger("split")
    assert unspoken(foreign.window, folder) == []


def test_what_is_painted_goes_through_qt(foreign: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign.open_video()
    foreign.run_model()
    foreign.trigger("merge_mode")
    painted = record_painted(monkeypatch)
    foreign.window.grab()
    assert painted, "nothing was painted"
    assert [text for text in painted if left_over(text, NAMES)] == []


@pytest.mark.parametrize("width", [1280, 1600])
def test_longer_words_burst_nothing(foreign: Stage, width: int) -> None:
    foreign.window.resize(width, 900)
    foreign.open_video()
    foreign.run_model()
    foreign.click_box(1)
    hold_everything(foreign, foreign.window)


@pytest.mark.parametrize(
    "action_id",
    [
        "key_sheet",
        "edit_keys",
        "about",
        "find_command",
        "finetune",
        "describe_track",
        "settings",
        "report_problem",
        "help_swapped",
    ],
)
def test_a_dialog_speaks_through_qt_and_holds_longer_words(foreign: Stage, action_id: str) -> None:
    foreign.open_video()
    foreign.run_model()
    foreign.click_box(1)
    dialog = dialog_of(foreign, action_id)
    foreign.qtbot.waitExposed(dialog)
    assert unspoken(dialog) == []
    hold_everything(foreign, dialog)
    dialog.reject()


def test_an_error_is_told_in_the_language(foreign: Stage) -> None:
    foreign.drop(foreign.video.with_suffix(".nothing"))
    foreign.wait(lambda: bool(foreign.errors))
    dialog = next(one for one in foreign.window.findChildren(QDialog) if one.isVisible())
    assert unspoken(dialog) == []
    dialog.reject()
