"""The four FairMOT heads: centre heat map, size, offset, re-ID embedding (sections 3.2, 3.3)."""

from dataclasses import dataclass

from torch import Tensor, nn

HEAD_NAMES = ("hm", "wh", "id", "reg")
"""In the order of the official checkpoints."""

FEATURES = "features"
"""What a network with a two-stage head puts out besides the heads."""
TWO_STAGE = "two_stage"
"""Name of that head among the network's children, and of its entries in a state dict."""

HEATMAP_BIAS = -2.19
"""Logit of 0.1: an untrained heat map starts quiet, as in CenterNet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSpec:
    """What the heads put out.

    Attributes:
        reid_dim: length of the embedding.
        ltrb: the size head gives left, top, right, bottom instead of width, height.
        num_classes: channels of the heat map.

    Raises:
        ValueError: a head would have no channels.
    """

    reid_dim: int = 128
    ltrb: bool = True
    num_classes: int = 1

    def __post_init__(self) -> None:
        if self.reid_dim < 1 or self.num_classes < 1:
            raise ValueError(f"a head needs at least one channel: {self}")

    def channels(self) -> dict[str, int]:
        """Return output channels by head name, in the order of the official checkpoints."""
        sizes = 4 if self.ltrb else 2
        return {"hm": self.num_classes, "wh": sizes, "id": self.reid_dim, "reg": 2}


def add_heads(
    network: nn.Module,
    *,
    in_channels: int,
    spec: HeadSpec,
    hidden: int = 256,
    activation: type[nn.Module] = nn.ReLU,
) -> None:
    """Attach the heads as direct children, where the official state-dict keys expect them.

    Each is a 3x3 convolution to `hidden` channels, the activation, and a 1x1 convolution.
    """
    for name, channels in spec.channels().items():
        first = nn.Conv2d(in_channels, hidden, 3, padding=1)
        last = nn.Conv2d(hidden, channels, 1)
        for layer, bias in ((first, 0.0), (last, HEATMAP_BIAS if name == "hm" else 0.0)):
            assert layer.bias is not None
            nn.init.constant_(layer.bias, bias)
        network.add_module(name, nn.Sequential(first, activation(), last))


def run_heads(network: nn.Module, features: Tensor) -> dict[str, Tensor]:
    """Return the raw output of every head on the stride-4 features.

    A network that also has a two-stage re-ID head puts out the features themselves, which that
    head reads once the boxes are known.
    """
    outputs = {name: network.get_submodule(name)(features) for name in HEAD_NAMES}
    if hasattr(network, TWO_STAGE):
        outputs[FEATURES] = features
    return outputs
