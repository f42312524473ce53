"""Other clothes for people, and other light for a picture: what is drawn, as a few numbers each.

A few hundred photos show a few thousand people. In other colours they are other people to whoever
tells them apart by their clothes, and no two crops of one photo show the same ones. The numbers are
drawn on the processor, `rendering` makes pictures of them on the device.
"""

import numpy as np

from trackmend_core.types import FloatArray
from trackmend_training.config import AugmentConfig

ZONES = ((0.14, 0.54), (0.48, 0.97))
"""Rows of a box, top to bottom, that upper and lower body fill."""
SIDE = 0.9
"""Share of half the box's width that is recoloured; the edge is soft."""
EDGE = 0.06
CHANGED = 0.8
TINTED = 0.6
TINT, LIGHTER = 26.0, 45.0
"""Largest change of the two colour differences, and of the lightness, in 0..255."""
CLOTHES_SHAPE = (len(ZONES), 9)
"""For each zone: whether it is changed, a 2x2 turn of the colour, its shift (2), and factor and
shift of the lightness."""
LOOK_LENGTH = 8
"""Turn of the colour (2x2), gamma and factor of the lightness, JPEG quality (0 for none), grey."""
KERNEL = 9
GAMMA = 0.35
QUALITIES = (15, 60)


def own_clothes() -> FloatArray:
    """Return the numbers of clothes as they are."""
    clothes = np.zeros(CLOTHES_SHAPE, np.float32)
    clothes[:, [1, 4, 7]] = 1
    return clothes


def draw_clothes(chance: np.random.Generator) -> FloatArray:
    """Return the numbers of other clothes, `CLOTHES_SHAPE`."""
    clothes = own_clothes()
    for zone in clothes:
        zone[0] = chance.random() < CHANGED
        zone[1:5] = _turn(chance.uniform(0, 2 * np.pi), by=chance.uniform(0.2, 1.15))
        zone[5:7] = chance.uniform(-TINT, TINT, 2) * (chance.random() < TINTED)
        zone[7:] = chance.uniform(0.7, 1.25), chance.uniform(-LIGHTER, LIGHTER)
    return clothes


def draw_look(chance: np.random.Generator, settings: AugmentConfig) -> FloatArray:
    """Return the numbers of another light and camera, (`LOOK_LENGTH`,)."""
    angle = np.radians(chance.uniform(-settings.hue_shift, settings.hue_shift))
    saturation = 1 + chance.uniform(-settings.saturation_gain, settings.saturation_gain)
    gain = 1 + chance.uniform(-settings.value_gain, settings.value_gain)
    gamma = np.exp(chance.uniform(-GAMMA, GAMMA))
    grey = chance.random() < settings.grey
    quality = chance.integers(*QUALITIES) if chance.random() < settings.compress else 0
    turn = _turn(angle, by=saturation)
    return np.array([*turn, gamma, gain, quality, grey], np.float32)


def draw_kernel(chance: np.random.Generator, settings: AugmentConfig) -> FloatArray:
    """Return how a picture is blurred, (`KERNEL`, `KERNEL`), mostly not at all."""
    kernel = np.zeros((KERNEL, KERNEL), np.float32)
    middle = KERNEL // 2
    if chance.random() >= settings.blur:
        kernel[middle, middle] = 1
    elif chance.random() < 1 / 3:
        length = int(chance.integers(3, KERNEL))
        kernel[middle, middle - length // 2 : middle - length // 2 + length] = 1 / length
    else:
        away = np.arange(KERNEL) - middle
        bell = np.exp(-0.5 * (away / chance.uniform(0.5, 1.8)) ** 2)
        kernel[:] = np.outer(bell, bell) / bell.sum() ** 2
    return kernel


def _turn(angle: float, *, by: float) -> FloatArray:
    """Return (4,) a turn of the colour differences, more or less colourful, row by row."""
    cos, sin = np.cos(angle) * by, np.sin(angle) * by
    return np.array([cos, sin, -sin, cos], np.float32)
