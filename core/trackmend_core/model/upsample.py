"""Learnable up-sampling that starts as bilinear interpolation."""

import torch
from torch import nn


def bilinear_upsample(channels: int, factor: int) -> nn.ConvTranspose2d:
    """Return a transposed convolution per channel that enlarges by `factor`.

    Source: Long et al. 2015, section 3.3 (deconvolution initialised to bilinear interpolation).
    """
    size = 2 * factor
    up = nn.ConvTranspose2d(
        channels,
        channels,
        size,
        stride=factor,
        padding=factor // 2,
        groups=channels,
        bias=False,
    )
    ramp = 1 - (torch.arange(size) - (size - 1) / 2).abs() / factor
    with torch.no_grad():
        up.weight.copy_(torch.outer(ramp, ramp).expand_as(up.weight))
    return up
