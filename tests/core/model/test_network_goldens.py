from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.lib.npyio import NpzFile
from torch import nn

from trackmend_core.backends import OpenVinoBackend
from trackmend_core.model import build_network

OFFICIAL_NAMES = {
    "dla34": "dla_34",
    "dla34_conv": "dlaconv_34",
    "dlav0_34": "dlav0_34",
    "resnet34": "resdcn_34",
    "resnet50": "resdcn_50",
    "resnet34_fpn": "resfpndcn_34",
    "hrnet_w18": "hrnet_18",
    "hrnet_w32": "hrnet_32",
    "yolov5s": "yolo",
}


def golden_network(
    arch: str, golden: NpzFile, fill_by_rule: Callable[[nn.Module], nn.Module]
) -> tuple[nn.Module, np.ndarray]:
    """Return the golden's network and its input."""
    network = fill_by_rule(build_network(arch, reid_dim=golden["id"].shape[1]))
    # The weights follow from the names and shapes of the entries, so their sum tells both apart.
    weights_sum = sum(v.double().abs().sum().item() for v in network.state_dict().values())
    assert weights_sum == pytest.approx(float(golden["weights_sum_abs"]), rel=1e-9)
    image = np.random.default_rng(0).random(tuple(golden["input_shape"])).astype(np.float32)
    assert image.astype(np.float64).sum() == pytest.approx(float(golden["input_sum"]))
    return network, image


@pytest.mark.parametrize("arch", OFFICIAL_NAMES)
def test_a_network_computes_what_the_official_one_computes(
    arch: str, data_dir: Path, fill_by_rule: Callable[[nn.Module], nn.Module]
) -> None:
    golden = np.load(data_dir / "golden" / f"net_{OFFICIAL_NAMES[arch]}_small.npz")
    network, image = golden_network(arch, golden, fill_by_rule)
    with torch.inference_mode():
        heads = network(torch.from_numpy(image))
    assert set(heads) == {"hm", "wh", "reg", "id"}
    for name, head in heads.items():
        np.testing.assert_allclose(head.numpy(), golden[name], atol=5e-4, rtol=0)


@pytest.mark.parametrize("arch", ["dlav0_34", "resnet50", "resnet34_fpn", "hrnet_w18"])
def test_openvino_computes_it_too(
    arch: str, data_dir: Path, fill_by_rule: Callable[[nn.Module], nn.Module]
) -> None:
    golden = np.load(data_dir / "golden" / f"net_{OFFICIAL_NAMES[arch]}_small.npz")
    network, image = golden_network(arch, golden, fill_by_rule)
    for name, head in OpenVinoBackend(network, precision="float32").run(image).items():
        np.testing.assert_allclose(head, golden[name], atol=5e-4, rtol=0)


@pytest.mark.parametrize("arch", OFFICIAL_NAMES)
def test_a_network_has_the_official_entries(arch: str, data_dir: Path) -> None:
    keys = data_dir / "golden" / f"keys_{OFFICIAL_NAMES[arch]}.txt"
    official = dict(line.split("\t")[:2] for line in keys.read_text().splitlines())
    with torch.device("meta"):
        network = build_network(arch, reid_dim=64 if arch == "yolov5s" else 128)
    ours = {key: str(tuple(entry.shape)) for key, entry in network.state_dict().items()}
    assert ours == official


def test_the_batch_norms_of_yolo_and_hrnet_keep_their_own_constants() -> None:
    def constants(arch: str) -> set[tuple[float, float | None]]:
        norms = (m for m in build_network(arch).modules() if isinstance(m, nn.BatchNorm2d))
        return {(norm.eps, norm.momentum) for norm in norms}

    assert constants("yolov5s") == {(1e-3, 0.03)}
    assert constants("hrnet_w18") == {(1e-5, 0.01), (1e-5, 0.1)}
    assert constants("dla34") == {(1e-5, 0.1)}
