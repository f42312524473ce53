"""Days of random work: runs that pause, break, are cancelled; projects closed and opened."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from monkey import Monkey
from window_stage import TIMEOUT_MS, Stage

from trackmend_core.errors import UserError
from trackmend_core.project import Project

STEPS_MADE = 60
THE_MODEL_BROKE = "the model broke"


class Day:
    """One person's day with one project; `diary` tells a failing test what was done."""

    def __init__(self, stage: Stage, *, seed: int) -> None:
        self.stage, self.seed = stage, seed
        self.dice = random.Random(seed)
        self.monkey = Monkey(stage, seed=seed)
        self.path: Path = stage.session.project.path
        self.diary: list[str] = []

    def act(self) -> None:
        """Do one thing out of ten."""
        what: Callable[[], None] = self.dice.choices(
            (self._run, self._go_on, self._pause, self._cancel, self._wait, self._reopen,
             self._leave_and_come_back, self._work, self.check),
            weights=(10, 6, 6, 5, 10, 4, 2, 30, 10),
        )[0]  # fmt: skip
        self.diary.append(what.__name__)
        what()
        self.monkey.put_dialogs_away()

    @property
    def is_running(self) -> bool:
        return bool(self.stage.bench.runs.runner.is_running)

    def _trigger(self, action_id: str) -> None:
        action = self.stage.window.action_set[action_id]
        if action.isEnabled():
            self.stage.answers.agrees = True
            action.trigger()

    def _run(self) -> None:
        detector = self.stage.detector
        detector.delay_s = self.dice.choice((0.0, 0.0, 0.003, 0.02))
        detector.breaks_at = self.dice.choice((None, None, None, 7, 25))
        detector.finds_nothing = self.dice.random() < 0.1
        self._trigger("run_model")

    def _go_on(self) -> None:
        self.stage.detector.breaks_at = None
        self._trigger("continue_run")

    def _pause(self) -> None:
        self._trigger("pause_run")

    def _cancel(self) -> None:
        self._trigger("cancel_run")

    def _wait(self) -> None:
        for _ in range(self.dice.choice((5, 20, 60))):
            if not self.is_running:
                return
            self.stage.qtbot.wait(10)

    def close_project(self) -> None:
        """Close the project, run or no run."""
        self._trigger("close_project")
        self._until(lambda: self.stage.session.project is None)

    def _reopen(self) -> None:
        self.close_project()
        self._open()

    def _leave_and_come_back(self) -> None:
        self.stage.answers.agrees = True
        self.stage.window.close()
        self.stage.open_window()
        self._open()
        self.monkey = Monkey(self.stage, seed=self.dice.randint(0, 10**6))

    def _open(self) -> None:
        self.stage.drop(self.path)
        self._until(
            lambda: (
                self.stage.session.project is not None
                and self.stage.window.canvas_presenter.shown_frame >= 0
            )
        )

    def _work(self) -> None:
        for _ in range(self.dice.randint(3, 25)):
            self.monkey.act()
            if self.dice.random() < 0.2:
                self.stage.qtbot.wait(self.dice.choice((0, 1, 5, 30)))

    def check(self) -> None:
        """Compare the layer with its log, where no run adds to it just now."""
        if not self.is_running:
            project = self.stage.session.project
            assert project.digest() == project.replay_digest(), self.diary

    def _until(self, ready: Callable[[], bool]) -> None:
        self.stage.qtbot.waitUntil(ready, timeout=TIMEOUT_MS)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_whatever_is_done_with_runs_and_projects_the_log_explains_the_tracks(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    day = Day(stage, seed=2)
    for _ in range(STEPS_MADE):
        day.act()
        bugs = [
            error
            for error in stage.errors
            if not isinstance(error, UserError) and THE_MODEL_BROKE not in str(error)
        ]
        assert bugs == [], day.diary
    assert len(set(day.diary)) >= 8, f"it was a lazy day: {day.diary}"
    day.close_project()
    with Project.open(day.path) as project:
        assert len(project.runs(project.videos()[0].video_id)) > 1
        assert project.edits()
        assert project.digest() == project.replay_digest()
