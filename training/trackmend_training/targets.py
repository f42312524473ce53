"""Training targets: centre heat map, box, offset and identity (FairMOT sections 3.3 and 3.4).

A port of the official target building with its quirks: the Gaussian radius is CornerNet's with the
"/ 2" that the published formula lacks, centres are clipped to the map while boxes are not, and the
heat map takes the maximum of the Gaussians where the paper sums them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trackmend_core.types import FloatArray, IntArray

MIN_OVERLAP = 0.7
FIXED_SIGMA = 6
"""Of the Gaussians for the squared heat-map loss, in cells, whatever the size of the box."""
WINDOW_SIGMAS = 3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Targets:
    """What the heads should say for one image, K slots for objects; unused slots are zero.

    Attributes:
        heat_map: (classes, h, w) float32, 1 exactly at each centre cell.
        mask: (K,) uint8, 1 where the slot holds an object.
        cells: (K,) int64, y * w + x of the centre cell.
        sizes: (K, 4) float32 distances left, top, right, bottom, or (K, 2) width, height; cells.
        offsets: (K, 2) float32 x, y of the centre inside its cell.
        identities: (K,) int64, -1 for none.
        boxes_xyxy: (K, 4) float32, cells; around the clipped centre.
    """

    heat_map: FloatArray
    mask: NDArray[np.uint8]
    cells: IntArray
    sizes: FloatArray
    offsets: FloatArray
    identities: IntArray
    boxes_xyxy: FloatArray


def gaussian_radius(height: float, width: float, min_overlap: float = MIN_OVERLAP) -> float:
    """Return how far a centre may move, in cells, and still give a box of `min_overlap`.

    Source: CornerNet (Law & Deng 2018) as in the official FairMOT code, which divides by 2 where
    the quadratic's solution divides by 2a.
    """
    total, area = height + width, height * width
    c_outside = area * (1 - min_overlap) / (1 + min_overlap)
    radius_outside = (total + math.sqrt(total**2 - 4 * c_outside)) / 2
    b_inside = 2 * total
    radius_inside = (b_inside + math.sqrt(b_inside**2 - 16 * (1 - min_overlap) * area)) / 2
    b_across = -2 * min_overlap * total
    c_across = (min_overlap - 1) * area
    radius_across = (b_across + math.sqrt(b_across**2 - 16 * min_overlap * c_across)) / 2
    return min(radius_outside, radius_inside, radius_across)


def draw_gaussian(heat_map: FloatArray, *, centre_xy: tuple[int, int], radius: int) -> None:
    """Raise `heat_map` (h, w) in place to a Gaussian of the given radius around a cell."""
    x, y = centre_xy
    height, width = heat_map.shape
    sigma = (2 * radius + 1) / 6
    left, right = min(x, radius), min(width - x, radius + 1)
    top, bottom = min(y, radius), min(height - y, radius + 1)
    across = np.arange(-left, right, dtype=np.float64)
    down = np.arange(-top, bottom, dtype=np.float64)
    bell = np.exp(-(across[None, :] ** 2 + down[:, None] ** 2) / (2 * sigma * sigma))
    window = heat_map[y - top : y + bottom, x - left : x + right]
    np.maximum(window, bell.astype(np.float32), out=window)


def draw_fixed_gaussian(heat_map: FloatArray, *, centre_xy: tuple[int, int]) -> None:
    """Raise `heat_map` (h, w) in place to a Gaussian of `FIXED_SIGMA` around a cell."""
    x, y = centre_xy
    height, width = heat_map.shape
    reach = WINDOW_SIGMAS * FIXED_SIGMA
    columns = np.arange(max(0, x - reach), min(width, x + reach + 1))
    rows = np.arange(max(0, y - reach), min(height, y + reach + 1))
    squared = (columns[None, :] - x) ** 2 + (rows[:, None] - y) ** 2
    bell = np.exp(-squared / (2 * FIXED_SIGMA**2)).astype(np.float32)
    window = heat_map[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    np.maximum(window, bell, out=window)


def build_targets(
    boxes_cxcywh: FloatArray,
    identities: IntArray,
    *,
    map_hw: tuple[int, int],
    class_ids: IntArray | None = None,
    num_classes: int = 1,
    ltrb: bool = True,
    max_objects: int = 500,
    fixed_sigma: bool = False,
) -> Targets:
    """Build the targets of one image.

    Args:
        boxes_cxcywh: (N, 4) centre and size in cells of the output map (input pixels / 4).
        identities: (N,) class of the identity loss, -1 for none.
        map_hw: size of the output map.
        class_ids: (N,) 0-based channel of the heat map; None for all 0.
        num_classes: channels of the heat map.
        ltrb: four distances instead of width and height.
        max_objects: K, the number of slots; further boxes are left out.
        fixed_sigma: draw every Gaussian with `FIXED_SIGMA`, as goes with the squared loss.

    Source: `JointDataset.__getitem__` of the official code.
    """
    height, width = map_hw
    heat_map = np.zeros((num_classes, height, width), np.float32)
    mask = np.zeros(max_objects, np.uint8)
    cells = np.zeros(max_objects, np.int64)
    sizes = np.zeros((max_objects, 4 if ltrb else 2), np.float32)
    offsets = np.zeros((max_objects, 2), np.float32)
    slots = np.zeros(max_objects, np.int64)
    boxes = np.zeros((max_objects, 4), np.float32)
    for slot, (cx, cy, w, h) in enumerate(boxes_cxcywh[:max_objects].tolist()):
        if w <= 0 or h <= 0:
            continue
        centre = np.clip(np.array([cx, cy]), 0, [width - 1, height - 1]).astype(np.float32)
        cell_x, cell_y = int(centre[0]), int(centre[1])
        channel = heat_map[0 if class_ids is None else int(class_ids[slot])]
        if fixed_sigma:
            draw_fixed_gaussian(channel, centre_xy=(cell_x, cell_y))
        else:
            radius = max(0, int(gaussian_radius(math.ceil(h), math.ceil(w))))
            draw_gaussian(channel, centre_xy=(cell_x, cell_y), radius=radius)
        half = np.array([w / 2, h / 2])
        low, high = np.array([cx, cy]) - half, np.array([cx, cy]) + half
        sizes[slot] = np.concatenate([centre - low, high - centre]) if ltrb else (w, h)
        cells[slot] = cell_y * width + cell_x
        offsets[slot] = centre - (cell_x, cell_y)
        mask[slot] = 1
        slots[slot] = identities[slot]
        boxes[slot] = np.concatenate([centre - half, centre + half])
    return Targets(
        heat_map=heat_map,
        mask=mask,
        cells=cells,
        sizes=sizes,
        offsets=offsets,
        identities=slots,
        boxes_xyxy=boxes,
    )
