"""Boxes by the area they cover, as in FairMOT's Table 4."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trackmend_core.types import BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeBand:
    """Boxes between two areas.

    Attributes:
        name: for people.
        low_px: smallest area, included; pixels of the source frame.
        high_px: largest area, not included.
    """

    name: str
    low_px: float
    high_px: float

    def holds(self, boxes_xyxy: ArrayLike) -> BoolArray:
        """Return (N,) which of (N, 4) boxes belong here."""
        boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
        area = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
        return np.asarray((area >= self.low_px) & (area < self.high_px))


EVERY_SIZE = SizeBand(name="all", low_px=0.0, high_px=float("inf"))
SIZE_BANDS = (
    SizeBand(name="small", low_px=0.0, high_px=7000.0),
    SizeBand(name="medium", low_px=7000.0, high_px=float(np.nextafter(15000.0, np.inf))),
    SizeBand(name="large", low_px=float(np.nextafter(15000.0, np.inf)), high_px=float("inf")),
)
"""Table 4: below 7000, up to 15000, above 15000 square pixels."""
