"""Two processes that share a batch do what one does with all of it."""

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from several_processes import free_port, learn_together

from trackmend_core.errors import UserError
from trackmend_training.batch_norm import synchronise_batch_norm
from trackmend_training.batches import Place, StepParts
from trackmend_training.config import TrainConfig
from trackmend_training.devices import start_devices
from trackmend_training.protocol import Finished, Started, Step, decode
from trackmend_training.run_log import TABLE_FILE
from trackmend_training.trainer import fit

CONFIG = """
out_dir = "shared"
reid_dim = 16
crop_wh = [96, 96]
input_wh = [96, 96]
steps = 3
batch_size = 4
warmup_steps = 1
learning_rate = 1e-3
optimiser = "adam"
ema_decay = 0
checkpoint_every = 3
accelerator = "cpu"
threads = 1

[[sources]]
path = "material"
own_identity_per_box = false

[augment]
occlude = 0
"""
LAUNCHERS = {
    "lightning": ("-m", "trackmend_training"),
    "torchrun": (
        "-m",
        "torch.distributed.run",
        "--nproc-per-node=2",
        "--standalone",
        "-m",
        "trackmend_training",
    ),
}


def curves(folder: Path) -> dict[str, list[float]]:
    rows = list(csv.DictReader((folder / TABLE_FILE).read_text().splitlines()))
    return {name: [float(row[name]) for row in rows] for name in rows[0] if name != "time"}


def assert_same_curves(one: Path, other: Path, *, rel: float = 1e-5) -> None:
    ours, theirs = curves(one), curves(other)
    assert ours.keys() == theirs.keys()
    for name, values in theirs.items():
        assert ours[name] == pytest.approx(values, rel=rel, abs=1e-6), name


def train_alone(config: TrainConfig) -> Path:
    threads = torch.get_num_threads()
    try:
        fit(config, emit=lambda _: None)
    finally:
        torch.set_num_threads(threads)
    return Path(config.out_dir)


@pytest.fixture
def run_file(material_dir: Path, tmp_path: Path) -> Path:
    """A run on two frames, one of which shows people whom nobody has named."""
    label = min((material_dir / "labels_with_ids").glob("*.txt"))
    rows = [line.split() for line in label.read_text().splitlines()]
    label.write_text("".join(" ".join([row[0], "-1", *row[2:]]) + "\n" for row in rows))
    path = tmp_path / "run.toml"
    path.write_text(CONFIG)
    return path


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_two_processes_learn_what_one_does(launcher: str, run_file: Path, tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if "RANK" not in name},
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        (
            *(sys.executable, *LAUNCHERS[launcher], "train", str(run_file)),
            *("--set", "devices=2", "--set", "freeze_batch_norm=true"),
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    heard = [decode(line) for line in done.stdout.splitlines()]
    assert isinstance(heard[0], Started) and "x 2" in heard[0].device
    assert [message.step for message in heard if isinstance(message, Step)] == [1, 2, 3]
    assert isinstance(heard[-1], Finished)
    config = replace(TrainConfig.from_toml(run_file), freeze_batch_norm=True)
    alone = train_alone(replace(config, out_dir=str(tmp_path / "alone")))
    assert_same_curves(tmp_path / "shared", alone)


def normalise_a_half(rank: int, port: int, folder: str) -> None:
    """In one of two processes: batch norm over both halves of a batch, there and back."""
    torch.set_num_threads(1)
    address = f"tcp://127.0.0.1:{port}"
    torch.distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=2)
    norm = synchronise_batch_norm(torch.nn.Sequential(fresh_norm()), on_gpu=False)
    images = batch_to_normalise()[rank::2].requires_grad_()
    given = norm(images)
    (given**3).sum().backward()
    gradients = [parameter.grad for parameter in norm.parameters()]
    for gradient in gradients:
        torch.distributed.all_reduce(gradient)
    state = list(norm.state_dict().values())
    torch.save([given.detach(), images.grad, *gradients, *state], Path(folder) / f"{rank}.pt")
    torch.distributed.destroy_process_group()


