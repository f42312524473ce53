"""The networks that are measured, and how much arithmetic they hold."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from trackmend_core.model import LoadedModel, build_network, load_checkpoint, preprocess
from trackmend_core.model.deformable import TAPS, DeformableConv
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.types import FloatArray, ImageArray
from trackmend_resources import resource_path

OFFICIAL_WH = (1088, 608)


def street_frames(width: int, height: int, count: int = 1) -> list[ImageArray]:
    settings = StreetSettings(width=width, height=height, frame_count=count)
    return [frame.image for frame in draw_street(settings)]


def official_input() -> FloatArray:
    return preprocess(street_frames(1920, 1080)[0], input_wh=OFFICIAL_WH)[0][None]


def light() -> LoadedModel:
    return load_checkpoint(resource_path("models", "trackmend-light.safetensors"))


def dla34() -> LoadedModel:
    """FairMOT's network with drawn weights; its speed does not depend on them."""
    drawn = torch.Generator().manual_seed(0)
    network = build_network("dla34").eval().requires_grad_(False)
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d) and name.endswith(".bn2"):
            nn.init.constant_(module.weight, 0.25)  # the end of a residual block
        elif isinstance(module, nn.Conv2d | DeformableConv):
            keep = (2 / module.weight[0].numel()) ** 0.5  # the variance, as He et al. (2015)
            keep *= 2 if isinstance(module, DeformableConv) else 1  # which its mask halves
            spread = 0.01 if name.endswith("conv_offset_mask") else keep
            nn.init.normal_(module.weight, std=spread, generator=drawn)
    return LoadedModel(
        network=network,
        arch="dla34",
        reid_dim=128,
        ltrb=True,
        num_classes=1,
        input_wh=OFFICIAL_WH,
        name="dla34",
        metadata={},
    )


def gflop(network: nn.Module, batch: FloatArray) -> float:
    """Return 1e9 multiplications and additions of one pass, deformable convolutions included."""
    bent = 0

    def count(module: nn.Module, _: object, output: Tensor) -> None:
        nonlocal bent
        assert isinstance(module, DeformableConv)
        bent += 2 * TAPS * module.weight.shape[1] * output.numel()

    hooks = [
        module.register_forward_hook(count)
        for module in network.modules()
        if isinstance(module, DeformableConv)
    ]
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(torch.from_numpy(batch))
    for hook in hooks:
        hook.remove()
    return (counter.get_total_flops() + bent) / 1e9


def eager(network: nn.Module, batch: FloatArray) -> Callable[[], dict[str, Tensor]]:
    """Return a plain pass of torch: what somebody gets who just calls the network."""
    images = torch.from_numpy(batch)

    def run() -> dict[str, Tensor]:
        with torch.inference_mode():
            outputs: dict[str, Tensor] = network(images)
        return outputs

    return run


def worst_difference(found: dict[str, FloatArray], expected: dict[str, Tensor]) -> float:
    return max(float(np.abs(found[n] - head.numpy()).max()) for n, head in expected.items())
