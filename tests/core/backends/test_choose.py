import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trackmend_core.backends import (
    Backend,
    BackendName,
    TorchBackend,
    choose_backend,
    choose_with_reason,
)
from trackmend_core.backends.measure import measure, measured_shape
from trackmend_core.errors import UserError


class Pooling(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"hm": nn.functional.avg_pool2d(x, 4)}


class Striding(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"hm": x[:, :, ::4, ::4]}


class SingularValues(nn.Module):
    """Holds an operation that OpenVINO does not know."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        cells = nn.functional.avg_pool2d(x, 4)
        largest = torch.linalg.svdvals(cells[:, :, :3, :3])[..., 0]
        return {"hm": cells + largest[..., None, None]}


@pytest.fixture
def no_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


class UntranslatedOpenVino(TorchBackend):
    """Stands in for OpenVINO where its translation, which takes a while, does not matter."""

    def __init__(self, network: nn.Module, *_: object, **__: object) -> None:
        super().__init__(network, "cpu")

    @property
    def description(self) -> str:
        return "CPU · OpenVINO"


@pytest.fixture
def untranslated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackmend_core.backends.choose.OpenVinoBackend", UntranslatedOpenVino)


class Stopwatch:
    """Stands in for the measurement: says what it is told and counts how often it was asked."""

    def __init__(self, **times: float) -> None:
        self.times = times
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, backends: Mapping[str, Backend], **_: object) -> dict[str, float]:
        self.asked.append(tuple(backends))
        return {name: self.times[name.split()[0]] for name in backends}


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stopwatch]:
    def install(**times: float) -> Stopwatch:
        watch = Stopwatch(**times)
        monkeypatch.setattr("trackmend_core.backends.choose.measure", watch)
        return watch

    return install


@pytest.mark.usefixtures("no_graphics_card", "untranslated")
@pytest.mark.parametrize(
    ("openvino_ms", "torch_ms", "chosen"),
    [(5, 20, "OpenVINO"), (20, 5, "torch"), (10, 9.5, "OpenVINO")],
)
@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_the_clearly_quicker_engine_is_chosen_and_the_reason_is_said(
    stopwatch: Callable[..., Stopwatch],
    device: str,
    openvino_ms: float,
    torch_ms: float,
    chosen: str,
) -> None:
    stopwatch(OpenVINO=openvino_ms, torch=torch_ms)
    choice = choose_with_reason(Pooling(), "auto", device)
    assert chosen in choice.backend.description
    assert f"OpenVINO {openvino_ms:.1f} ms" in choice.reason
    assert f"torch {torch_ms:.1f} ms" in choice.reason


@pytest.mark.usefixtures("no_graphics_card")
def test_a_measurement_is_kept_for_the_machine_the_structure_and_the_size(
    stopwatch: Callable[..., Stopwatch],
) -> None:
    watch = stopwatch(OpenVINO=9, torch=1)
    for _ in range(2):
        choice = choose_with_reason(Pooling(), precision="float32", input_wh=(640, 480))
        assert choice.backend.description == "CPU · torch"
    assert len(watch.asked) == 1
    assert "as measured before" in choice.reason
    choose_backend(Pooling(), precision="float32", input_wh=(480, 640))
    choose_backend(Pooling(), precision="bfloat16", input_wh=(640, 480))
    choose_backend(Striding(), precision="float32", input_wh=(640, 480))
    assert len(watch.asked) == 4


@pytest.mark.usefixtures("no_graphics_card", "untranslated")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"milliseconds": {"OpenVINO float32": 1}}',
        b'{"milliseconds": {"OpenVINO float32": -1, "torch float32": 2}}',
        b'{"milliseconds": {"OpenVINO float32": "x", "torch float32": 2}}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_measurement_is_made_again(
    stopwatch: Callable[..., Stopwatch], isolated_home: Path, content: bytes
) -> None:
    watch = stopwatch(OpenVINO=9, torch=1)
    choose_backend(Pooling(), precision="float32")
    (kept,) = isolated_home.rglob("*.json")
    kept.write_bytes(content)
    assert choose_backend(Pooling(), precision="float32").description == "CPU · torch"
    assert len(watch.asked) == 2
    assert json.loads(kept.read_bytes())["milliseconds"]["torch float32"] == 1


@pytest.mark.usefixtures("no_graphics_card", "untranslated")
def test_a_cache_folder_that_cannot_be_written_costs_only_the_measurement(
    stopwatch: Callable[..., Stopwatch], isolated_home: Path
) -> None:
    watch = stopwatch(OpenVINO=1, torch=9)
    (isolated_home / "trackmend").write_text("a file where the folder should be")
    for _ in range(2):
        assert "OpenVINO" in choose_backend(Pooling()).description
    assert len(watch.asked) == 2
    assert [path.name for path in isolated_home.iterdir()] == ["trackmend"]


def test_measuring_times_every_engine_on_an_input_of_the_right_shape() -> None:
    shapes: dict[str, set[tuple[int, ...]]] = {"slow": set(), "quick": set()}

    class Engine:
        def __init__(self, name: str, seconds: float) -> None:
            self.name, self.seconds = name, seconds

        def run(self, batch: np.ndarray) -> dict[str, np.ndarray]:
            shapes[self.name].add(batch.shape)
            ends_s = time.process_time() + self.seconds
            while time.process_time() < ends_s:
                pass
            return {}

    engines: Any = {"slow": Engine("slow", 0.03), "quick": Engine("quick", 0.0)}
    times = measure(engines, input_wh=(1088, 608))
    assert times["slow"] >= 30 > times["quick"] > 0
    assert shapes["slow"] == shapes["quick"] == {measured_shape((1088, 608))} == {(1, 3, 192, 320)}
    assert measured_shape((64, 96)) == (1, 3, 96, 64), "a small input is measured as it is"


@pytest.mark.usefixtures("no_graphics_card")
def test_what_openvino_cannot_convert_runs_in_torch_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        backend = choose_backend(SingularValues())
    assert backend.description == "CPU · torch"
    assert "OpenVINO does not run this network" in caplog.text
    assert logging.getLogger().level == logging.WARNING
    batch = np.random.default_rng(0).random((1, 3, 32, 32), dtype=np.float32)
    expected = SingularValues()(torch.from_numpy(batch))["hm"].numpy()
    np.testing.assert_allclose(backend.run(batch)["hm"], expected, atol=1e-6)


@pytest.mark.usefixtures("no_graphics_card")
def test_without_openvino_torch_runs_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert choose_backend(Pooling()).description == "CPU · torch"
    with pytest.raises(UserError, match="OpenVINO cannot run"):
        choose_backend(Pooling(), "openvino")


def test_openvino_by_name_refuses_what_it_cannot_convert() -> None:
    with pytest.raises(UserError, match="OpenVINO cannot run") as refusal:
        choose_backend(SingularValues(), BackendName.OPENVINO)
    assert "torch" in refusal.value.hint


@pytest.mark.parametrize(
    ("name", "precision"), [("tensorrt", "auto"), ("auto", "int4"), ("", "auto")]
)
def test_an_unknown_name_is_refused_with_the_known_ones(name: str, precision: str) -> None:
    with pytest.raises(UserError) as refusal:
        choose_backend(Pooling(), name, precision=precision)
    assert "openvino" in refusal.value.hint
    assert "bfloat16" in refusal.value.hint


@pytest.mark.usefixtures("no_graphics_card")
@pytest.mark.parametrize("device", ["cuda", "cuda:3", "mps", "abacus", "meta"])
@pytest.mark.parametrize("name", ["auto", "torch"])
def test_a_device_that_is_not_here_is_refused(name: str, device: str) -> None:
    with pytest.raises(UserError) as refusal:
        choose_backend(Pooling(), name, device)
    assert "cpu" in refusal.value.hint


def test_openvino_is_not_for_graphics_cards() -> None:
    with pytest.raises(UserError, match="not on “cuda”"):
        choose_backend(Pooling(), "openvino", "cuda")


def test_a_card_that_fails_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no kernel image is available for execution on the device")

    monkeypatch.setattr(TorchBackend, "__init__", broken)
    with caplog.at_level(logging.WARNING):
        assert "OpenVINO" in choose_backend(Pooling()).description
    assert "no kernel image" in caplog.text


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_torch_on_the_cpu_computes_in_the_precision_that_is_asked_for(precision: str) -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 4, stride=4))

    class Wrapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network

        def forward(self, x: Tensor) -> dict[str, Tensor]:
            return {"hm": self.inner(x)}

    batch = np.random.default_rng(0).random((1, 3, 32, 32), dtype=np.float32)
    with torch.inference_mode():
        exact = network(torch.from_numpy(batch)).numpy()
    backend = TorchBackend(Wrapped(), "cpu", precision=precision)
    error = np.abs(backend.run(batch)["hm"] - exact).max()
    assert backend.run(batch)["hm"].dtype == np.float32
    if precision == "float32":
        assert backend.description == "CPU · torch"
        assert error < 1e-5
    else:
        assert backend.description == "CPU · torch (bfloat16)"
        assert 1e-5 < error < 0.05


def test_compiling_is_done_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, stopwatch: Callable[..., Stopwatch]
) -> None:
    compiled: list[nn.Module] = []

    def translate(network: nn.Module) -> nn.Module:
        compiled.append(network)
        return network

    monkeypatch.setattr(torch, "compile", translate)
    stopwatch(OpenVINO=9, torch=1)
    assert choose_backend(Pooling(), device="cpu").description == "CPU · torch"
    assert not compiled
    choice = choose_with_reason(Pooling(), "compile", "cpu", precision="float32")
    assert choice.backend.description == "CPU · torch compiled"
    assert choice.reason == "asked for by name"
    assert len(compiled) == 1
    batch = np.random.default_rng(0).random((1, 3, 32, 32), dtype=np.float32)
    expected = Pooling()(torch.from_numpy(batch))["hm"].numpy()
    np.testing.assert_allclose(choice.backend.run(batch)["hm"], expected, atol=1e-6)


@pytest.mark.usefixtures("no_graphics_card")
def test_torch_batches_for_a_card_keep_order_shapes_and_what_the_frames_raise() -> None:
    backend = TorchBackend(Striding(), "cpu")
    backend._device = SimpleNamespace(type="meta card")  # type: ignore[assignment]
    handed: list[tuple[int, ...]] = []

    def heads(batch: np.ndarray) -> Mapping[str, Tensor]:
        handed.append(batch.shape)
        return Striding()(torch.from_numpy(batch))

    backend.heads = heads  # type: ignore[assignment,method-assign]
    sizes = [32] * 5 + [64] * 2 + [32] * 9
    inputs = [np.full((1, 3, size, 32), n, np.float32) for n, size in enumerate(sizes)]
    found = list(backend.heads_of_each(iter(inputs)))
    assert [float(one["hm"].max()) for one in found] == list(range(len(sizes)))
    assert [one["hm"].shape[2] for one in found] == [size // 4 for size in sizes]
    assert [shape[0] for shape in handed] == [4, 1, 2, 4, 4, 1]

    def breaks() -> Iterator[np.ndarray]:
        yield from inputs[:6]
        raise UserError("the disk is gone")

    seen: list[Mapping[str, Tensor]] = []
    with pytest.raises(UserError, match="disk"):
        seen.extend(backend.heads_of_each(breaks()))
    assert len(seen) == 6
