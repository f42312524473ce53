"""The four FairMOT heads: centre heat map, size, offset, re-ID embedding (sections 3.2, 3.3)."""

from dataclasses import dataclass

from torch import Tensor, nn

HEAD_NAMES = ("hm", "wh", "id", "reg")
"""In the order of the official checkpoints."""

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


def build_head(in_channels: int, out_channels: int, *, hidden: int = 256) -> nn.Sequential:
    """Return 3x3 convolution, ReLU, 1x1 convolution: the head of all official networks but YOLO."""
    return nn.Sequential(
        nn.Conv2d(in_channels, hidden, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(hidden, out_channels, 1),
    )


def add_heads(network: nn.Module, *, in_channels: int, spec: HeadSpec) -> None:
    """Attach the heads as direct children, where the official state-dict keys expect them."""
    for name, channels in spec.channels().items():
        head = build_head(in_channels, channels)
        for layer in head:
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.zeros_(layer.bias)
        if name == "hm" and isinstance(head[-1], nn.Conv2d) and head[-1].bias is not None:
            nn.init.constant_(head[-1].bias, HEATMAP_BIAS)
        network.add_module(name, head)


def run_heads(network: nn.Module, features: Tensor) -> dict[str, Tensor]:
    """Return the raw output of every head on the stride-4 features."""
    return {name: network.get_submodule(name)(features) for name in HEAD_NAMES}
