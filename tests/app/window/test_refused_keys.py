"""A key whose action is not possible now says what is missing; it never does nothing in silence."""

import pytest
from PySide6.QtCore import Qt
from window_stage import Stage

from trackmend_app import situation as when
from trackmend_app.actions import ACTIONS
from trackmend_app.refused_keys import what_is_missing
from trackmend_app.situation import Situation


def said(stage: Stage) -> str:
    return stage.window.status_line.text


def test_a_key_that_needs_two_tracks_says_so(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(10)
    stage.press(Qt.Key.Key_A)
    assert "Compare A with B: select two tracks first" in said(stage)
    stage.click_box(stage.numbers_here()[0])
    stage.press(Qt.Key.Key_A)
    assert "Compare A with B: select two tracks first" in said(stage)


def test_a_key_that_needs_tracks_says_how_to_get_them(stage: Stage) -> None:
    stage.open_video()
    stage.press(Qt.Key.Key_S)
    assert "Split here: there are no tracks yet; run the model first (Ctrl+R)" in said(stage)


def test_before_a_video_is_open_it_is_the_video_that_is_missing(stage: Stage) -> None:
    stage.press(Qt.Key.Key_D)
    assert "Frame back: open a video first (Ctrl+O)" in said(stage)


def test_a_key_that_is_possible_says_nothing_of_the_kind(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(10)
    stage.click_box(stage.numbers_here()[0])
    stage.press(Qt.Key.Key_S)
    assert "first" not in said(stage)


def test_typing_in_a_field_is_never_refused(stage: Stage) -> None:
    stage.open_video()
    before = said(stage)
    stage.window.find_track()
    stage.qtbot.keyClicks(stage.window.track_table.filter_box, "s")
    assert said(stage) == before


@pytest.mark.parametrize("now", [
    Situation(),
    Situation(has_project=True, has_video=True),
    Situation(has_project=True, has_video=True, has_run=True),
    Situation(has_project=True, has_video=True, has_run=True, job_runs=True),
    Situation(has_project=True, has_video=True, has_run=True, training_runs=True),
])  # fmt: skip
def test_whatever_is_not_possible_has_a_reason_of_its_own(now: Situation) -> None:
    for row in ACTIONS:
        if row.keys and row.enabled_when is not when.always and not row.enabled_when(now):
            sentence = what_is_missing(row, now)
            assert sentence.startswith(row.title.rstrip("…") + ": ")
            assert "not possible now" not in sentence, row.action_id
            assert "‹" not in sentence
