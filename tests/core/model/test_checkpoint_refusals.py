import contextlib
import functools
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save, save_file
from saved_models import FIELDS, Fill, official
from torch import Tensor, nn

from trackmend_core.errors import UserError
from trackmend_core.model import build_network, load_checkpoint, save_checkpoint


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
