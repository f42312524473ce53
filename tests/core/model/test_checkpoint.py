import contextlib
import functools
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save, save_file
from torch import Tensor, nn

from trackmend_core.errors import UserError
from trackmend_core.model import build_network, load_checkpoint, save_checkpoint

Fill = Callable[[nn.Module], nn.Module]
FIELDS: dict[str, Any] = {"arch": "mobilenetv2_fpn", "ltrb": True, "num_classes": 1}


@pytest.fixture
def light(fill_by_rule: Fill) -> nn.Module:
    return fill_by_rule(build_network("mobilenetv2_fpn", reid_dim=16))


@pytest.fixture
def saved(light: nn.Module, tmp_path: Path) -> Path:
    path = tmp_path / "light.safetensors"
    save_checkpoint(
        path, light, **FIELDS, reid_dim=16, input_wh=(640, 480), metadata={"name": "Light"}
    )
    return path


def same_weights(a: nn.Module, b: nn.Module) -> bool:
    first, second = a.state_dict(), b.state_dict()
    return list(first) == list(second) and all(torch.equal(first[k], second[k]) for k in first)


def official(network: nn.Module, path: Path, **more: object) -> Path:
    torch.save({"epoch": 30, "state_dict": network.state_dict(), **more}, path)
    return path


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


class Hostile:
    """What a hostile checkpoint does: its unpickling calls a function."""

    def __init__(self, function: Callable[..., object], argument: str) -> None:
        self.call = (function, (argument,))

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, ...]]:
        return self.call


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "before torch 1.6"])
@pytest.mark.parametrize("function", [os.mkdir, Path, eval], ids=["mkdir", "class", "eval"])
def test_a_hostile_checkpoint_is_refused_and_runs_nothing(
    tmp_path: Path, function: Callable[..., object], legacy: bool
) -> None:
    flag = tmp_path / "flag"
    argument = f"open({str(flag)!r}, 'w')" if function is eval else str(flag)
    path = tmp_path / "hostile.pth"
    content = {"state_dict": {"hm.2.weight": Hostile(function, argument)}}
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(UserError, match="program code") as refusal:
        load_checkpoint(path)
    assert refusal.value.hint
    assert not flag.exists()


@pytest.mark.parametrize("share", [0.001, 0.3, 0.999])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_truncated_file_is_refused(
    light: nn.Module, saved: Path, tmp_path: Path, suffix: str, share: float
) -> None:
    whole = saved if suffix == ".safetensors" else official(light, tmp_path / "whole.pth")
    content = whole.read_bytes()
    path = tmp_path / f"half{suffix}"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UserError, match="not copied completely"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "content",
    [
        b"These are not the weights you are looking for.\n" * 5,
        b"x",
        bytes(1000),
        np.random.default_rng(0).bytes(5000),
        b"PK\x03\x04" + bytes(200),
        b"\xff\xff\xff\xff\xff\xff\xff\x7f{}",
        b"\x02\x00\x00\x00\x00\x00\x00\x00{}",
    ],
    ids=["text", "one byte", "zeros", "noise", "zip", "huge header", "no tensors"],
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_what_is_no_model_is_refused_with_advice(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    path = tmp_path / f"odd{suffix}"
    path.write_bytes(content)
    with pytest.raises(UserError) as refusal:
        load_checkpoint(path)
    assert refusal.value.hint


def test_an_empty_a_missing_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.pth").touch()
    with pytest.raises(UserError, match="is empty"):
        load_checkpoint(tmp_path / "empty.pth")
    with pytest.raises(UserError, match="does not exist"):
        load_checkpoint(tmp_path / "missing.pth")
    with pytest.raises(UserError, match="is a folder"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, {"state_dict": {}}, torch.zeros(3)])
def test_a_file_without_weights_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "other.pth"
    torch.save(content, path)
    with pytest.raises(UserError, match="no network weights"):
        load_checkpoint(path)


def test_a_detector_without_identities_is_refused(fill_by_rule: Fill, tmp_path: Path) -> None:
    weights = build_network("dla34").state_dict()
    path = tmp_path / "ctdet_coco_dla_2x.pth"
    torch.save({k: v for k, v in weights.items() if not k.startswith("id.")}, path)
    with pytest.raises(UserError, match="re-ID"):
        load_checkpoint(path)


def test_an_architecture_from_elsewhere_is_refused(tmp_path: Path) -> None:
    heads = {f"{head}.2.weight": torch.zeros(4, 8, 1, 1) for head in ("hm", "wh", "id", "reg")}
    path = tmp_path / "elsewhere.pth"
    torch.save({**heads, "trunk.weight": torch.zeros(3)}, path)
    with pytest.raises(UserError, match="not one that Trackmend knows") as refusal:
        load_checkpoint(path)
    assert "dla34" in refusal.value.hint


