import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trackmend_core.backends import Calibration, OpenVinoBackend, TorchBackend, choose_with_reason
from trackmend_core.backends.conversion import convert_network
from trackmend_core.backends.quantise import _fine_convolutions
from trackmend_core.errors import UserError


class Edges(nn.Module):
    """Convolutions to stride 4, one of them deformable as in DLA-34."""

    def __init__(self) -> None:
        from trackmend_core.model.deformable import DeformableConv

        super().__init__()
        torch.manual_seed(0)
        self.stem = nn.Sequential(
            nn.Conv2d(3, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.bent = DeformableConv(16, 16)
        nn.init.normal_(self.bent.conv_offset_mask.weight, std=0.02)
        self.hm = nn.Conv2d(16, 1, 1)
        self.id = nn.Conv2d(16, 8, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        features = torch.relu(self.bent(self.stem(x)))
        return {"hm": self.hm(features), "id": self.id(features)}


def images(seed: int, *, h: int = 64, w: int = 96) -> np.ndarray:
    return np.random.default_rng(seed).random((1, 3, h, w), dtype=np.float32)


class Drawn:
    """Counts how often the examples are asked for."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self) -> list[np.ndarray]:
        self.read += 1
        return [images(seed) for seed in range(4)]


def kept_networks(home: Path) -> list[Path]:
    return sorted(home.rglob("quantised/*.npz"))


@pytest.fixture
def calibration() -> tuple[Calibration, Drawn]:
    drawn = Drawn()
    return Calibration(name="noise", inputs=drawn), drawn


def distance(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> float:
    return max(
        float(np.linalg.norm(found[name] - head) / np.linalg.norm(head))
        for name, head in expected.items()
    )


def test_a_quantised_network_is_close_is_kept_and_is_used_again(
    calibration: tuple[Calibration, Drawn],
    isolated_home: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    network = Edges().eval()
    example, drawn = calibration
    exact = TorchBackend(network, "cpu").run(images(9))
    made = OpenVinoBackend(network, "fast", calibration=example)
    assert made.description == "CPU · OpenVINO (int8)"
    assert 1e-4 < distance(made.run(images(9)), exact) < 0.1
    assert (
        distance(
            made.run(images(3, h=32, w=64)), TorchBackend(network, "cpu").run(images(3, h=32, w=64))
        )
        < 0.1
    )
    assert capfd.readouterr().out == "", "standard output belongs to results"
    again = OpenVinoBackend(network, "fast", calibration=example)
    assert drawn.read == 1
    assert len(kept_networks(isolated_home)) == 1
    assert np.array_equal(again.run(images(9))["id"], made.run(images(9))["id"])


def test_convolutions_on_a_grid_finer_than_stride_4_stay_float32() -> None:
    model = convert_network(Edges().eval(), ("hm", "id"))
    model.reshape([1, 3, 64, 96])
    fine = set(_fine_convolutions(model))
    shapes = [
        list(one.get_output_shape(0))
        for one in model.get_ordered_ops()
        if one.get_friendly_name() in fine
    ]
    assert shapes == [[1, 16, 32, 48]]


def test_other_weights_or_other_examples_are_quantised_anew(
    calibration: tuple[Calibration, Drawn], isolated_home: Path
) -> None:
    network = Edges().eval()
    example, drawn = calibration
    OpenVinoBackend(network, "fast", calibration=example)
    with torch.no_grad():
        network.hm.weight[0, 0] += 0.5
    OpenVinoBackend(network, "fast", calibration=example)
    OpenVinoBackend(network, "fast", calibration=Calibration(name="more noise", inputs=drawn))
    assert drawn.read == 3
    assert len(kept_networks(isolated_home)) == 3


@pytest.mark.parametrize("harm", ["cut", "flip", "empty"])
def test_a_damaged_kept_network_is_made_again(
    calibration: tuple[Calibration, Drawn], isolated_home: Path, harm: str
) -> None:
    network = Edges().eval()
    example, drawn = calibration
    whole = OpenVinoBackend(network, "fast", calibration=example).run(images(9))
    (kept,) = kept_networks(isolated_home)
    content = bytearray(kept.read_bytes())
    content[len(content) // 3] ^= 0xFF
    kept.write_bytes({"cut": content[:-500], "flip": content, "empty": b""}[harm])
    again = OpenVinoBackend(network, "fast", calibration=example).run(images(9))
    assert drawn.read == 2
    np.testing.assert_allclose(again["id"], whole["id"], atol=1e-5)


def test_without_examples_fast_mode_says_what_it_needs() -> None:
    with pytest.raises(UserError, match="example frames") as refusal:
        OpenVinoBackend(Edges().eval(), "fast")
    assert "float32" in refusal.value.hint


def test_without_nncf_fast_mode_says_what_to_install(
    calibration: tuple[Calibration, Drawn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nncf", None)
    with pytest.raises(UserError, match="NNCF") as refusal:
        choose_with_reason(
            Edges().eval(), precision="fast", device="cpu", calibration=calibration[0]
        )
    assert "pip install" in refusal.value.hint
    assert "trackmend[fast]" in refusal.value.hint


class LivesFromDifferences(Edges):
    """Takes the small difference of two large numbers, which eight bits cannot hold."""

    def __init__(self) -> None:
        super().__init__()
        self.copy = nn.Conv2d(8, 8, 1, bias=False)
        nn.init.dirac_(self.copy.weight)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        heads = super().forward(x)
        lifted = 1e4 * nn.functional.avg_pool2d(x, 4).mean(1, keepdim=True)
        return {"hm": heads["hm"], "id": self.copy(heads["id"] + lifted) - lifted}


def test_a_network_that_eight_bits_would_ruin_stays_in_float32(
    calibration: tuple[Calibration, Drawn],
) -> None:
    with pytest.raises(RuntimeError, match="eight-bit"):
        OpenVinoBackend(LivesFromDifferences().eval(), "fast", calibration=calibration[0])
    choice = choose_with_reason(
        LivesFromDifferences().eval(), device="cpu", precision="fast", calibration=calibration[0]
    )
    assert "int8" not in choice.backend.description
    assert "int8" not in choice.reason


def test_fast_mode_keeps_float32_where_int8_is_not_quicker(
    calibration: tuple[Calibration, Drawn], monkeypatch: pytest.MonkeyPatch
) -> None:

    def times(int8_ms: float) -> Callable[..., Any]:
        return lambda backends, **_: {n: int8_ms if "int8" in n else 10.0 for n in backends}

    for int8_ms, expected in ((9.5, "float32"), (5.0, "int8")):
        monkeypatch.setattr("trackmend_core.backends.choose.measure", times(int8_ms))
        choice = choose_with_reason(
            Edges().eval(),
            device="cpu",
            precision="fast",
            calibration=calibration[0],
            input_wh=(64, 64) if int8_ms > 9 else (96, 64),
        )
        assert choice.backend.description == f"CPU · OpenVINO ({expected})"


PROBE = """
import os, sys
home = os.path.realpath(sys.argv[1])
def watch(event, args):
    if event.startswith("socket."):
        print(event, args, file=sys.stderr); os._exit(7)
    if event == "open" and isinstance(args[0], str) and isinstance(args[2], int):
        if args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            path = os.path.realpath(args[0])
            if not path.startswith(home) and path != os.devnull:
                print("writes", path, file=sys.stderr); os._exit(8)
sys.addaudithook(watch)
import numpy as np, torch
from trackmend_core.backends import Calibration, OpenVinoBackend
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 3, stride=4, padding=1)
    def forward(self, x):
        return {"hm": self.conv(x)}
noise = [np.random.default_rng(n).random((1, 3, 64, 64), dtype=np.float32) for n in range(2)]
OpenVinoBackend(Net().eval(), "fast", calibration=Calibration(name="n", inputs=lambda: noise))
sys.exit(any(name.startswith("openvino_telemetry.") for name in sys.modules))
"""


def test_quantising_opens_no_connection_and_writes_one_file_in_the_cache(
    isolated_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = isolated_home / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    for name in ("CI", "NNCF_CI", "NNCF_DEV", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name, raising=False)
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROBE, str(isolated_home)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert list(tmp_path.iterdir()) == []
    files = [path for path in isolated_home.rglob("*") if path.is_file()]
    assert files == kept_networks(isolated_home)
    assert len(files) == 1
