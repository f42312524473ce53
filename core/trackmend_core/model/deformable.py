"""Modulated deformable convolution (Zhu et al. 2019, "DCNv2") with the official state-dict keys.

The offsets are interleaved (dy, dx) per tap in row-major order, as torchvision expects them, and
the mask is a plain sigmoid. Other networks replace this block by an ordinary convolution.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torchvision.ops import deform_conv2d

KERNEL = 3
TAPS = KERNEL * KERNEL

ConvBuilder = Callable[[int, int], nn.Module]
"""(in_channels, out_channels) to a 3x3 convolution that keeps height and width."""


class DeformableConv(nn.Module):
    """3x3 convolution whose nine taps are moved and weighted by the image itself."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, KERNEL, KERNEL))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.conv_offset_mask = nn.Conv2d(in_channels, 3 * TAPS, KERNEL, padding=1)
        bound = (in_channels * TAPS) ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.zeros_(self.conv_offset_mask.weight)
        if self.conv_offset_mask.bias is not None:
            nn.init.zeros_(self.conv_offset_mask.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H, W) from (B, in_channels, H, W)."""
        moved = self.conv_offset_mask(x)
        offsets = moved[:, : 2 * TAPS]
        mask = torch.sigmoid(moved[:, 2 * TAPS :])
        if not torch.is_autocast_enabled(x.device.type):
            return _moved_taps(x, offsets, mask, self.weight, self.bias)
        # The places that are read need float32; on CUDA torchvision sees to that, on the CPU it
        # refuses anything else.
        with torch.autocast(x.device.type, enabled=False):
            given = (part.float() for part in (x, offsets, mask, self.weight, self.bias))
            return _moved_taps(*given).to(moved.dtype)


def _moved_taps(x: Tensor, offsets: Tensor, mask: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    result: Tensor = deform_conv2d(x, offsets, weight, bias, padding=KERNEL // 2, mask=mask)
    return result


class DeformableBlock(nn.Module):
    """Convolution, deformable unless told otherwise, batch norm, ReLU (`conv.*`, `actf.0.*`)."""

    def __init__(
        self, in_channels: int, out_channels: int, *, build_conv: ConvBuilder = DeformableConv
    ) -> None:
        super().__init__()
        self.actf = nn.Sequential(nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True))
        self.conv = build_conv(in_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H, W) from (B, in_channels, H, W)."""
        result: Tensor = self.actf(self.conv(x))
        return result
