import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from saved_models import FIELDS, Fill, official
from torch import nn

from trackmend_core.errors import UserError
from trackmend_core.model import build_network, load_checkpoint, save_checkpoint


def same_weights(a: nn.Module, b: nn.Module) -> bool:
    first, second = a.state_dict(), b.state_dict()
    return list(first) == list(second) and all(torch.equal(first[k], second[k]) for k in first)


def test_a_saved_network_comes_back_with_everything_that_was_said_about_it(
    light: nn.Module, saved: Path
) -> None:
    loaded = load_checkpoint(saved)
    assert same_weights(loaded.network, light)
    assert not loaded.network.training
    assert (loaded.arch, loaded.reid_dim, loaded.ltrb, loaded.num_classes) == (
        "mobilenetv2_fpn",
        16,
        True,
        1,
    )
    assert loaded.input_wh == (640, 480)
    assert loaded.name == "Light"
    assert dict(loaded.metadata) == {"name": "Light"}
    assert loaded.ignored_keys == ()


def test_what_was_loaded_can_be_saved_again_with_its_own_metadata(
    light: nn.Module, saved: Path, tmp_path: Path
) -> None:
    first = load_checkpoint(saved)
    again = tmp_path / "again.safetensors"
    save_checkpoint(
        again,
        first.network,
        arch=first.arch,
        reid_dim=first.reid_dim,
        ltrb=first.ltrb,
        num_classes=first.num_classes,
        input_wh=first.input_wh,
        metadata={**first.metadata, "parent": "abc"},
    )
    assert dict(load_checkpoint(again).metadata) == {"name": "Light", "parent": "abc"}


def test_half_precision_halves_the_file_and_hardly_moves_the_heads(
    light: nn.Module, saved: Path, tmp_path: Path
) -> None:
    half = tmp_path / "half.safetensors"
    save_checkpoint(half, light, **FIELDS, reid_dim=16, input_wh=None, metadata={}, half=True)
    assert half.stat().st_size < 0.6 * saved.stat().st_size
    stored = {tensor.dtype for tensor in load_file(half).values() if tensor.ndim > 1}
    assert stored == {torch.float16}
    loaded = load_checkpoint(half)
    assert loaded.input_wh is None
    assert {p.dtype for p in loaded.network.parameters()} == {torch.float32}
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        exact, rounded = light(image), loaded.network(image)
    for name, head in exact.items():
        assert (rounded[name] - head).abs().max() < 0.02 * head.abs().max()


def test_a_large_running_variance_survives_half_precision(light: nn.Module, tmp_path: Path) -> None:
    key = next(key for key in light.state_dict() if key.endswith("running_var"))
    light.state_dict()[key].fill_(1e6)
    path = tmp_path / "large.safetensors"
    save_checkpoint(path, light, **FIELDS, reid_dim=16, input_wh=None, metadata={}, half=True)
    assert bool((load_checkpoint(path).network.state_dict()[key] == 1e6).all())


@pytest.mark.parametrize("form", ["official", "parallel", "plain"])
@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "before torch 1.6"])
def test_official_checkpoints_are_recognised_from_their_shapes(
    fill_by_rule: Fill, tmp_path: Path, form: str, legacy: bool
) -> None:
    network = fill_by_rule(build_network("dla34", reid_dim=64, ltrb=False, num_classes=2))
    weights = dict(network.state_dict())
    content: dict[str, object] = {"epoch": 30, "state_dict": weights, "optimizer": {"lr": 1e-4}}
    if form == "parallel":
        content["state_dict"] = {f"module.{key}": value for key, value in weights.items()}
    if form == "plain":
        content = dict(weights)
    path = tmp_path / "fairmot.pth"
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    loaded = load_checkpoint(path)
    assert (loaded.arch, loaded.reid_dim, loaded.ltrb, loaded.num_classes) == (
        "dla34",
        64,
        False,
        2,
    )
    assert same_weights(loaded.network, network)
    assert loaded.input_wh is None
    assert loaded.name == "fairmot"
    assert loaded.metadata.get("epoch") == (None if form == "plain" else "30")


