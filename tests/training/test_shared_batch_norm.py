"""With batch norm learning, two processes do what one does: all but the rounding of float32.

In float32 the curves part by some percent within a few steps. A shift before a batch norm has no
gradient but rounding, and Adam makes a whole step of it, this way or that. In float64 everything
else must agree, so that a wrong statistic, order or share of a gradient shows.
"""

import os
from dataclasses import replace
from pathlib import Path

import torch
from several_processes import free_port, learn_together

from trackmend_training.checkpoints import STATE_FILE, _whole_state
from trackmend_training.config import TrainConfig
from trackmend_training.trainer import fit

STEPS = 2


def learn_in_float64(rank: int, config: TrainConfig, port: int) -> None:
    """Be one of a run's processes, of a world in which float32 is float64."""
    torch.set_default_dtype(torch.float64)
    torch.Tensor.float = torch.Tensor.double
    if config.devices > 1:
        places = {"LOCAL_RANK": rank, "RANK": rank, "NODE_RANK": 0, "WORLD_SIZE": config.devices}
        world = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, **places}
        os.environ.update({name: str(value) for name, value in world.items()})
    fit(config, emit=lambda _: None)
    if config.devices > 1:
        torch.distributed.destroy_process_group()


def learnt(config: TrainConfig) -> dict[str, torch.Tensor]:
    """Do a run in processes of its own; return what it learnt, by name."""
    learn_together(learn_in_float64, (config, free_port()), count=config.devices)
    found = _whole_state(Path(config.out_dir))
    assert found is not None
    state, path = found
    assert path.name == STATE_FILE and state["step"] == STEPS
    return {
        f"{part} {name}": value
        for part in ("network", "average", "loss")
        for name, value in state[part].items()
    }


def is_told_by_gradients(name: str, value: torch.Tensor) -> bool:
    """Return whether it learns from more than rounding: no shift, and no mean of shifted values."""
    return value.ndim > 1 or not name.endswith(("bias", "running_mean"))


def test_two_processes_learn_what_one_does_with_batch_norm_too(
    config: TrainConfig, tmp_path: Path
) -> None:
    config = replace(
        config,
        steps=STEPS,
        checkpoint_every=STEPS,
        batch_size=4,
        accumulate=2,
        crop_wh=(64, 64),
        warmup_steps=0,
        learning_rate=1e-3,
        optimiser="adam",
        ema_decay=0.9,
        threads=1,
    )
    alone = learnt(replace(config, out_dir=str(tmp_path / "alone")))
    shared = learnt(replace(config, out_dir=str(tmp_path / "shared"), devices=2))
    assert alone.keys() == shared.keys()
    compared = [name for name, value in alone.items() if is_told_by_gradients(name, value)]
    assert sum("running_var" in name for name in compared) > 50
    assert alone["network backbone.0.0.weight"].dtype == torch.float64
    for name in compared:
        ours, theirs = shared[name], alone[name]
        scale = float(theirs.double().abs().max())
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6 * scale, msg=name)
