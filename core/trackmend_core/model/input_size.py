"""Choose the network input for a video: its shape, at about the size the model was trained at."""

import math
from itertools import product

from trackmend_core.geometry import Letterbox

MULTIPLE = 32
"""Sides must divide by this: the deepest features have stride 32."""
OFFICIAL_WH = (1088, 608)
BORDER_WEIGHT = 2.0
"""How much a share of grey border costs against a share of lost or added area."""


def matching_input_wh(
    source_wh: tuple[int, int], *, trained_wh: tuple[int, int]
) -> tuple[int, int]:
    """Return width and height, multiples of 32, of about the trained area in the source's shape.

    Raises:
        ValueError: a side is not positive.
    """
    if min(*source_wh, *trained_wh) <= 0:
        raise ValueError(f"sizes must be positive: {source_wh}, {trained_wh}")
    area = trained_wh[0] * trained_wh[1]
    width = math.sqrt(area * source_wh[0] / source_wh[1])

    def cost(candidate: tuple[int, int]) -> float:
        letterbox = Letterbox.fit(source_wh=source_wh, input_wh=candidate)
        cells = candidate[0] * candidate[1]
        filled = letterbox.resized_wh[0] * letterbox.resized_wh[1] / cells
        return abs(math.log(cells / area)) + BORDER_WEIGHT * (1 - filled)

    return min(product(_multiples_near(width), _multiples_near(area / width)), key=cost)


def _multiples_near(length: float) -> list[int]:
    middle = round(length / MULTIPLE)
    return [max(1, middle + step) * MULTIPLE for step in (-1, 0, 1)]
