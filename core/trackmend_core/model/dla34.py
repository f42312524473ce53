"""DLA-34 with deformable up-sampling, FairMOT's default network (section 3.1; Yu et al. 2018)."""

from collections.abc import Sequence

from torch import Tensor, nn

from trackmend_core.model.deformable import ConvBuilder, DeformableBlock, DeformableConv
from trackmend_core.model.dla_trunk import CHANNELS, DEAD_PREFIXES, DlaBase
from trackmend_core.model.heads import HeadSpec, add_heads, run_heads
from trackmend_core.model.upsample import bilinear_upsample


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

    OPTIONAL_PREFIXES = DEAD_PREFIXES

    def __init__(self, spec: HeadSpec, *, build_conv: ConvBuilder = DeformableConv) -> None:
        super().__init__()
        self.base = DlaBase()
        self.dla_up = DlaUp(build_conv=build_conv)
        self.ida_up = IterativeAggregation(
            CHANNELS[2], CHANNELS[2:5], (1, 2, 4), build_conv=build_conv
        )
        add_heads(self, in_channels=CHANNELS[2], spec=spec)

    def features(self, x: Tensor) -> Tensor:
        """Return what all heads see: (B, 64, H / 4, W / 4)."""
        levels = self.dla_up(self.base(x))
        features: Tensor = self.ida_up(levels[:3])[-1]
        return features

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return raw heads at stride 4 for (B, 3, H, W) RGB in 0..1."""
        return run_heads(self, self.features(x))
