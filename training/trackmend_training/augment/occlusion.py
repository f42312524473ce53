"""People put in front of people: cut-outs of one image's boxes pasted beside others, softly edged.

The cut-out is an upright rounded shape inside the box, so little of its old background comes along.
A person covered too much becomes a region that is neither right nor wrong.
"""

import cv2
import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.types import BoolArray, FloatArray, ImageArray

MIN_HEIGHT_PX = 60
MAX_COVERED = 0.7
FREE_IOU = 0.15


def paste_occluder(
    image: ImageArray, boxes_xyxy: FloatArray, random: np.random.Generator
) -> tuple[ImageArray, FloatArray, int] | None:
    """Copy one standing-free person beside another one, partly covering it.

    Args:
        image: (H, W, 3); not changed.
        boxes_xyxy: (N, 4) pixels of the image.
        random: draws who covers whom.

    Returns:
        The new image, the pasted box (4,) and the row of the person it shows; None if nobody fits.
    """
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    upright = (sides[:, 1] >= MIN_HEIGHT_PX) & (sides[:, 1] > 1.6 * sides[:, 0])
    overlap = iou_matrix(boxes_xyxy.astype(np.float64), boxes_xyxy.astype(np.float64))
    np.fill_diagonal(overlap, 0)
    free = np.flatnonzero(upright & (overlap.max(axis=1, initial=0) < FREE_IOU))
    if not len(free) or not upright.any():
        return None
    source = int(random.choice(free))
    placed = paste_person(
        image, boxes_xyxy[upright], random, donor=image, donor_xyxy=boxes_xyxy[source]
    )
    return None if placed is None else (*placed, source)


def paste_person(
    image: ImageArray,
    boxes_xyxy: FloatArray,
    random: np.random.Generator,
    *,
    donor: ImageArray,
    donor_xyxy: FloatArray,
) -> tuple[ImageArray, FloatArray] | None:
    """Copy a person beside one of those in an image, partly covering them.

    Args:
        image: (H, W, 3); not changed.
        boxes_xyxy: (N, 4) pixels of the image, at least one.
        random: draws whom, and where exactly.
        donor: (H, W, 3) the image that the person is in.
        donor_xyxy: (4,) and where in it.

    Returns:
        The new image and the pasted box (4,); None if it does not fit.
    """
    height, width = image.shape[:2]
    target = boxes_xyxy[int(random.integers(len(boxes_xyxy)))]
    side = donor_xyxy[2:] - donor_xyxy[:2]
    scale = float(np.clip((target[3] - target[1]) / side[1], 0.5, 2.0))
    size = np.maximum((side * scale * random.uniform(0.9, 1.15)).astype(int), 8)
    shift = random.choice([-1, 1]) * random.uniform(0.35, 0.9) * (target[2] - target[0])
    foot_x = (target[0] + target[2]) / 2 + shift
    foot_y = target[3] + random.uniform(0.0, 0.06) * (target[3] - target[1])
    x, y = int(foot_x - size[0] / 2), int(foot_y - size[1])
    low, high = np.maximum([x, y], 0), np.minimum([x + size[0], y + size[1]], [width, height])
    if (high - low < size * 0.6).any():
        return None
    cutout, alpha = _cut_out(donor, donor_xyxy, size=(int(size[0]), int(size[1])))
    window = (slice(low[1] - y, high[1] - y), slice(low[0] - x, high[0] - x))
    under = image[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    mixed = alpha[window][..., None] * cutout[window] + (1 - alpha[window][..., None]) * under
    pasted = image.copy()
    pasted[low[1] : high[1], low[0] : high[0]] = mixed.astype(np.uint8)
    return pasted, np.array([*low, *high], np.float32)


def covered_too_much(boxes_xyxy: FloatArray, occluder_xyxy: FloatArray) -> BoolArray:
    """Return (N,) which boxes the occluder hides so far that nobody could tell."""
    low = np.maximum(boxes_xyxy[:, :2], occluder_xyxy[:2])
    high = np.minimum(boxes_xyxy[:, 2:], occluder_xyxy[2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    area = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]).prod(axis=1)
    return np.asarray(shared > MAX_COVERED * np.maximum(area, 1e-6))


def _cut_out(
    image: ImageArray, box_xyxy: FloatArray, *, size: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    """Return the person (h, w, 3) and its soft mask (h, w), 0..1, at the wanted size."""
    height, width = image.shape[:2]
    x1, y1 = np.maximum(box_xyxy[:2].astype(int), 0)
    x2, y2 = np.minimum(box_xyxy[2:].astype(int) + 1, [width, height])
    person = cv2.resize(image[y1:y2, x1:x2], size, interpolation=cv2.INTER_LINEAR)
    across = np.abs(np.linspace(-1, 1, size[0]))[None, :]
    down = np.abs(np.linspace(-1, 1, size[1]))[:, None]
    inside = 1 - (across / 0.88) ** 3 - (down / 0.99) ** 8
    alpha = np.clip(inside * 4, 0, 1)
    return person.astype(np.float32), np.asarray(alpha, np.float32)
