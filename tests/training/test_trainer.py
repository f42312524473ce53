"""A run learns, goes on where it stopped, and can be asked to stop."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from trackmend_core.errors import UserError
from trackmend_core.model import load_checkpoint
from trackmend_training.averaging import WeightAverage
from trackmend_training.config import TrainConfig
from trackmend_training.optimiser import schedule
from trackmend_training.protocol import (
    Cancelled,
    CheckpointSaved,
    Finished,
    Message,
    Started,
    Step,
)
from trackmend_training.step import Stepper
from trackmend_training.trainer import fit


def steps_of(messages: list[Message]) -> list[Step]:
    return [message for message in messages if isinstance(message, Step)]


def test_two_drawn_frames_are_learnt_by_heart(config: TrainConfig) -> None:
    messages: list[Message] = []
    longer = replace(config, steps=24, learning_rate=2e-3, checkpoint_every=24, ema_decay=0)
    fit(longer, emit=messages.append)
    steps = steps_of(messages)
    first, last = steps[:3], steps[-3:]
    for name in ("heat_map", "size", "identity"):
        before = sum(step.losses[name] for step in first)
        after = sum(step.losses[name] for step in last)
        assert after < 0.9 * before, f"{name} went from {before / 3:.3f} to {after / 3:.3f}"


def test_a_run_tells_its_story_and_leaves_a_model(config: TrainConfig) -> None:
    messages: list[Message] = []
    path = fit(config, emit=messages.append, metadata={"recipe": "test"})
    assert isinstance(messages[0], Started) and messages[0].images == 2
    assert isinstance(messages[-1], Finished) and messages[-1].path == str(path)
    assert [step.step for step in steps_of(messages)] == [1, 2, 3, 4]
    assert [m.step for m in messages if isinstance(m, CheckpointSaved)] == [2, 4]
    assert path is not None
    model = load_checkpoint(path)
    assert (model.arch, model.reid_dim, model.input_wh) == ("mobilenetv2_fpn", 16, (320, 256))
    assert model.metadata["recipe"] == "test"


def test_an_interrupted_run_ends_like_one_that_was_not(config: TrainConfig, tmp_path: Path) -> None:
    torch.manual_seed(0)
    whole = fit(replace(config, out_dir=str(tmp_path / "whole")), emit=lambda _: None)

    def crash(message: Message) -> None:
        if isinstance(message, Step) and message.step == 3:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="power"):
        fit(config, emit=crash)
    messages: list[Message] = []
    resumed = fit(config, emit=messages.append)
    assert isinstance(messages[0], Started) and messages[0].start_step == 2
    assert [step.step for step in steps_of(messages)] == [3, 4]
    assert whole is not None and resumed is not None
    one, other = (load_checkpoint(path).network.state_dict() for path in (whole, resumed))
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], msg=name)


def test_a_cancelled_run_keeps_what_it_has_learnt(config: TrainConfig) -> None:
    messages: list[Message] = []
    path = fit(config, emit=messages.append, is_cancelled=lambda: len(steps_of(messages)) >= 3)
    assert path is not None
    assert messages[-2:] == [CheckpointSaved(path=str(path), step=3), Cancelled(path=str(path))]
    assert load_checkpoint(path).metadata["step"] == "3"


def test_a_run_cancelled_at_once_has_no_checkpoint(config: TrainConfig) -> None:
    messages: list[Message] = []
    assert fit(config, emit=messages.append, is_cancelled=lambda: True) is None
    assert messages[-1] == Cancelled(path=None)


def test_a_foreign_training_state_is_the_users_to_mend(config: TrainConfig) -> None:
    out = Path(config.out_dir)
    out.mkdir()
    (out / "training_state.pt").write_bytes(b"nonsense")
    with pytest.raises(UserError, match="cannot be taken up again"):
        fit(config, emit=lambda _: None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a /proc that takes no folders")
def test_a_folder_that_cannot_be_is_named(config: TrainConfig) -> None:
    with pytest.raises(UserError, match="The folder /proc/here cannot be made"):
        fit(replace(config, out_dir="/proc/here"), emit=lambda _: None)


def test_initial_weights_of_another_network_are_refused(config: TrainConfig) -> None:
    path = fit(replace(config, steps=1), emit=lambda _: None)
    other = replace(config, reid_dim=8, initial_weights=str(path), out_dir=config.out_dir + "2")
    with pytest.raises(UserError, match="another network"):
        fit(other, emit=lambda _: None)


def test_frozen_blocks_do_not_change(config: TrainConfig) -> None:
    path = fit(replace(config, steps=1, ema_decay=0), emit=lambda _: None)
    assert path is not None
    onward = replace(
        config, initial_weights=str(path), frozen_blocks=4, out_dir=config.out_dir + "2"
    )
    after = fit(onward, emit=lambda _: None)
    assert after is not None
    one, other = (load_checkpoint(p).network.state_dict() for p in (path, after))
    changed = {name for name in one if not torch.equal(one[name], other[name])}
    assert not {
        name for name in changed if name.startswith(tuple(f"backbone.{i}." for i in range(4)))
    }
    assert any(name.startswith("backbone.5.") for name in changed)


def test_the_learning_rate_rises_and_then_falls_to_nothing() -> None:
    rates = [schedule(step=step, steps=100, warmup_steps=10) for step in range(101)]
    assert rates[:10] == sorted(rates[:10]) and rates[9] == 1
    assert rates[10:] == sorted(rates[10:], reverse=True) and rates[100] == pytest.approx(0)


def test_a_weight_average_follows_slowly() -> None:
    layer = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(0)
    average = WeightAverage(layer, decay=0.9)
    with torch.no_grad():
        layer.weight.fill_(1)
    seen = []
    for _ in range(60):
        average.update(layer)
        seen.append(float(average.values["weight"]))
    assert seen == sorted(seen)
    assert 0.5 < seen[10] < seen[-1] < 1


def test_a_stored_average_goes_on_where_the_network_is() -> None:
    """A state is read to the processor, whatever the run computes on."""
    layer = torch.nn.Linear(1, 1, bias=False, device="meta")
    average = WeightAverage(layer, decay=0.9)
    average.load({"weight": torch.ones(1, 1)}, updates=3)
    assert average.values["weight"].device.type == "meta"
    average.update(layer)


def test_a_card_without_memory_ends_a_training_with_what_to_do_next(
    config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> dict[str, float]:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")

    monkeypatch.setattr(Stepper, "do", fill)
    with pytest.raises(UserError, match="too little free memory") as told:
        fit(config, emit=lambda _: None)
    assert "batch_size" in told.value.hint