def fresh_norm() -> torch.nn.BatchNorm2d:
    torch.manual_seed(1)
    norm = torch.nn.BatchNorm2d(3).double()
    with torch.no_grad():
        norm.weight.uniform_(0.5, 2)
        norm.bias.normal_()
    return norm


def batch_to_normalise() -> torch.Tensor:
    torch.manual_seed(2)
    return torch.randn(6, 3, 4, 5, dtype=torch.float64) * 3 + 7


def test_batch_norm_over_two_processes_is_that_of_the_whole_batch(tmp_path: Path) -> None:
    learn_together(normalise_a_half, (free_port(), str(tmp_path)), count=2)
    halves = [torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1)]
    norm = fresh_norm()
    images = batch_to_normalise().requires_grad_()
    given = norm(images)
    (given**3).sum().backward()
    for rank, half in enumerate(halves):
        torch.testing.assert_close(half[0], given.detach()[rank::2])
        torch.testing.assert_close(half[1], images.grad[rank::2])
        expected = [p.grad for p in norm.parameters()] + list(norm.state_dict().values())
        for value, wanted in zip(half[2:], expected, strict=True):
            torch.testing.assert_close(value, wanted)


def test_micro_batches_learn_what_the_batch_does(run_file: Path, tmp_path: Path) -> None:
    base = replace(TrainConfig.from_toml(run_file), freeze_batch_norm=True)
    whole = train_alone(replace(base, out_dir=str(tmp_path / "whole")))
    parts = train_alone(replace(base, out_dir=str(tmp_path / "parts"), accumulate=4))
    # Adam turns the rounding of small gradients into whole steps; wrong weights would show more.
    assert_same_curves(parts, whole, rel=1e-3)


def test_processes_share_every_batch_without_gap_or_double(config: TrainConfig) -> None:
    shared = replace(config, steps=3, batch_size=8, accumulate=2, devices=2)
    lists = [
        list(StepParts(shared, start_step=1, place=Place(rank=rank, count=2))) for rank in (0, 1)
    ]
    assert [len(parts) for parts in lists] == [4, 4]
    second_step = sorted(item for parts in lists for part in parts[:2] for item in part)
    assert second_step == list(range(8, 16))
    assert set(map(tuple, lists[0])).isdisjoint(map(tuple, lists[1]))


def test_a_batch_that_cannot_be_split_is_refused(config: TrainConfig) -> None:
    with pytest.raises(UserError, match="cannot be split evenly into 3 parts"):
        replace(config, batch_size=4, devices=3)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has what is asked for")
def test_a_device_that_is_not_there_is_the_users_to_mend(config: TrainConfig) -> None:
    with pytest.raises(UserError, match="cannot train on"):
        fit(replace(config, accelerator="cuda"), emit=lambda _: None)


def test_more_processes_than_the_run_is_for_are_refused(
    run_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would do the whole run, and all would write into the same folder."""
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "0")
    with pytest.raises(UserError, match=r"2 processes were started .* settings are for 1"):
        start_devices(TrainConfig.from_toml(run_file))


def test_a_run_for_several_machines_does_not_wait_alone(
    run_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would for half an hour, without a word."""
    for name in ("WORLD_SIZE", "MASTER_ADDR", "NODE_RANK", "GROUP_RANK", "SLURM_NTASKS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UserError, match="2 machines, and nothing says where the others are"):
        start_devices(replace(TrainConfig.from_toml(run_file), nodes=2))


@pytest.mark.parametrize("name", ["tpu", "banana"])
def test_what_nothing_can_compute_on_is_named(name: str, config: TrainConfig) -> None:
    with pytest.raises(UserError, match=f"“{name}” is no accelerator"):
        replace(config, accelerator=name)
