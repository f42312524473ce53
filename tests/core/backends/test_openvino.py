import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trackmend_core.backends import OpenVinoBackend, Precision, TorchBackend
from trackmend_core.errors import UserError


class SmallNetwork(nn.Module):
    """Convolutions to stride 4 with four heads; random, but the same every time."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU()
        )
        channels = {"hm": 1, "wh": 4, "reg": 2, "id": 16}
        self.heads = nn.ModuleDict(
            {name: nn.Conv2d(8, count, 3, stride=2, padding=1) for name, count in channels.items()}
        )

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        features = self.stem(x)
        return {name: head(features) for name, head in self.heads.items()}


class RemembersTheFirstInput(SmallNetwork):
    """Takes a sum of its first input for a constant when it is traced."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        bright = int((x.sum() > 10000).tolist())
        return {name: head + bright for name, head in super().forward(x).items()}


def images(seed: int, *, h: int = 64, w: int = 96, count: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((count, 3, h, w), dtype=np.float32)


def test_openvino_in_float32_gives_what_torch_gives() -> None:
    network = SmallNetwork().eval()
    openvino = OpenVinoBackend(network, precision="float32")
    reference = TorchBackend(network, "cpu")
    for seed, (h, w, count) in enumerate([(64, 96, 1), (32, 160, 1), (96, 96, 2), (64, 96, 1)]):
        batch = images(seed, h=h, w=w, count=count)
        found, expected = openvino.run(batch), reference.run(batch)
        assert set(found) == set(expected) == {"hm", "wh", "reg", "id"}
        for name, head in expected.items():
            assert found[name].dtype == np.float32
            np.testing.assert_allclose(found[name], head, atol=1e-5)


@pytest.mark.parametrize("arch", ["dla34", "yolov5s"])
def test_the_official_networks_run_in_openvino_as_in_torch(arch: str) -> None:
    from trackmend_core.model import build_network

    network = build_network(arch, reid_dim=16).eval()
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "conv_offset_mask" in name:
                weight.copy_(0.05 * torch.randn(weight.shape, generator=rng))
    batch = images(0, h=96, w=64)
    found = OpenVinoBackend(network, precision="float32").run(batch)
    for name, head in TorchBackend(network, "cpu").run(batch).items():
        np.testing.assert_allclose(found[name], head, atol=1e-3)


def test_more_input_sizes_than_are_kept_still_give_the_right_heads() -> None:
    network = SmallNetwork().eval()
    backend, reference = OpenVinoBackend(network, "float32"), TorchBackend(network, "cpu")
    for h in (32, 64, 96, 128, 160, 32):
        batch = images(h, h=h)
        np.testing.assert_allclose(backend.run(batch)["id"], reference.run(batch)["id"], atol=1e-5)


@pytest.mark.parametrize("kind", ["torch", "openvino"])
def test_what_run_returns_is_not_overwritten_by_the_next_run(kind: str) -> None:
    network = SmallNetwork().eval()
    backend = TorchBackend(network, "cpu") if kind == "torch" else OpenVinoBackend(network)
    first = backend.run(images(0))
    copies = {name: head.copy() for name, head in first.items()}
    backend.run(images(1))
    assert all(np.array_equal(first[name], copies[name]) for name in first)


@pytest.mark.parametrize("kind", ["torch", "openvino"])
def test_the_network_that_is_handed_in_stays_as_it_was(kind: str) -> None:
    network = SmallNetwork().train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    backend = TorchBackend(network, "cpu") if kind == "torch" else OpenVinoBackend(network)
    backend.run(images(0))
    assert network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


def test_a_conversion_that_changes_the_results_is_not_used() -> None:
    with pytest.raises(RuntimeError, match="other results"):
        OpenVinoBackend(RemembersTheFirstInput().eval())


def test_the_precision_is_chosen_by_what_the_processor_has() -> None:
    backend = OpenVinoBackend(SmallNetwork().eval())
    assert backend.precision in (Precision.FLOAT32, Precision.BFLOAT16)
    assert backend.description == f"CPU · OpenVINO ({backend.precision})"
    exact = TorchBackend(SmallNetwork().eval(), "cpu").run(images(0))
    for name, head in backend.run(images(0)).items():
        assert np.abs(head - exact[name]).max() < 0.03 * np.abs(exact[name]).max()


class LivesFromDifferences(SmallNetwork):
    """Takes the small difference of two large numbers, which eight bits cannot hold."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        heads = super().forward(x)
        shifted = nn.functional.avg_pool2d(self.stem(x).sum(1, keepdim=True), 2) * 1000
        return {name: (head + shifted) * 1.001 - shifted for name, head in heads.items()}


def test_a_network_that_rounding_would_ruin_runs_in_float32() -> None:
    network = LivesFromDifferences().eval()
    backend = OpenVinoBackend(network)
    exact = TorchBackend(network, "cpu").run(images(0))
    for name, head in backend.run(images(0)).items():
        assert np.abs(head - exact[name]).max() < 0.06 * np.abs(exact[name]).max()


def test_an_explicit_precision_that_the_processor_lacks_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Core:
        def get_property(self, device: str, name: str) -> list[str]:
            return ["FP32"]

    network = SmallNetwork().eval()
    backend = OpenVinoBackend(network, "float32")
    monkeypatch.setattr(backend, "_core", Core())
    with pytest.raises(UserError, match="bfloat16"):
        backend._choose_precision(Precision.BFLOAT16, {})


def test_openvino_is_imported_without_its_telemetry(isolated_home: Path) -> None:
    probe = (
        "import sys, torch\n"
        "from trackmend_core.backends import OpenVinoBackend\n"
        "class N(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return {'hm': torch.nn.functional.avg_pool2d(x, 4)}\n"
        "OpenVinoBackend(N())\n"
        "sys.exit(any(name.startswith('openvino_telemetry.') for name in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", probe], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert list(isolated_home.iterdir()) == []
