"""A run that is killed and taken up again is the run that was not."""

import csv
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from trackmend_core.errors import UserError
from trackmend_training.checkpoints import (
    MODEL_FILE,
    PREVIOUS_STATE_FILE,
    STATE_FILE,
    refuse_to_overwrite,
)
from trackmend_training.config import TrainConfig
from trackmend_training.protocol import Message, Noted, Started, Step, decode
from trackmend_training.run_log import TABLE_FILE, RunLog
from trackmend_training.trainer import fit

CONFIG = """
out_dir = "killed"
reid_dim = 16
crop_wh = [128, 96]
input_wh = [128, 96]
steps = 8
batch_size = 2
warmup_steps = 2
checkpoint_every = 2
accelerator = "cpu"
threads = 1

[[sources]]
path = "material"
"""


def curve(folder: Path) -> list[list[str]]:
    """Every column of the run's table but the time of day."""
    rows = csv.DictReader((folder / TABLE_FILE).read_text(encoding="utf-8").splitlines())
    return [[row[name] for name in row if name != "time"] for row in rows]


WAITS_TO_BE_KILLED = """
import sys, time
from trackmend_training import __main__, process
from trackmend_training.protocol import Step
emit, last = process.Line.emit, int(sys.argv.pop(1))
def emit_and_wait(line, message):
    emit(line, message)
    if isinstance(message, Step) and message.step == last:
        time.sleep(600)
process.Line.emit = emit_and_wait
sys.exit(__main__.main())
"""
"""A run that does not end while a slow machine has yet to kill it."""


def train(config: Path, *further: str, kill_at: int | None = None) -> list[Message]:
    """Train in a process of its own; kill it without warning once a step is told of."""
    heard: list[Message] = []
    run = ["-m", "trackmend_training"] if kill_at is None else ["-c", WAITS_TO_BE_KILLED]
    at = [] if kill_at is None else [str(kill_at)]
    with subprocess.Popen(
        [sys.executable, *run, *at, "train", str(config), *further],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            heard.append(decode(line))
            if isinstance(heard[-1], Step) and heard[-1].step == kill_at:
                process.kill()
                break
        process.stdout.read()
        status = process.wait(timeout=60)
    assert status == (0 if kill_at is None else -signal.SIGKILL)
    return heard


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_killed_and_resumed_is_bit_for_bit_the_one_that_was_not(
    material_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run.toml"
    path.write_text(CONFIG)
    train(path, kill_at=5)
    heard = train(path, "--resume", "--set", "workers=1")
    assert isinstance(heard[0], Started) and 4 <= heard[0].start_step < 8
    whole = tmp_path / "whole"
    threads = torch.get_num_threads()
    try:
        fit(replace(TrainConfig.from_toml(path), out_dir=str(whole)), emit=lambda _: None)
    finally:
        torch.set_num_threads(threads)
    resumed = curve(tmp_path / "killed")
    assert [row[0] for row in resumed] == [str(step) for step in range(1, 9)]
    assert resumed == curve(whole)
    ours, theirs = (load_file(tmp_path / name / MODEL_FILE) for name in ("killed", "whole"))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def interrupted(config: TrainConfig) -> TrainConfig:
    """A run of six steps, stopped by a crash after its fifth, with states of steps 2 and 4."""
    longer = replace(config, steps=6)

    def crash(message: Message) -> None:
        if isinstance(message, Step) and message.step == 5:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="power"):
        fit(longer, emit=crash)
    return longer


def tear(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", ["torn", "lost"])
def test_a_damaged_state_costs_no_more_than_the_steps_since_the_one_before(
    damage: str, config: TrainConfig
) -> None:
    longer = interrupted(config)
    out = Path(config.out_dir)
    expected = curve(out)
    if damage == "torn":
        tear(out / STATE_FILE)
    else:  # a crash between the two renames
        (out / STATE_FILE).unlink()
    heard: list[Message] = []
    fit(longer, emit=heard.append)
    assert any(isinstance(m, Noted) and "step 2" in m.text for m in heard)
    assert [m.step for m in heard if isinstance(m, Step)] == [3, 4, 5, 6]
    assert curve(out)[:5] == expected


def test_two_damaged_states_are_the_users_to_decide(config: TrainConfig) -> None:
    longer = interrupted(config)
    for name in (STATE_FILE, PREVIOUS_STATE_FILE):
        tear(Path(config.out_dir) / name)
    with pytest.raises(UserError, match="cannot be taken up again"):
        fit(longer, emit=lambda _: None)


def test_a_run_is_not_taken_up_under_other_settings_or_on_other_material(
    config: TrainConfig, material_dir: Path
) -> None:
    longer = interrupted(config)
    with pytest.raises(UserError, match=r"learning_rate was 0\.0004 and is 0\.1"):
        fit(replace(longer, learning_rate=0.1), emit=lambda _: None)
    turned = replace(longer, augment=replace(longer.augment, flip=1))
    with pytest.raises(UserError, match=r"differently: augment\.flip was 0 and is 1\. "):
        fit(turned, emit=lambda _: None)
    label = next((material_dir / "labels_with_ids").glob("*.txt"))
    label.write_text(label.read_text() + "0 5 0.5 0.5 0.1 0.1\n")
    with pytest.raises(UserError, match="material has changed"):
        fit(longer, emit=lambda _: None)


def test_a_new_run_does_not_overwrite_another(config: TrainConfig) -> None:
    refuse_to_overwrite(Path(config.out_dir))
    fit(replace(config, steps=1), emit=lambda _: None)
    with pytest.raises(UserError, match="after 1 steps") as raised:
        refuse_to_overwrite(Path(config.out_dir))
    assert "--resume" in raised.value.hint


def test_what_a_killed_writer_left_half_done_is_cleared(config: TrainConfig) -> None:
    out = Path(config.out_dir)
    out.mkdir()
    torn = out / f".{STATE_FILE}.new.0123.part"
    torn.write_bytes(b"half")
    fit(replace(config, steps=1), emit=lambda _: None)
    assert not torn.exists()


def test_a_row_cut_off_by_a_crash_leaves_the_table(tmp_path: Path) -> None:
    with RunLog(tmp_path, start_step=0) as log:
        for step in (1, 2, 3):
            log.add_step(step, losses={"total": float(step)}, learning_rate=0.1)
    table = tmp_path / TABLE_FILE
    table.write_text(table.read_text() + "1")
    with RunLog(tmp_path, start_step=2) as log:
        log.add_step(3, losses={"total": 9.0}, learning_rate=0.1)
    assert [row[:2] for row in curve(tmp_path)] == [["1", "1.0"], ["2", "2.0"], ["3", "9.0"]]


def test_chance_of_a_step_does_not_depend_on_the_steps_before(config: TrainConfig) -> None:
    drawn: list[tuple[float, float]] = []

    def extra(batch: object, heads: dict[str, torch.Tensor]) -> torch.Tensor:
        drawn.append((float(np.random.rand()), float(torch.rand(()))))
        return heads["hm"].sum() * 0.0

    fit(config, emit=lambda _: None, extra_loss=extra)
    assert len(set(drawn)) == 4
    first = list(drawn)
    drawn.clear()
    state = Path(config.out_dir) / STATE_FILE
    (Path(config.out_dir) / PREVIOUS_STATE_FILE).replace(state)
    np.random.seed(0)
    torch.manual_seed(0)
    fit(config, emit=lambda _: None, extra_loss=extra)
    assert drawn == first[2:]