def test_weights_without_a_description_are_recognised_whatever_their_container(
    light: nn.Module, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.safetensors"
    save_file(dict(light.state_dict()), bare)
    assert load_checkpoint(bare).arch == "mobilenetv2_fpn"
    assert load_checkpoint(official(light, tmp_path / "light.pth")).reid_dim == 16


@pytest.mark.parametrize("arch", ["dla34_conv", "resnet18", "hrnet_w32", "yolov5s"])
def test_every_architecture_is_told_from_its_relatives(arch: str, tmp_path: Path) -> None:
    path = official(build_network(arch, reid_dim=64), tmp_path / "model.pth")
    loaded = load_checkpoint(path)
    assert (loaded.arch, loaded.reid_dim) == (arch, 64)


def test_dead_entries_may_be_missing_or_of_another_shape(
    fill_by_rule: Fill, tmp_path: Path
) -> None:
    network = fill_by_rule(build_network("dla34", reid_dim=8))
    weights = dict(network.state_dict())
    weights["base.fc.weight"] = torch.zeros(21, 512, 1, 1)
    del weights["base.fc.bias"], weights["base.level3.project.0.weight"]
    path = tmp_path / "fairmot.pth"
    torch.save(weights, path)
    image = torch.rand(1, 3, 32, 32)
    with torch.inference_mode():
        assert torch.equal(load_checkpoint(path).network(image)["id"], network(image)["id"])


def test_what_is_written_has_the_dead_entries_too(fill_by_rule: Fill, tmp_path: Path) -> None:
    network = fill_by_rule(build_network("dla34", reid_dim=8))
    path = tmp_path / "dla.safetensors"
    fields = {**FIELDS, "arch": "dla34"}
    save_checkpoint(path, network, **fields, reid_dim=8, input_wh=None, metadata={})
    assert set(load_file(path)) == set(network.state_dict())


def test_missing_and_misshaped_weights_are_refused_with_the_list(
    light: nn.Module, tmp_path: Path
) -> None:
    weights = dict(light.state_dict())
    del weights["reg.6.bias"]
    weights["fuse.0.3.weight"] = torch.zeros(64, 32, 1, 1)
    path = tmp_path / "broken.pth"
    torch.save(weights, path)
    with pytest.raises(UserError) as refusal:
        load_checkpoint(path)
    assert "reg.6.bias: missing" in refusal.value.message
    assert "fuse.0.3.weight: 64x32x1x1 instead of 64x64x1x1" in refusal.value.message
    assert refusal.value.hint


def test_a_long_list_of_missing_weights_is_cut_and_counted(
    light: nn.Module, tmp_path: Path
) -> None:
    weights = {k: v for k, v in light.state_dict().items() if not k.startswith("lateral.")}
    path = tmp_path / "broken.pth"
    torch.save(weights, path)
    with pytest.raises(UserError, match=r"and \d+ more"):
        load_checkpoint(path)


def test_weights_that_are_not_numbers_are_refused(light: nn.Module, tmp_path: Path) -> None:
    light.state_dict()["hm.6.bias"].fill_(float("nan"))
    with pytest.raises(UserError, match=r"hm\.6\.bias: holds values that are not numbers"):
        load_checkpoint(official(light, tmp_path / "diverged.pth"))


def test_entries_without_a_use_are_named_not_refused(light: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "more.pth"
    torch.save({**light.state_dict(), "loss.s_det": torch.zeros(1)}, path)
    assert load_checkpoint(path).ignored_keys == ("loss.s_det",)


def test_dead_entries_that_a_file_lacks_are_zero_and_so_the_same_every_time(
    tmp_path: Path,
) -> None:
    weights = {k: v for k, v in build_network("dla34").state_dict().items() if ".fc." not in k}
    path = tmp_path / "fairmot.pth"
    torch.save(weights, path)
    loaded = load_checkpoint(path).network.state_dict()
    assert not loaded["base.fc.weight"].any()


def test_a_head_with_an_odd_layer_number_is_no_crash(light: nn.Module, tmp_path: Path) -> None:
    odd = {f"hm.{number}.weight": torch.zeros(9) for number in ("²", "٣", "9" * 5000)}
    path = official(light, tmp_path / "odd.pth")
    torch.save({**light.state_dict(), **odd}, path)
    assert load_checkpoint(path).num_classes == 1


def test_a_save_that_fails_leaves_the_old_file_and_no_rubbish(
    light: nn.Module, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(UserError, match="No space left") as refusal:
        save_checkpoint(saved, light, **FIELDS, reid_dim=16, input_wh=None, metadata={})
    assert "free some space" in refusal.value.hint
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_saving_makes_the_folder_and_replaces_the_file(light: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "models" / "new" / "light.safetensors"
    for name in ("first", "second"):
        save_checkpoint(path, light, **FIELDS, reid_dim=16, input_wh=None, metadata={"name": name})
    assert load_checkpoint(path).name == "second"
    assert list(path.parent.iterdir()) == [path]
