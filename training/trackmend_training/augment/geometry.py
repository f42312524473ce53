"""The map from image to crop: scale, turn, shear, mirror, shift; and what becomes of the boxes.

Boxes follow the official augmentation: bounds of the warped corners, shrunk by the turn. It differs
in the choice of scale, made from the height of a person, and in cutting boxes at the crop's border,
as the labels it learns from are cut at the image's.
"""

import math

import numpy as np

from trackmend_core.types import BoolArray, Float64Array, FloatArray
from trackmend_training.config import AugmentConfig

MIN_SIDE_PX = 4.0
FILLED = 0.85
"""The picture is never scaled smaller than this share of the size that just fits the crop."""
WHOLE_PERSON = 0.75
"""Share of crops in which the person in the middle is placed to fit from head to foot."""


def choose_map(
    random: np.random.Generator,
    *,
    boxes_xyxy: FloatArray,
    image_wh: tuple[int, int],
    crop_wh: tuple[int, int],
    settings: AugmentConfig,
    anchor_chance: np.random.Generator | None = None,
) -> Float64Array:
    """Draw a 2x3 map from image pixels to crop pixels; `anchor_chance` draws what it is around.

    Most crops have a person near the middle, scaled to a height drawn from the wanted range; so
    every size is learnt whatever sizes the pictures have.
    """
    chooser = anchor_chance or random
    low, high = settings.person_height_px
    wanted = math.exp(random.uniform(math.log(low), math.log(high)))
    scale = max(crop_wh[0] / image_wh[0], crop_wh[1] / image_wh[1]) * random.uniform(0.7, 1.8)
    anchor = chooser.uniform(0, 1, 2) * image_wh
    place = np.array([0.5, 0.5]) * crop_wh
    if len(boxes_xyxy) and chooser.random() < settings.centre_on_person:
        box = boxes_xyxy[chooser.integers(len(boxes_xyxy))].astype(np.float64)
        scale = wanted / max(box[3] - box[1], 1.0)
        anchor = (box[:2] + box[2:]) / 2
        place = _place_person(random, height_px=wanted, crop_wh=crop_wh)
    fitting = min(crop_wh[0] / image_wh[0], crop_wh[1] / image_wh[1])
    scale = float(np.clip(scale, *settings.scale_limits))
    scale = max(scale, fitting * FILLED)
    angle = math.radians(random.uniform(-settings.rotation_deg, settings.rotation_deg))
    shear = np.tan(np.radians(random.uniform(-settings.shear_deg, settings.shear_deg, 2)))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    linear = scale * np.array([[1.0, shear[0]], [shear[1], 1.0]]) @ turn
    if random.random() < settings.flip:
        linear[0] *= -1
    place = _keep_filled(place, anchor=anchor, linear=linear, image_wh=image_wh, crop_wh=crop_wh)
    return np.concatenate([linear, (place - linear @ anchor)[:, None]], axis=1)


def _place_person(
    random: np.random.Generator, *, height_px: float, crop_wh: tuple[int, int]
) -> Float64Array:
    """Draw where in the crop the person's middle comes; mostly so that the height fits."""
    low, high = 0.2, 0.8
    x = random.uniform(low, high)
    if random.random() < WHOLE_PERSON:
        low = min(0.5, max(0.1, height_px / 2 / crop_wh[1]))
        high = 1 - low
    return np.array([x, random.uniform(low, high)]) * crop_wh


def _keep_filled(
    place: Float64Array,
    *,
    anchor: Float64Array,
    linear: Float64Array,
    image_wh: tuple[int, int],
    crop_wh: tuple[int, int],
) -> Float64Array:
    """Move the crop so that the image covers as much of it as it can."""
    size = np.abs(np.diag(linear)) * image_wh
    forward = np.where(np.diag(linear) > 0, anchor, np.asarray(image_wh) - anchor)
    start = place - np.abs(np.diag(linear)) * forward
    low, high = np.minimum(0, crop_wh - size), np.maximum(0, crop_wh - size)
    return np.asarray(place + np.clip(start, low, high) - start)


def map_boxes(boxes_xyxy: FloatArray, matrix: Float64Array) -> FloatArray:
    """Return (N, 4) the boxes after a 2x3 map, uncut.

    The bounds of a turned box are too large, so they shrink about their centre as in the official
    code, by sqrt(max(|sin|, |cos|)) of the turn.
    """
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    mapped = corners @ matrix[:, :2].T + matrix[:, 2]
    low, high = mapped.min(axis=1), mapped.max(axis=1)
    angle = math.atan2(matrix[1, 0], abs(matrix[0, 0]))
    shrink = math.sqrt(max(abs(math.sin(angle)), abs(math.cos(angle))))
    centre, half = (low + high) / 2, (high - low) / 2 * shrink
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)


def cut_boxes(
    boxes_xyxy: FloatArray, *, crop_wh: tuple[int, int], min_visible: float
) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Cut boxes at the border of the crop.

    Returns:
        (N, 4) the cut boxes; (N,) which of them remain to be learnt; (N,) which are inside with
        too little of them to be called right or wrong.
    """
    width, height = crop_wh
    cut = boxes_xyxy.copy()
    cut[:, 0::2] = cut[:, 0::2].clip(0, width)
    cut[:, 1::2] = cut[:, 1::2].clip(0, height)
    sides, whole = cut[:, 2:] - cut[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    visible = sides.prod(axis=1) / np.maximum(whole.prod(axis=1), 1e-6)
    inside = (sides > 0).all(axis=1)
    kept = inside & (visible >= min_visible) & (sides > MIN_SIDE_PX).all(axis=1)
    return cut, kept, inside & ~kept
