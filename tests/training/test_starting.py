"""What a training begins with: whole models, other weights, and what is said of them."""

from pathlib import Path

import pytest
import torch

from trackmend_core.errors import UserError
from trackmend_core.model import build_network, save_checkpoint
from trackmend_core.model.two_stage import two_stage_head
from trackmend_training.config import TrainConfig
from trackmend_training.starting import initial_network

FIELDS = {"arch": "mobilenetv2_fpn", "reid_dim": 8, "ltrb": True}


def config(path: Path | None, **changes: object) -> TrainConfig:
    values = {"out_dir": "x", "sources": [], **FIELDS, **changes}
    return TrainConfig.from_dict({**values, "initial_weights": str(path) if path else None})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    path = tmp_path / "model.safetensors"
    network = build_network("mobilenetv2_fpn", reid_dim=8)
    save_checkpoint(path, network, **FIELDS, num_classes=1, input_wh=None, metadata={})  # type: ignore[arg-type]
    return path


def test_a_whole_model_of_the_same_kind_is_taken_whole(model: Path) -> None:
    notes: list[str] = []
    network = initial_network(config(model), note=notes.append)
    other = initial_network(config(model, seed=5))
    assert all(
        torch.equal(a, b) for a, b in zip(network.parameters(), other.parameters(), strict=True)
    )
    assert not notes


def test_a_model_of_another_kind_is_refused_but_its_backbone_can_be_taken(model: Path) -> None:
    with pytest.raises(UserError, match="another network"):
        initial_network(config(model, reid_dim=16))
    notes: list[str] = []
    network = initial_network(config(model, reid_dim=16, initial="backbone"), note=notes.append)
    same = initial_network(config(model))
    assert torch.equal(
        network.state_dict()["lateral.0.0.weight"], same.state_dict()["lateral.0.0.weight"]
    )
    assert "new are" in notes[0]


def test_a_detector_without_re_id_begins_a_training_and_it_is_said(
    model: Path, tmp_path: Path
) -> None:
    weights = build_network("mobilenetv2_fpn", num_classes=80, ltrb=False).state_dict()
    path = tmp_path / "ctdet.pth"
    torch.save({k: v for k, v in weights.items() if not k.startswith("id.")}, path)
    notes: list[str] = []
    network = initial_network(config(path), note=notes.append)
    assert torch.equal(network.state_dict()["lateral.0.0.weight"], weights["lateral.0.0.weight"])
    assert "ctdet.pth" in notes[0]


def test_a_two_stage_run_has_the_head_and_says_that_it_is_new(model: Path) -> None:
    notes: list[str] = []
    network = initial_network(config(model, sampler="two-stage"), note=notes.append)
    assert two_stage_head(network) is not None
    assert "two-stage" in notes[0]
    assert two_stage_head(initial_network(config(None, sampler="two-stage"))) is not None
