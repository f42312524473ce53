"""What models are judged by and what a tracker is set by are apart, and both may be stopped."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from corrected_project import FRAME_COUNT, QUICK, EditedStreet

from trackmend_core.errors import UserError
from trackmend_core.exchange import mot_table
from trackmend_core.jobs.held_out import HeldOut
from trackmend_core.tracking import TrackerSettings
from trackmend_training import stretches
from trackmend_training.association import SeenStretch, ways_to_associate
from trackmend_training.conclude import _Judged, does_as_well
from trackmend_training.datasets.corrected import CorrectedRun, read_corrected_run
from trackmend_training.finetune import finetune
from trackmend_training.judging import JudgedStretch
from trackmend_training.protocol import Cancelled, CheckpointSaved, Finished, Message, Noted
from trackmend_training.stretches import (
    StoppedError,
    judged_run,
    judged_stretch,
    learnt_stretch,
    watched,
)
from trackmend_training.training_set import TrainingSet, build_training_set


@pytest.fixture
def held_in_the_middle(
    edited_street: EditedStreet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> CorrectedRun:
    """A run whose frames 4 and 5 are held out, and none beside them."""
    monkeypatch.setattr(stretches, "GUARD_FRAMES", 0)
    run = read_corrected_run(
        edited_street.project,
        edited_street.run_id,
        folder=tmp_path / "images",
        max_frames=FRAME_COUNT,
        frames_around_edit=2,
    )
    return replace(run, held_out=HeldOut(first_frame=4, last_frame=5))


def test_the_tracker_is_set_by_no_frame_by_which_the_model_is_judged(
    edited_street: EditedStreet, held_in_the_middle: CorrectedRun
) -> None:
    judged = judged_stretch(edited_street.project, held_in_the_middle)
    learnt = learnt_stretch(edited_street.project, held_in_the_middle)
    assert set((judged.truth.frames - 1).tolist()) == {4, 5}
    assert set((learnt.truth.frames - 1).tolist()) == set(range(FRAME_COUNT)) - {4, 5}
    before, after = (
        learnt.truth.ids[learnt.truth.frames < 5],
        learnt.truth.ids[learnt.truth.frames > 6],
    )
    assert set(before.tolist()) == set(after.tolist()), "who comes back is seen"
    assert len(set(before.tolist())) == 4
    assert [frame for frame, _ in learnt.frames()] == list(range(FRAME_COUNT)), "seen they are"


def test_nothing_is_said_of_frames_left_out() -> None:
    frames = range(1, 10)
    boxes = [(10.0, 10.0, 20.0, 40.0)] * len(frames)
    tracks = mot_table(frames=frames, ids=[1] * 4 + [2] * 5, boxes_xywh=boxes)
    stretch = JudgedStretch(frames=lambda: iter(()), truth=tracks, frame_rate=10.0)
    assert stretch.judged_part(tracks) is tracks
    parted = replace(stretch, left_out=(3, 5)).judged_part(tracks)
    assert parted.frames.tolist() == [1, 2, 3, 7, 8, 9]
    assert parted.ids.tolist() == [1, 1, 1, 2, 2, 2]
    empty = tracks.select(np.zeros(0, np.int64))
    assert len(replace(stretch, left_out=(3, 5)).judged_part(empty)) == 0


def test_a_run_of_which_nothing_is_learnt_is_not_judged_by(
    held_in_the_middle: CorrectedRun,
) -> None:
    learnt = replace(held_in_the_middle, held_out=None)
    unlearnt = replace(learnt, samples=[], images=[])
    both = cast("TrainingSet", SimpleNamespace(runs=(unlearnt, learnt)))
    assert judged_run(both) is learnt


def test_no_run_is_judged_by_of_which_nobody_has_said_anything(
    held_in_the_middle: CorrectedRun,
) -> None:
    """The old model would be right in all it does there, however long it is."""
    unseen = held_in_the_middle
    corrected = replace(
        unseen, samples=[replace(unseen.samples[0], origins=("edit 1",))], held_out=None
    )
    assert judged_run(cast("TrainingSet", SimpleNamespace(runs=(unseen, corrected)))) is corrected
    assert judged_run(cast("TrainingSet", SimpleNamespace(runs=(unseen,)))) is unseen


def stand_in(worth: float, switches: int = 0) -> _Judged:
    scores = SimpleNamespace(clear=SimpleNamespace(idf1=worth, mota=worth, id_switches=switches))
    return cast("_Judged", _StandIn(scores))


class _StandIn(_Judged):
    def __init__(self, scores: object) -> None:
        object.__setattr__(self, "answer_here", lambda: SimpleNamespace(scores=scores))


@pytest.mark.parametrize(
    ("fitted", "is_trained", "taken"),
    [(0.71, True, True), (0.64, True, False), (0.64, False, False), (0.71, False, False),
     (0.76, False, True)],
)  # fmt: skip
def test_settings_that_undo_what_was_learnt_are_not_taken(
    fitted: float, is_trained: bool, taken: bool
) -> None:
    """The network alone goes from 0.7 to 0.75."""
    assert taken == does_as_well(
        stand_in(fitted), before=stand_in(0.7), without=stand_in(0.75), is_trained=is_trained
    )


@pytest.mark.usefixtures("judged_at_once")
@pytest.mark.parametrize("fewest_boxes", [0, 100_000])
def test_a_finetuning_stops_while_models_are_compared(
    fewest_boxes: int, edited_street: EditedStreet, base_model: Path
) -> None:
    heard: list[Message] = []

    def is_cancelled() -> bool:
        return any(isinstance(m, Noted) and m.text.startswith("Comparing") for m in heard)

    path = finetune(
        edited_street.project.path,
        out_dir=edited_street.folder / "out",
        config=replace(QUICK, fewest_boxes=fewest_boxes),
        base=base_model,
        emit=heard.append,
        is_cancelled=is_cancelled,
    )
    assert isinstance(heard[-1], Cancelled)
    assert not any(isinstance(message, Finished) for message in heard)
    saved = [message.path for message in heard if isinstance(message, CheckpointSaved)]
    assert heard[-1].path == (saved[-1] if saved else None)
    assert path == (Path(saved[-1]) if saved else None)
    assert bool(saved) == (fewest_boxes == 0)


def test_a_folder_without_photographs_is_named(edited_street: EditedStreet, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no photograph"):
        build_training_set(
            edited_street.project,
            folder=tmp_path / "set",
            config=replace(QUICK, replay_dir=str(tmp_path / "nowhere")),
            reid_dim=16,
        )


def test_settings_are_no_longer_tried_once_nobody_wants_them(
    edited_street: EditedStreet, held_in_the_middle: CorrectedRun
) -> None:
    stretch = watched(learnt_stretch(edited_street.project, held_in_the_middle), lambda: True)
    seen = SeenStretch(stretch=stretch, frames=[], settings=TrackerSettings.default(10.0))
    with pytest.raises(StoppedError):
        ways_to_associate(seen, None)
