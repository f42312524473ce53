"""The main job from end to end: real video, bundled model, real trainer, no fakes but dialogs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from road import Reviewer

from trackmend_app.dialogs.finetune import FinetunePlan
from trackmend_core.exchange import read_mot
from trackmend_core.synthetic import StreetSettings, write_street_video
from trackmend_training.config import FinetuneConfig
from trackmend_training.protocol import Step

CTRL = Qt.KeyboardModifier.ControlModifier
STREET = StreetSettings(
    width=384, height=288, frame_count=24, walkers=4, lookalikes=0, furniture=0, seed=5
)
QUICK = FinetuneConfig(
    steps=3,
    batch_size=2,
    learning_rate=1e-8,  # three steps can only harm; so small ones do not, and are kept
    max_frames=6,
    replay_frames=2,
    crop_wh=(128, 128),
    threads=1,
    fewest_boxes=0,  # the street is too short to judge a network by, and shall be learnt from
)


def layer_rows(someone: Reviewer) -> list[tuple[int, int, tuple[float, ...]]]:
    """Return number, frame and box of everything in the shown layer."""
    frames = range(someone.session.video.frame_count)
    return [
        (box.number, box.frame_index, tuple(box.box_xyxy))
        for frame in frames
        for box in sorted(someone.session.boxes_at(frame), key=lambda box: box.number)
    ]


@pytest.mark.timeout(900)
def test_open_run_swap_undo_restart_redo_export_teach_and_run_again(
    reviewer: Callable[..., Reviewer], tmp_path: Path
) -> None:
    video = tmp_path / "street.mp4"
    write_street_video(video, STREET)
    someone = reviewer()
    someone.drop(video)
    someone.run_model()
    project_path = someone.session.project.path
    first_run = someone.session.run
    untouched = layer_rows(someone)
    assert len({number for number, _, _ in untouched}) >= 2, "the model sees the walkers"

    someone.go_to(someone.frame_with_people(2))
    a, b = someone.numbers_here()[:2]
    someone.click_box(a)
    someone.click_box(b, additive=True)
    someone.press(Qt.Key.Key_X)
    swapped = layer_rows(someone)
    assert swapped != untouched
    someone.press(Qt.Key.Key_Z, CTRL)
    assert layer_rows(someone) == untouched
    someone.close()

    someone = reviewer()
    someone.window.workbench.opener.open_paths([project_path])
    someone.wait(lambda: someone.window.canvas_presenter.shown_frame >= 0)
    assert layer_rows(someone) == untouched
    someone.trigger("redo")
    assert layer_rows(someone) == swapped

    someone.answers.write_to = tmp_path / "tracks.txt"
    someone.trigger("export_mot")
    someone.wait(lambda: not someone.window.errands.runner.is_running)
    exported = read_mot(tmp_path / "tracks.txt")
    assert len(exported) == len(swapped)

    training = someone.window.workbench.training
    base = someone.window.workbench.runs.choice
    heard: list[object] = []
    training.heard.connect(heard.append)
    training.start(FinetunePlan(base=base, name="taught", config=QUICK))
    someone.wait(lambda: not training.is_running)
    assert len([message for message in heard if isinstance(message, Step)]) == QUICK.steps
    assert [model.name for model in someone.session.project.models()][-1] == "taught"
    assert someone.window.workbench.runs.choice.name == "taught"

    someone.run_model()
    second_run = someone.session.run
    assert second_run.run_id != first_run.run_id
    assert second_run.model_id != first_run.model_id
    someone.session.show_run(first_run.run_id)
    assert layer_rows(someone) == swapped, "a new run leaves the corrected layer alone"
    assert someone.session.project.digest() == someone.session.project.replay_digest()