def test_an_archive_that_would_unpack_to_more_than_it_is_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/data.pkl", bytes(1_000_000))
    with pytest.raises(UserError, match="compressed archive"):
        load_checkpoint(path)


def test_an_archive_over_several_disks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "disks.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", b"x")
    content = path.read_bytes()
    locator = b"PK\x06\x07" + bytes(12) + (9).to_bytes(4, "little")
    end = content.rindex(b"PK\x05\x06")
    path.write_bytes(content[:end] + locator + content[end:])
    with pytest.raises(UserError, match="not a model file"):
        load_checkpoint(path)


def test_weights_that_claim_more_values_than_the_file_holds_are_refused(tmp_path: Path) -> None:
    endless = torch.zeros(1).expand(10**9, 256, 1, 1)
    path = tmp_path / "endless.pth"
    torch.save({"hm.2.weight": endless, "wh.2.weight": endless, "id.2.weight": endless}, path)
    with pytest.raises(UserError, match="more values than the file holds"):
        load_checkpoint(path)


@pytest.mark.parametrize("kind", ["sparse", "meta"])
def test_entries_that_are_no_plain_arrays_are_refused(tmp_path: Path, kind: str) -> None:
    odd = torch.zeros(4, 4).to_sparse() if kind == "sparse" else torch.empty(4, 4, device="meta")
    path = tmp_path / "odd.pth"
    torch.save({"hm.2.weight": odd}, path)
    with pytest.raises(UserError) as refusal:
        load_checkpoint(path)
    assert refusal.value.hint


@pytest.mark.parametrize("dtype", [torch.int8, torch.complex64], ids=str)
def test_numbers_of_another_kind_are_refused_by_name(
    light: nn.Module, tmp_path: Path, dtype: torch.dtype
) -> None:
    weights = {**light.state_dict()}
    weights["hm.6.bias"] = weights["hm.6.bias"].to(dtype)
    path = tmp_path / "quantised.pth"
    torch.save(weights, path)
    with pytest.raises(UserError, match=r"hm\.6\.bias: holds (int8|complex64)"):
        load_checkpoint(path)


def test_a_value_beyond_float32_is_no_number(light: nn.Module, tmp_path: Path) -> None:
    weights = {**light.state_dict()}
    weights["hm.6.bias"] = torch.full((1,), 1e300, dtype=torch.float64)
    path = tmp_path / "wide.pth"
    torch.save(weights, path)
    with pytest.raises(UserError, match="not numbers"):
        load_checkpoint(path)


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


def test_a_name_cannot_write_to_the_terminal(saved: Path) -> None:
    name = load_checkpoint(described(saved, name="a\x1b[2Jb\n" + "c" * 500)).name
    assert name.isprintable()
    assert len(name) < 130


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_file_with_any_bytes_changed_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from(_small_files())))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "changed.pth"
    path.write_bytes(bytes(content))
    with contextlib.suppress(UserError):
        load_checkpoint(path)


@functools.cache
def _small_files() -> tuple[bytes, ...]:
    """Files of one small head in each container: nothing is recognised, everything is parsed."""
    tensors = {f"{head}.2.weight": torch.ones(4, 2, 1, 1) for head in ("hm", "wh", "id")}
    files = []
    for zipped in (True, False):
        packed = io.BytesIO()
        torch.save({"state_dict": tensors}, packed, _use_new_zipfile_serialization=zipped)
        files.append(packed.getvalue())
    return (*files, save(tensors, metadata={"name": "x"}))


def described(saved: Path, **changes: str) -> Path:
    with safe_open(saved, framework="pt") as file:
        metadata = {**file.metadata(), **changes}
    weights: dict[str, Tensor] = load_file(saved)
    path = saved.with_name("described.safetensors")
    save_file(weights, path, metadata=metadata)
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": "2"}, "newer Trackmend"),
        ({"reid_dim": "many"}, "cannot be read"),
        ({"reid_dim": "0"}, "cannot be read"),
        ({"reid_dim": "9" * 18}, "cannot be read"),
        ({"ltrb": "maybe"}, "cannot be read"),
        ({"input_wh": "64000x64000"}, "cannot be read"),
        ({"input_wh": "640"}, "cannot be read"),
        ({"input_wh": "-32x0"}, "cannot be read"),
        ({"input_wh": "650x480"}, "cannot be read"),
        ({"arch": "alexnet"}, "no architecture called"),
        ({"arch": "\x1b[2J"}, "no architecture called “ .2J”"),
        ({"reid_dim": "32"}, "instead of 32x128x1x1"),
    ],
)
def test_a_description_that_does_not_hold_is_refused(
    saved: Path, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        load_checkpoint(described(saved, **changes))


def test_metadata_may_not_pretend_to_be_the_format(light: nn.Module, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="arch"):
        save_checkpoint(
            tmp_path / "x.safetensors",
            light,
            **FIELDS,
            reid_dim=16,
            input_wh=None,
            metadata={"arch": "dla34"},
        )


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
