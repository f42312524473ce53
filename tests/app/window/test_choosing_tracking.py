from job_driving import run_until
from window_stage import Stage

from trackmend_app.choice_menus import PRESET_TITLES
from trackmend_core.project import RunStatus
from trackmend_core.tracking import Preset


def test_every_preset_has_a_title_in_the_menu() -> None:
    assert set(PRESET_TITLES) == set(Preset)


def test_the_next_run_tracks_as_chosen_and_a_stopped_one_goes_on_so(stage: Stage) -> None:
    stage.open_video()
    menu = stage.window.choice_menus.presets
    menu.aboutToShow.emit()
    entries = {action.text(): action for action in menu.actions()}
    assert entries[PRESET_TITLES[Preset.DEFAULT]].isChecked()
    entries[PRESET_TITLES[Preset.SORT]].trigger()
    menu.aboutToShow.emit()
    assert [a.text() for a in menu.actions() if a.isChecked()] == [PRESET_TITLES[Preset.SORT]]
    run_until(stage, 9)
    stage.trigger("cancel_run")
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    stopped = stage.session.run
    assert stopped.tracker_settings["method"] == "sort"
    assert "sort" in stopped.description
    stage.bench.runs.choose_preset(Preset.DEFAULT)
    stage.trigger("continue_run")
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert stage.session.run.run_id == stopped.run_id
    assert stage.session.run.status is RunStatus.FINISHED
    assert stage.session.run.tracker_settings["method"] == "sort"
