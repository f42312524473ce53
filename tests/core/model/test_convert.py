from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from trackmend_core.errors import UserError
from trackmend_core.model import build_network, convert_model, load_checkpoint, save_checkpoint
from trackmend_core.model.weights_file import read_weights

Fill = Callable[[nn.Module], nn.Module]


def weights_of(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)["state_dict"]


@pytest.mark.parametrize("arch", ["dla34", "resnet18", "yolov5s"])
def test_official_to_ours_and_back_changes_no_value(
    fill_by_rule: Fill, tmp_path: Path, arch: str
) -> None:
    network = fill_by_rule(build_network(arch, reid_dim=64, ltrb=False, num_classes=2))
    first, ours, again = (tmp_path / n for n in ("a.pth", "a.safetensors", "b.pth"))
    prefixed = {f"module.{key}": value for key, value in network.state_dict().items()}
    torch.save({"epoch": 30, "state_dict": prefixed, "optimizer": {"lr": 1e-4}}, first)
    convert_model(first, ours)
    model = convert_model(ours, again)
    assert (model.arch, model.reid_dim, model.ltrb, model.num_classes) == (arch, 64, False, 2)
    back = torch.load(again, weights_only=True)
    assert back["epoch"] == 30
    expected = network.state_dict()
    assert set(back["state_dict"]) == set(expected)
    assert all(torch.equal(expected[key], value) for key, value in back["state_dict"].items())


def test_ours_to_official_and_back_keeps_values_and_texts(
    fill_by_rule: Fill, tmp_path: Path
) -> None:
    network = fill_by_rule(build_network("mobilenetv2_fpn", reid_dim=16))
    first, official, again = (tmp_path / n for n in ("a.safetensors", "a.pth", "b.safetensors"))
    texts = {"name": "Mine", "sources": "two streets", "sampler": "bilinear"}
    save_checkpoint(
        first,
        network,
        arch="mobilenetv2_fpn",
        reid_dim=16,
        ltrb=True,
        num_classes=1,
        input_wh=(640, 480),
        metadata=texts,
    )
    convert_model(first, official)
    assert set(weights_of(official)) == set(network.state_dict())
    convert_model(official, again)
    before, after = read_weights(first), read_weights(again)
    assert before.metadata == after.metadata
    assert set(before.tensors) == set(after.tensors)
    assert all(torch.equal(before.tensors[key], after.tensors[key]) for key in before.tensors)
    loaded = load_checkpoint(official)
    assert dict(loaded.metadata) == texts
    assert (loaded.name, loaded.input_wh) == ("Mine", (640, 480))


def test_the_official_form_loads_as_the_official_code_does(
    fill_by_rule: Fill, tmp_path: Path
) -> None:
    network = fill_by_rule(build_network("dla34", reid_dim=8))
    ours, official = tmp_path / "a.safetensors", tmp_path / "a.pth"
    fields = {"arch": "dla34", "reid_dim": 8, "ltrb": True, "num_classes": 1}
    save_checkpoint(ours, network, **fields, input_wh=None, metadata={})  # type: ignore[arg-type]
    convert_model(ours, official)
    checkpoint = torch.load(official, weights_only=True)
    assert isinstance(checkpoint["epoch"], int)
    assert all(
        isinstance(v, torch.Tensor) and v.is_contiguous() for v in checkpoint["state_dict"].values()
    )
    build_network("dla34", reid_dim=8).load_state_dict(checkpoint["state_dict"], strict=True)


def test_half_precision_is_kept_small_when_asked_for(fill_by_rule: Fill, tmp_path: Path) -> None:
    network = fill_by_rule(build_network("mobilenetv2_fpn", reid_dim=16))
    source = tmp_path / "a.pth"
    torch.save({"epoch": 1, "state_dict": network.state_dict()}, source)
    whole, half = tmp_path / "whole.safetensors", tmp_path / "half.safetensors"
    convert_model(source, whole)
    convert_model(source, half, half=True)
    assert half.stat().st_size < 0.6 * whole.stat().st_size


def test_what_would_lose_something_is_refused(fill_by_rule: Fill, tmp_path: Path) -> None:
    source = tmp_path / "a.pth"
    network = fill_by_rule(build_network("mobilenetv2_fpn", reid_dim=16))
    torch.save({"epoch": 1, "state_dict": network.state_dict()}, source)
    target = tmp_path / "b.safetensors"
    target.write_text("mine")
    with pytest.raises(UserError, match="there already"):
        convert_model(source, target)
    assert target.read_text() == "mine"
    with pytest.raises(UserError, match="ending"):
        convert_model(source, tmp_path / "b.onnx")
    with pytest.raises(UserError, match="half precision"):
        convert_model(source, tmp_path / "b.pth", half=True)
    convert_model(source, target, overwrite=True)
    assert load_checkpoint(target).reid_dim == 16
    torch.save({"state_dict": {}}, source)
    with pytest.raises(UserError):
        convert_model(source, target, overwrite=True)
    assert load_checkpoint(target).reid_dim == 16
