"""The DLA-34 trunk (Yu et al. 2018, "Deep Layer Aggregation"), shared by all DLA networks here.

State-dict keys are the official ones. Three entries are dead there (`level3.project`,
`level4.project`, `fc`): they are kept so that files travel both ways, and never computed.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from trackmend_core.model.blocks import BasicBlock, conv_norm, conv_norm_relu

CHANNELS = (16, 32, 64, 128, 256, 512)
"""Of levels 0 to 5; levels 2 to 5 have strides 4, 8, 16 and 32."""
IMAGENET_CLASSES = 1000
DEAD_PREFIXES = ("base.fc.", "base.level3.project.", "base.level4.project.")
"""Of a network that holds the trunk as `base`: a file may leave these entries out."""


class Root(nn.Module):
    """Aggregation node: concatenate, 1x1 convolution, batch norm, ReLU."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv, self.bn = conv_norm(in_channels, out_channels, kernel=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, *children: Tensor) -> Tensor:
        """Return one map of the children's size."""
        result: Tensor = self.relu(self.bn(self.conv(torch.cat(children, 1))))
        return result


def _projection(in_channels: int, out_channels: int) -> nn.Sequential | None:
    if in_channels == out_channels:
        return None
    return nn.Sequential(*conv_norm(in_channels, out_channels, kernel=1))


class Leaf(nn.Module):
    """A tree of one level: two residual blocks and their root."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        stride: int = 1,
        carried_channels: int = 0,
        carries_input: bool = False,
    ) -> None:
        super().__init__()
        gathered = 2 * out_channels + carried_channels + (in_channels if carries_input else 0)
        self.tree1 = BasicBlock(in_channels, out_channels, stride=stride)
        self.tree2 = BasicBlock(out_channels, out_channels)
        self.root = Root(gathered, out_channels)
        self.downsample = nn.MaxPool2d(stride, stride) if stride > 1 else None
        self.project = _projection(in_channels, out_channels)
        self.carries_input = carries_input

    def forward(self, x: Tensor, carried: Sequence[Tensor] = ()) -> Tensor:
        """Return the aggregated map; `carried` are earlier maps that join at the root."""
        bottom = x if self.downsample is None else self.downsample(x)
        residual = bottom if self.project is None else self.project(bottom)
        first = self.tree1(x, residual)
        second = self.tree2(first)
        joined = [*carried, bottom] if self.carries_input else list(carried)
        result: Tensor = self.root(second, first, *joined)
        return result


class Tree(nn.Module):
    """A tree of two levels: the second leaf's root also sees the first leaf and the input."""

    def __init__(self, in_channels: int, out_channels: int, *, stride: int) -> None:
        super().__init__()
        self.tree1 = Leaf(in_channels, out_channels, stride=stride)
        self.tree2 = Leaf(out_channels, out_channels, carried_channels=in_channels + out_channels)
        self.downsample = nn.MaxPool2d(stride, stride)
        self.project = _projection(in_channels, out_channels)
        """Dead weight of the official network: computed there and thrown away."""
        if self.project is not None:
            self.project.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the aggregated map at 1 / stride of the size of `x`."""
        first = self.tree1(x)
        result: Tensor = self.tree2(first, (self.downsample(x), first))
        return result


class DlaBase(nn.Module):
    """The DLA-34 trunk; its last four levels have strides 4, 8, 16, 32."""

    def __init__(self) -> None:
        super().__init__()
        self.base_layer = conv_norm_relu(3, CHANNELS[0], kernel=7)
        self.level0 = conv_norm_relu(CHANNELS[0], CHANNELS[0])
        self.level1 = conv_norm_relu(CHANNELS[0], CHANNELS[1], stride=2)
        self.level2 = Leaf(CHANNELS[1], CHANNELS[2], stride=2)
        self.level3 = Tree(CHANNELS[2], CHANNELS[3], stride=2)
        self.level4 = Tree(CHANNELS[3], CHANNELS[4], stride=2)
        self.level5 = Leaf(CHANNELS[4], CHANNELS[5], stride=2, carries_input=True)
        self.fc = nn.Conv2d(CHANNELS[5], IMAGENET_CLASSES, 1).requires_grad_(False)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the maps at strides 4, 8, 16 and 32."""
        x = self.level1(self.level0(self.base_layer(x)))
        maps = []
        for level in (self.level2, self.level3, self.level4, self.level5):
            x = level(x)
            maps.append(x)
        return maps
