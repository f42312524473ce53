"""The configurations that are shipped can be read, and the large bundled recipe trains."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from trackmend_core.model import load_checkpoint
from trackmend_core.model.registry import architectures
from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.optimiser import learning_rate
from trackmend_training.protocol import Message, Step
from trackmend_training.trainer import fit

FOLDER = Path(__file__).resolve().parents[2] / "training" / "configs"
CONFIGS = sorted(FOLDER.glob("*.toml"))


@pytest.fixture(autouse=True)
def few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_there_are_configurations() -> None:
    assert len(CONFIGS) >= 10


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_configuration_can_be_run(path: Path) -> None:
    config = TrainConfig.from_toml(path, assignments=["data_dir=/data"])
    assert config.arch in architectures()
    assert config.sources and all(Path(s.path).is_absolute() for s in config.sources[:1])
    assert Path(config.out_dir).name == path.stem
    counted = config.counted_in_steps(10_000)
    assert counted.steps > 1000
    assert all(0 < at < counted.steps for at in counted.drop_at)
    last = learning_rate(counted, step=counted.steps - 1)
    assert last <= 0.1001 * config.learning_rate
    for devices in (2, 4):
        assert config.batch_size % devices == 0


def test_the_paper_s_run_is_the_paper_s() -> None:
    """Section 4.1: Adam, 1e-4, 30 epochs, a tenth after 20, batch 12, 1088 x 608, 128 numbers."""
    run = TrainConfig.from_toml(FOLDER / "mix_dla34.toml")
    assert (run.arch, run.reid_dim, run.optimiser, run.learning_rate) == (
        "dla34",
        128,
        "adam",
        1e-4,
    )
    assert (run.epochs, run.drop_at, run.drop_factor) == (30, (20,), 0.1)
    assert (run.batch_size, run.crop_wh, run.uncertainty) == (12, (1088, 608), True)
    assert (run.augment.style, run.augment.hue_shift, run.augment.rotation_deg) == ("fairmot", 0, 5)


def test_the_large_bundled_recipe_trains(material_dir: Path, tmp_path: Path) -> None:
    shipped = TrainConfig.from_toml(
        FOLDER / "bundled_dla34.toml",
        assignments=[
            *("steps=3", "batch_size=2", "crop_wh=[64, 64]", "workers=0", "warmup_steps=1"),
            *("accelerator=cpu", "precision=32-true", f"out_dir={tmp_path / 'out'}"),
        ],
    )
    run = replace(shipped, sources=(SourceConfig(path=str(material_dir)),))
    heard: list[Message] = []
    path = fit(run, emit=heard.append)
    steps = [message for message in heard if isinstance(message, Step)]
    assert len(steps) == 3 and all(np.isfinite(step.total) for step in steps)
    assert path is not None
    model = load_checkpoint(path)
    assert (model.arch, model.reid_dim, model.input_wh) == ("dla34", 128, (864, 480))
