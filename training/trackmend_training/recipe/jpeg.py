"""What JPEG does to a picture, by itself: colour at half the size, and rounded 8x8 cosines.

The tables are those of the standard's annex K (ITU-T T.81), scaled by quality as libjpeg does.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

TO_YCC = ((0.114, 0.587, 0.299), (0.5, -0.331264, -0.168736), (-0.081312, -0.418688, 0.5))
"""From blue, green, red to lightness and two colour differences, all of them less 128."""
FROM_YCC = ((1.0, 1.772, 0.0), (1.0, -0.344136, -0.714136), (1.0, 0.0, 1.402))
BLOCK = 8
_LIGHTNESS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_COLOUR = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)


def as_compressed(pictures: Tensor, quality: Tensor) -> Tensor:
    """Return pictures as they come back from a JPEG file.

    Args:
        pictures: (B, 3, H, W) lightness and two colour differences, 0..255; sides in steps of 16.
        quality: (B,) 1 to 100.
    """
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)[:, None, None]
    tables = torch.tensor((_LIGHTNESS, _COLOUR), device=pictures.device, dtype=torch.float32)
    steps = ((tables[:, None] * scale + 50) / 100).floor().clamp(1, 255)
    colour = _rounded(functional.avg_pool2d(pictures[:, 1:], 2) - 128, steps[1])
    return (
        torch.cat(
            [
                _rounded(pictures[:, :1] - 128, steps[0]),
                functional.interpolate(colour, scale_factor=2, mode="bilinear"),
            ],
            dim=1,
        )
        + 128
    )


def _rounded(planes: Tensor, steps: Tensor) -> Tensor:
    """Return planes (B, C, H, W) with the cosines of their blocks rounded to steps (B, 8, 8)."""
    batch, count, height, width = planes.shape
    shape = (batch, count, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    blocks = planes.reshape(shape).transpose(3, 4)
    cosines = _cosines().to(planes.device)
    step = steps[:, None, None, None]
    found = ((cosines @ blocks @ cosines.T) / step).round() * step
    return (cosines.T @ found @ cosines).transpose(3, 4).reshape(planes.shape)


def _cosines() -> Tensor:
    """Return (8, 8) the orthonormal cosine transform."""
    at = torch.arange(BLOCK, dtype=torch.float32)
    rows = torch.cos((2 * at[None, :] + 1) * at[:, None] * math.pi / (2 * BLOCK))
    rows[0] /= math.sqrt(2)
    return rows * math.sqrt(2 / BLOCK)
