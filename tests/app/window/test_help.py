import pytest
from PySide6.QtGui import QFont
from window_stage import Stage

from trackmend_app.actions import ACTIONS
from trackmend_app.help.help_pages import PAGES, named_actions, page_text
from trackmend_app.help.help_window import HelpWindow
from trackmend_app.keys.key_map import KeyChoice, resolved
from trackmend_app.wording.catalogue import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_actions_that_there_are(page, language: str) -> None:  # type: ignore[no-untyped-def]
    known = {row.action_id for row in ACTIONS}
    assert set(named_actions(page.name, language=language)) <= known
    assert named_actions(page.name, language=language) == named_actions(page.name, language="en")


def test_a_page_of_help_is_found_by_what_one_sees_and_stays_beside_the_work(stage: Stage) -> None:
    stage.trigger("help_swapped")
    help_window = stage.window.findChild(HelpWindow)
    assert help_window is not None
    assert help_window.isVisible()
    assert not help_window.isModal()
    text = help_window.text.toPlainText()
    assert "Two people swapped ids" in text
    assert "press X" in text
    stage.trigger("help_ghost")
    assert "press Del" in help_window.text.toPlainText()
    help_window.reject()


def test_a_page_names_the_keys_that_hold_now(stage: Stage) -> None:
    own = KeyChoice(own={"swap_from_here": ("Ctrl+Alt+X",)})
    stage.window.action_set.set_keys(resolved(ACTIONS, own))
    stage.trigger("help_swapped")
    help_window = stage.window.findChild(HelpWindow)
    assert help_window is not None
    assert "press Ctrl+Alt+X" in help_window.text.toPlainText()
    help_window.reject()


def test_an_unknown_language_reads_english() -> None:
    assert page_text("ghost", language="fr", keys=str) == page_text(
        "ghost", language="en", keys=str
    )


def test_what_is_bold_is_no_bolder_than_the_headings_of_the_window(stage: Stage) -> None:
    stage.trigger("help_swapped")
    help_window = stage.window.findChild(HelpWindow)
    cursor = help_window.text.document().find("Ctrl+Shift+X")
    assert cursor.charFormat().fontWeight() == QFont.Weight.DemiBold
    help_window.reject()
