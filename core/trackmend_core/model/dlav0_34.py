"""DLA-34 with the first CenterNet's neck (FairMOT's `dlav0_34`): no deformable convolution.

Its aggregation concatenates where that of `dla34` adds, and there is only one stage of it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from trackmend_core.model.blocks import conv_norm_relu
from trackmend_core.model.dla_trunk import CHANNELS, DEAD_PREFIXES, DlaBase
from trackmend_core.model.heads import HeadSpec, add_heads, run_heads
from trackmend_core.model.upsample import bilinear_upsample


class ConcatenatingAggregation(nn.Module):
    """Fold coarser maps into the finest one by concatenation and a 3x3 convolution."""

    def __init__(
        self, out_channels: int, in_channels: Sequence[int], factors: Sequence[int]
    ) -> None:
        super().__init__()
        self.steps = len(in_channels) - 1
        for step in range(1, len(in_channels)):
            project = conv_norm_relu(in_channels[step], out_channels, kernel=1)
            self.add_module(f"proj_{step}", project)
            self.add_module(f"up_{step}", bilinear_upsample(out_channels, factors[step]))
            self.add_module(f"node_{step}", conv_norm_relu(2 * out_channels, out_channels))

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return the result of every step; all have the size of the first map."""
        current, merged = maps[0], []
        for step in range(1, self.steps + 1):
            raised = self.get_submodule(f"proj_{step}")(maps[step])
            raised = self.get_submodule(f"up_{step}")(raised)
            current = self.get_submodule(f"node_{step}")(torch.cat((current, raised), 1))
            merged.append(current)
        return merged


class ConcatenatingUp(nn.Module):
    """Bring the four trunk levels to stride 4, one octave at a time."""

    def __init__(self) -> None:
        super().__init__()
        c4, c8, c16, c32 = CHANNELS[2:]
        self.ida_0 = ConcatenatingAggregation(c16, (c16, c32), (1, 2))
        self.ida_1 = ConcatenatingAggregation(c8, (c8, c16, c16), (1, 2, 2))
        self.ida_2 = ConcatenatingAggregation(c4, (c4, c8, c8, c8), (1, 2, 2, 2))

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Return 64 channels at stride 4."""
        levels = list(maps)
        for back, ida in enumerate((self.ida_0, self.ida_1, self.ida_2), start=1):
            levels[-back:] = ida(levels[-back - 1 :])
        return levels[-1]


class DlaV034(nn.Module):
    """DLA-34, its concatenating neck, and the four heads."""

    OPTIONAL_PREFIXES = DEAD_PREFIXES

    def __init__(self, spec: HeadSpec) -> None:
        super().__init__()
        self.base = DlaBase()
        self.dla_up = ConcatenatingUp()
        add_heads(self, in_channels=CHANNELS[2], spec=spec)

    def features(self, x: Tensor) -> Tensor:
        """Return what all heads see: (B, 64, H / 4, W / 4)."""
        features: Tensor = self.dla_up(self.base(x))
        return features

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return raw heads at stride 4 for (B, 3, H, W) RGB in 0..1."""
        return run_heads(self, self.features(x))
