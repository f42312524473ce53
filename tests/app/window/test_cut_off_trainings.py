"""A training that a kill has cut off is told of when its project is opened next, once."""

import shutil

from teaching_driving import teach
from window_stage import Stage


def test_a_training_that_was_cut_off_is_told_once_at_the_next_opening(taught: Stage) -> None:
    out = "Path(sys.argv[sys.argv.index('--out') + 1], 'learnt')"
    teach(
        taught,
        "from pathlib import Path\n"
        f"{out}.mkdir(parents=True)\n"
        f"({out} / 'model.safetensors').touch()\n"
        "say(CheckpointSaved(path='x', step=2))\n"
        "time.sleep(600)",
    )
    taught.wait(lambda: taught.bench.training.process.last_checkpoint is not None)
    project = taught.session.project.path.with_name("as_after_a_kill.trackmend")
    for ending in ("", "-wal"):  # the files as a kill would leave them
        shutil.copy(f"{taught.session.project.path}{ending}", f"{project}{ending}")
    taught.close()
    for told in (1, 0):
        taught.answers.told.clear()
        taught.open_window()
        taught.drop(project)
        taught.wait(lambda: taught.session.run is not None)
        taught.wait(lambda told=told: len(taught.answers.told) >= told)
        taught.qtbot.wait(50)
        assert len(taught.answers.told) == told
        assert all("model.safetensors" in one for one in taught.answers.told)
        taught.close()


def test_a_training_whose_end_was_seen_is_not_told_again(taught: Stage) -> None:
    teach(taught, "sys.stdin.readline()\nsay(Cancelled(path='last.safetensors'))")
    taught.wait(lambda: len(taught.window.training_panel.curves.history.names) > 0)
    taught.trigger("cancel_training")
    taught.wait(lambda: not taught.bench.training.is_running)
    project = taught.session.project.path
    taught.close()
    taught.open_window()
    taught.drop(project)
    taught.wait(lambda: taught.session.run is not None)
    taught.qtbot.wait(50)
    assert taught.answers.told == []
