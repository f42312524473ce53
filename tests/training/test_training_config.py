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
        ('out_dir = "o"\nsources = 3', "a list of tables is expected"),
        ('out_dir = "o"\nsteps = "many"', "steps must be a whole number, not 'many'"),
        ('out_dir = "o"\ncrop_wh = [64]', "crop_wh must be a list of 2, each a whole number"),
        ('out_dir = "o"\nuncertainty = 1', "uncertainty must be true or false"),
        ('out_dir = "o"\nschedule = "linear"', "“linear” is no schedule"),
        ('out_dir = "o"\nsampler = "middle"', "“middle” is no sampler"),
        ('out_dir = "o"\n[[sources]]\npath = "a"\nkind = "vhs"', "“vhs” is no kind"),
        ('out_dir = "o"\n[augment]\nstyle = "wild"', "“wild” is no style"),
        ('out_dir = "o"\n[validation]\nevery = 3', "nothing to judge"),
        ('out_dir = "o"\nvalidation = 3', "a table is expected"),
        ('out_dir = "o"\nema_decay = 1.5', "ema_decay must be between 0 and 0.999999, not 1.5"),
        ('out_dir = "o"\nlearning_rate = nan', "learning_rate must be between 0 and 1000, not nan"),
        (
            'out_dir = "o"\nself_supervised = true\ndetection_only = true',
            "self_supervised teaches identity alone, which detection_only leaves out",
        ),
        ('out_dir = "o"\nlearning_rate = 1e38', "learning_rate must be between 0 and 1000, not 1e"),
        ('out_dir = "o"\nbackbone_rate = 1e300', "backbone_rate must be between 0 and 1000"),
        ('out_dir = "o"\nsteps = 100000000000000000000', "steps must be between 0 and 1e\\+09"),
        ('out_dir = "o"\nepochs = 1e300', "epochs must be between 0 and 1e\\+09"),
        ('out_dir = "o"\nseed = 99999999999999999999', "seed must be between 0 and 1e\\+18"),
        ('out_dir = "o"\nthreads = 100000', "threads must be between 0 and 1024"),
        ('out_dir = "o"\ngradient_clip = -5', "gradient_clip must be 0 or more"),
        ('out_dir = "o"\nmax_objects = 0', "max_objects must be between 1 and 100000"),
        ('out_dir = "o"\nreid_dim = 0', "reid_dim must be between 1 and 100000"),
        ('out_dir = "o"\nworkers = -1', "workers must be between 0 and 1024"),
        ('out_dir = "o"\n[[sources]]\npath = "a"\nshare = inf', "share must be 0 or more, not inf"),
        ('out_dir = "o"\n[augment]\nflip = 7', "flip must be between 0 and 1, not 7"),
        (
            'out_dir = "o"\n[augment]\nperson_height_px = [300, 20]',
            "person_height_px must be a lowest and a highest value",
        ),
        ('out_dir = "o"\n[validation]\nmax_images = 0', "max_images must be 1 or more"),
    ],
)
def test_a_mistake_is_named(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=named):
        TrainConfig.from_toml(path)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"steps": -5}, "steps must be between 0 and"),
        ({"replay_share": 1.5}, "replay_share must be between 0 and 1"),
        ({"blends": [2.0]}, "blends must be between 0 and 1"),
        ({"crop_wh": [100, 64]}, "multiples of 32"),
        ({"max_minutes": 0.0}, "max_minutes must be"),
    ],
)
def test_a_mistake_about_a_finetuning_is_named(values: dict[str, object], named: str) -> None:
    with pytest.raises(UserError, match=named):
        FinetuneConfig.from_dict(values)


def test_a_missing_file_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        TrainConfig.from_toml(tmp_path / "none.toml")


def test_settings_can_be_changed_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('out_dir = "out"\ndata_dir = "d"\n[[sources]]\npath = "a"\nimages = "i"\n')
    config = TrainConfig.from_toml(
        path,
        assignments=[
            "steps=7",
            "augment.flip=0.25",
            "sources.0.share=3",
            "name=my run",
            "crop_wh=[64, 96]",
            "validation.sequence=val",
        ],
    )
    assert (config.steps, config.augment.flip, config.name) == (7, 0.25, "my run")
    assert config.crop_wh == (64, 96)
    assert config.sources == (
        SourceConfig(path=str(tmp_path / "d" / "a"), images=str(tmp_path / "d" / "i"), share=3),
    )
    assert config.validation.sequence == "val"
    elsewhere = TrainConfig.from_toml(path, assignments=["data_dir=/data", "out_dir=here"])
    assert elsewhere.sources[0].path == str(Path("/data") / "a")
    assert elsewhere.out_dir == "here"


@pytest.mark.parametrize(
    ("assignment", "named"),
    [
        ("steps", "assigns nothing"),
        ("=3", "assigns nothing"),
        ("sources.4.share=1", "no entry 4"),
        ("sources.x.share=1", "no entry x"),
        ("steps.more=1", "steps is not a table"),
        ("step=1", "step is not a setting"),
        ("steps=lots", "must be a whole number"),
    ],
)
def test_a_change_that_leads_nowhere_is_named(assignment: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('out_dir = "o"\nsteps = 3\n[[sources]]\npath = "a"\n')
    with pytest.raises(UserError, match=named):
        TrainConfig.from_toml(path, assignments=[assignment])
