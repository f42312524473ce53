"""Configurations come back as they went; mistakes are named."""

from pathlib import Path

import pytest

from trackmend_core.errors import UserError
from trackmend_training.config import AugmentConfig, FinetuneConfig, SourceConfig, TrainConfig

CONFIG = TrainConfig(
    out_dir="out",
    sources=(SourceConfig(path="a", share=2.0), SourceConfig(path="b")),
    augment=AugmentConfig(flip=0.25),
    crop_wh=(96, 64),
)


def test_a_configuration_survives_plain_values() -> None:
    assert TrainConfig.from_dict(CONFIG.to_dict()) == CONFIG
    assert FinetuneConfig.from_dict(FinetuneConfig(steps=7).to_dict()) == FinetuneConfig(steps=7)


def test_paths_in_a_file_are_relative_to_it(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(
        'out_dir = "out"\nsteps = 5\n[[sources]]\npath = "photos"\n[augment]\nflip = 0\n'
    )
    config = TrainConfig.from_toml(path)
    assert config.out_dir == str(tmp_path / "out")
    assert config.sources == (SourceConfig(path=str(tmp_path / "photos")),)
    assert config.steps == 5 and config.augment.flip == 0


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('out_dir = "o"\nsteps = 0', "at least one step"),
        ('out_dir = "o"\nstep = 3', "step is not a setting"),
        ('out_dir = "o"\ncrop_wh = [100, 64]', "multiples of 32"),
        ('out_dir = "o"\nprecision = "8"', "no precision"),
        ("steps = 3", "missing"),
        ("steps = ", "not valid TOML"),
        ('out_dir = "o"\nsources = ["a"]', "a table is expected"),
    ],
)
def test_a_mistake_is_named(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=named):
        TrainConfig.from_toml(path)


def test_a_missing_file_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        TrainConfig.from_toml(tmp_path / "none.toml")
