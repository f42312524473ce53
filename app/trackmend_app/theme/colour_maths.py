"""Contrast and colour distance, after WCAG 2.2 and CIE, and colour-blind sight after Machado."""

from enum import Enum

import numpy as np

from trackmend_core.types import Float64Array

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


class Sight(Enum):
    """Linear-light maps of full dichromacy. Source: Machado et al. (2009), table 1, severity 1."""

    FULL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    NO_RED_CONES = (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    )
    NO_GREEN_CONES = (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    )


def linear_rgb(colour: str) -> Float64Array:
    """Return the (3,) linear light of "#rrggbb", 0..1."""
    encoded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.asarray(
        np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    )


def luminance(colour: str) -> float:
    """Return the relative luminance of "#rrggbb", 0..1."""
    return float(linear_rgb(colour) @ _TO_XYZ[1])


def contrast(colour_a: str, colour_b: str) -> float:
    """Return the contrast ratio of two colours, 1..21. Source: WCAG 2.2, "contrast ratio"."""
    low, high = sorted((luminance(colour_a), luminance(colour_b)))
    return (high + 0.05) / (low + 0.05)


def mix(colour_a: str, colour_b: str, *, share_b: float) -> str:
    """Return the colour between two, mixed in encoded light as a translucent layer would."""
    a, b = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (colour_a, colour_b))
    mixed = np.rint(a + (b - a) * share_b).astype(int)
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def distance(colour_a: str, colour_b: str, *, sight: Sight = Sight.FULL) -> float:
    """Return how different two colours look (CIE 1976); about 2 is just noticeable side by side."""
    return float(np.linalg.norm(_lab(colour_a, sight) - _lab(colour_b, sight)))


def _lab(colour: str, sight: Sight) -> Float64Array:
    seen = np.clip(np.array(sight.value) @ linear_rgb(colour), 0, 1)
    xyz = _TO_XYZ @ seen / _WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
