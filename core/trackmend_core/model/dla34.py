"""DLA-34 with deformable up-sampling, FairMOT's default network (section 3.1; Yu et al. 2018).

State-dict keys are the official ones. Three entries are dead there (`base.level3.project`,
`base.level4.project`, `base.fc`): they are kept so that files travel both ways, and never computed.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from trackmend_core.model.blocks import BasicBlock, conv_norm, conv_norm_relu
from trackmend_core.model.deformable import ConvBuilder, DeformableBlock, DeformableConv
from trackmend_core.model.heads import HeadSpec, add_heads, run_heads
from trackmend_core.model.upsample import bilinear_upsample

CHANNELS = (16, 32, 64, 128, 256, 512)
IMAGENET_CLASSES = 1000


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


class IterativeAggregation(nn.Module):
    """Fold coarser maps into the finest one, step by step (IDA in the DLA paper)."""

    def __init__(
        self,
        out_channels: int,
        in_channels: Sequence[int],
        factors: Sequence[int],
        *,
        build_conv: ConvBuilder,
    ) -> None:
        super().__init__()
        self.steps = len(in_channels) - 1
        for step in range(1, len(in_channels)):
            project = DeformableBlock(in_channels[step], out_channels, build_conv=build_conv)
            node = DeformableBlock(out_channels, out_channels, build_conv=build_conv)
            self.add_module(f"proj_{step}", project)
            self.add_module(f"up_{step}", bilinear_upsample(out_channels, factors[step]))
            self.add_module(f"node_{step}", node)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return the first map and the result of every step; all have the size of the first."""
        merged = [maps[0]]
        for step in range(1, self.steps + 1):
            raised = self.get_submodule(f"proj_{step}")(maps[step])
            raised = self.get_submodule(f"up_{step}")(raised)
            merged.append(self.get_submodule(f"node_{step}")(raised + merged[-1]))
        return merged


class DlaUp(nn.Module):
    """Bring every trunk level one octave up at a time; channels 64, 128, 256, 512 in."""

    def __init__(self, *, build_conv: ConvBuilder) -> None:
        super().__init__()
        c4, c8, c16, c32 = CHANNELS[2:]
        plans = ((c16, (c16, c32)), (c8, (c8, c16, c16)), (c4, (c4, c8, c8, c8)))
        for index, (out_channels, in_channels) in enumerate(plans):
            factors = (1,) + (2,) * (len(in_channels) - 1)
            ida = IterativeAggregation(out_channels, in_channels, factors, build_conv=build_conv)
            self.add_module(f"ida_{index}", ida)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return maps at strides 4, 8, 16, 32 with 64, 128, 256, 512 channels."""
        levels = list(maps)
        finished = [levels[-1]]
        for index in range(len(maps) - 1):
            start = len(maps) - index - 2
            levels[start:] = self.get_submodule(f"ida_{index}")(levels[start:])
            finished.insert(0, levels[-1])
        return finished


class Dla34(nn.Module):
    """DLA-34, its two aggregation stages, and the four heads on 64 channels at stride 4."""

    OPTIONAL_PREFIXES = ("base.fc.", "base.level3.project.", "base.level4.project.")
    """Dead entries: a file may leave them out, and `base.fc` may have another shape."""

    def __init__(self, spec: HeadSpec, *, build_conv: ConvBuilder = DeformableConv) -> None:
        super().__init__()
        self.base = DlaBase()
        self.dla_up = DlaUp(build_conv=build_conv)
        self.ida_up = IterativeAggregation(
            CHANNELS[2], CHANNELS[2:5], (1, 2, 4), build_conv=build_conv
        )
        add_heads(self, in_channels=CHANNELS[2], spec=spec)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return raw heads at stride 4 for (B, 3, H, W) RGB in 0..1."""
        levels = self.dla_up(self.base(x))
        features = self.ida_up(levels[:3])[-1]
        return run_heads(self, features)
