"""Two thousand random actions on the real window: nothing breaks, and the log tells it all."""

from collections import Counter

import pytest
from monkey import Monkey
from window_stage import Stage

from trackmend_core.errors import UserError

ACTIONS_MADE = 2000


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_two_thousand_random_actions_leave_a_project_that_its_log_explains(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    project = stage.session.project
    untouched = project.digest()
    monkey = Monkey(stage, seed=5)
    for count in range(1, ACTIONS_MADE + 1):
        monkey.act()
        if count % 100 == 0:
            stage.qtbot.wait(1)  # timers and threads have their turn
        if count % 500 == 0:
            assert project.digest() == project.replay_digest()
            assert project.check_verified(stage.session.run.run_id)
    bugs = [error for error in stage.errors if not isinstance(error, UserError)]
    assert bugs == []
    assert all(error.hint for error in stage.errors if isinstance(error, UserError))
    edits = Counter(edit.kind for edit in project.edits())
    assert len(edits) >= 10, f"the monkey was lazy: {edits}"
    assert sum(edits.values()) > 120
    assert stage.window.canvas.isVisible() and stage.session.project is project
    while project.undo() is not None:
        pass
    assert project.digest() == untouched
