"""People put in front of people: cut-outs of one image's boxes pasted beside others, softly edged.

The cut-out is an upright rounded shape inside the box, so little of its old background comes along.
A person covered too much becomes a region that is neither right nor wrong.
"""

import cv2
import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.types import BoolArray, FloatArray, ImageArray, IntArray

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
    free = standing_free(boxes_xyxy)
    if not len(free):
        return None
    source = int(random.choice(free))
    donor = boxes_xyxy[source]
    wh = (image.shape[1], image.shape[0])
    targets = boxes_xyxy[_is_upright(boxes_xyxy)]
    place = place_person(targets, random, side=donor[2:] - donor[:2], image_wh=wh)
    if place is None:
        return None
    pasted = _paste(image, place, donor_xyxy=donor)
    return pasted, place.clip(0, np.tile(np.asarray(wh, np.float32), 2)), source


def standing_free(boxes_xyxy: FloatArray) -> IntArray:
    """Return the rows of upright people whom nobody touches."""
    overlap = iou_matrix(boxes_xyxy.astype(np.float64), boxes_xyxy.astype(np.float64))
    np.fill_diagonal(overlap, 0)
    free = overlap.max(axis=1, initial=0) < FREE_IOU
    return np.flatnonzero(_is_upright(boxes_xyxy) & free)


def _is_upright(boxes_xyxy: FloatArray) -> BoolArray:
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    return np.asarray((sides[:, 1] >= MIN_HEIGHT_PX) & (sides[:, 1] > 1.6 * sides[:, 0]))


def place_person(
    boxes_xyxy: FloatArray,
    random: np.random.Generator,
    *,
    side: FloatArray,
    image_wh: tuple[int, int],
) -> FloatArray | None:
    """Draw a place for a person beside one of those in an image, partly covering them.

    Args:
        boxes_xyxy: (N, 4) pixels of the image, at least one.
        random: draws whom, and where exactly.
        side: (2,) width and height of the person where they come from.
        image_wh: of the image.

    Returns:
        (4,) whole pixels, perhaps beyond the image's border; None if it does not fit.
    """
    target = boxes_xyxy[int(random.integers(len(boxes_xyxy)))]
    scale = float(np.clip((target[3] - target[1]) / side[1], 0.5, 2.0))
    size = np.maximum((side * scale * random.uniform(0.9, 1.15)).astype(int), 8)
    shift = random.choice([-1, 1]) * random.uniform(0.35, 0.9) * (target[2] - target[0])
    foot_x = (target[0] + target[2]) / 2 + shift
    foot_y = target[3] + random.uniform(0.0, 0.06) * (target[3] - target[1])
    start = np.array([int(foot_x - size[0] / 2), int(foot_y - size[1])])
    low, high = np.maximum(start, 0), np.minimum(start + size, image_wh)
    if (high - low < size * 0.6).any():
        return None
    return np.array([*start, *(start + size)], np.float32)


def _paste(image: ImageArray, place_xyxy: FloatArray, *, donor_xyxy: FloatArray) -> ImageArray:
    """Return the image with a copy of one of its people at another place."""
    height, width = image.shape[:2]
    x, y, x2, y2 = place_xyxy.astype(int).tolist()
    left, top, right, bottom = max(x, 0), max(y, 0), min(x2, width), min(y2, height)
    cutout, alpha = _cut_out(image, donor_xyxy, size=(x2 - x, y2 - y))
    window = (slice(top - y, bottom - y), slice(left - x, right - x))
    under = image[top:bottom, left:right].astype(np.float32)
    mixed = alpha[window][..., None] * cutout[window] + (1 - alpha[window][..., None]) * under
    pasted = image.copy()
    pasted[top:bottom, left:right] = mixed.astype(np.uint8)
    return pasted


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
