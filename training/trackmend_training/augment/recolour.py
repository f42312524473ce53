"""Other clothes for people: each person's upper and lower body in colours of their own.

A few hundred photos show a few thousand people. In other colours they are other people to whoever
tells them apart by their clothes, and no two crops of one photo show the same ones.
"""

import cv2
import numpy as np

from trackmend_core.types import Float64Array, FloatArray, ImageArray

UPPER, LOWER = (0.14, 0.54), (0.48, 0.97)
"""Rows of a box, top to bottom, that upper and lower body fill."""
SIDE = 0.9
"""Share of half the box's width that is recoloured; the edge is soft."""
CHANGED = 0.8
TINT, LIGHTER = 30.0, 50.0
"""Largest change in Lab: of a and b, and of L, in OpenCV's 0..255."""


def recolour_person(image: ImageArray, box_xyxy: FloatArray, random: np.random.Generator) -> None:
    """Change the clothes of the person in a box, in place.

    Args:
        image: (H, W, 3) BGR.
        box_xyxy: (4,) pixels.
        random: draws the colours.
    """
    height, width = image.shape[:2]
    x1, y1 = np.maximum(np.asarray(box_xyxy[:2]).round().astype(int), 0).tolist()
    x2, y2 = np.minimum(np.asarray(box_xyxy[2:]).round().astype(int), [width, height]).tolist()
    if x2 - x1 < 4 or y2 - y1 < 8:
        return
    person = image[y1:y2, x1:x2]
    lab = cv2.cvtColor(person, cv2.COLOR_BGR2LAB).astype(np.float32)
    changed = lab.copy()
    across = _soft(np.abs(np.linspace(-1, 1, x2 - x1)), high=SIDE)[None, :]
    rows = np.linspace(0, 1, y2 - y1)
    for low, high in (UPPER, LOWER):
        if random.random() < CHANGED:
            down = _soft(low - rows, high=0.0) * _soft(rows, high=high)
            mask = (down[:, None] * across)[..., None]
            changed += mask * (_other_colour(lab, random) - lab)
    image[y1:y2, x1:x2] = cv2.cvtColor(
        changed.clip(0, 255).round().astype(np.uint8), cv2.COLOR_LAB2BGR
    )


def _other_colour(lab: FloatArray, random: np.random.Generator) -> FloatArray:
    """Return (h, w, 3) the picture with its colours turned, tinted, and lighter or darker."""
    angle = random.uniform(0, 2 * np.pi)
    turn = np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32
    ) * np.float32(random.uniform(0.2, 1.15))
    tint = random.uniform(-TINT, TINT, 2) * (random.random() < 0.6)
    light = (lab[..., :1] - 128) * np.float32(random.uniform(0.7, 1.25)) + 128
    light += np.float32(random.uniform(-LIGHTER, LIGHTER))
    colour = (lab[..., 1:] - 128) @ turn + 128 + tint.astype(np.float32)
    return np.asarray(np.concatenate([light, colour], axis=2), np.float32)


def _soft(values: Float64Array, *, high: float, edge: float = 0.06) -> FloatArray:
    """Return 1 below `high`, 0 well above it, and a ramp between."""
    return np.asarray(np.clip((high + edge - values) / edge, 0, 1), np.float32)
