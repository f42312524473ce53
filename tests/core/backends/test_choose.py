import logging
import sys

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trackmend_core.backends import BackendName, TorchBackend, choose_backend
from trackmend_core.errors import UserError


class Pooling(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"hm": nn.functional.avg_pool2d(x, 4)}


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


@pytest.mark.usefixtures("no_graphics_card")
def test_without_a_graphics_card_openvino_is_chosen() -> None:
    for device in ("auto", "cpu"):
        assert "OpenVINO" in choose_backend(Pooling(), "auto", device).description


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
