"""The official code's augmentation: colours, letterbox, one random affine map, mirror.

A port with its quirks: the shift along x is a share of the net's height and that along y of its
width, boxes are not cut at the border, hue stays. Beyond it, hue may be turned and boxes cut if the
settings say so, and regions that are neither right nor wrong travel along.
"""

import math

import cv2
import numpy as np

from trackmend_core.types import BoolArray, Float64Array, FloatArray, ImageArray
from trackmend_training.augment.result import BORDER, Crop
from trackmend_training.config import AugmentConfig
from trackmend_training.datasets.labelled import LabelledImage

MIN_SIDE_PX = 4.0
MIN_AREA_LEFT = 0.1
MAX_ASPECT = 10.0
DRAWS = 6
"""Angle, scale, shift along x, along y, shear along x, along y."""
_EPSILON = 1e-16


def augment_as_official(
    labelled: LabelledImage,
    image: ImageArray,
    random: np.random.Generator,
    *,
    net_wh: tuple[int, int],
    settings: AugmentConfig,
) -> Crop:
    """Make one picture of the net's size as `JointDataset` does in training.

    Args:
        labelled: the people in the image.
        image: its pixels; not changed.
        random: all chance comes from here.
        net_wh: size of the net's input.
        settings: how strongly to change it.
    """
    image = _change_colours(image, random, settings=settings)
    canvas, fit = letterbox(image, net_wh=net_wh)
    matrix, angle = affine_map(random.random(DRAWS), net_wh=net_wh, settings=settings)
    warped = np.asarray(
        cv2.warpPerspective(canvas, matrix, net_wh, flags=cv2.INTER_LINEAR, borderValue=BORDER),
        np.uint8,
    )
    boxes, kept = warp_boxes(_scaled(labelled.boxes_xyxy, fit), matrix, angle_deg=angle)
    ignored, _ = warp_boxes(_scaled(labelled.ignored_xyxy, fit), matrix, angle_deg=angle)
    kept &= _meets(boxes, net_wh)
    if random.random() < settings.flip:
        warped = np.ascontiguousarray(warped[:, ::-1])
        boxes, ignored = _mirrored(boxes, net_wh[0]), _mirrored(ignored, net_wh[0])
    if settings.clip_boxes:
        boxes = boxes.clip(0, np.tile(net_wh, 2))
    return Crop(
        image=warped,
        boxes_xyxy=boxes[kept].astype(np.float32),
        identities=labelled.identities[kept],
        ignored_xyxy=ignored[_meets(ignored, net_wh)]
        .clip(0, np.tile(net_wh, 2))
        .astype(np.float32),
        teacher=None if labelled.teacher is None else labelled.teacher[kept],
    )


def letterbox(
    image: ImageArray, *, net_wh: tuple[int, int]
) -> tuple[ImageArray, tuple[float, float, float]]:
    """Scale an image into the net's size on grey; return it with (scale, shift x, shift y).

    The shift is fractional while the pixels sit at whole ones, as in the official code.
    """
    height, width = image.shape[:2]
    ratio = min(net_wh[1] / height, net_wh[0] / width)
    size = (round(width * ratio), round(height * ratio))
    across, down = (net_wh[0] - size[0]) / 2, (net_wh[1] - size[1]) / 2
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    padded = cv2.copyMakeBorder(
        resized,
        round(down - 0.1),
        round(down + 0.1),
        round(across - 0.1),
        round(across + 0.1),
        cv2.BORDER_CONSTANT,
        value=BORDER,
    )
    return np.asarray(padded, np.uint8), (ratio, across, down)


def affine_map(
    draws: Float64Array, *, net_wh: tuple[int, int], settings: AugmentConfig
) -> tuple[Float64Array, float]:
    """Return the 3x3 map (shear after shift after turn and scale) and its angle in degrees.

    Args:
        draws: (6,) uniform in 0..1, see `DRAWS`.
        net_wh: size of the picture.
        settings: rotation, zoom, translate, shear.
    """
    width, height = net_wh
    angle = (2 * draws[0] - 1) * settings.rotation_deg
    low, high = settings.zoom
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D(
        (width / 2, height / 2), angle, float(draws[1] * (high - low) + low)
    )
    shift = np.eye(3)
    shift[0, 2] = (2 * draws[2] - 1) * settings.translate * height
    shift[1, 2] = (2 * draws[3] - 1) * settings.translate * width
    shear = np.eye(3)
    shear[0, 1] = math.tan(math.radians((2 * draws[4] - 1) * settings.shear_deg))
    shear[1, 0] = math.tan(math.radians((2 * draws[5] - 1) * settings.shear_deg))
    return shear @ shift @ turn, float(angle)


def warp_boxes(
    boxes_xyxy: FloatArray | Float64Array, matrix: Float64Array, *, angle_deg: float
) -> tuple[Float64Array, BoolArray]:
    """Map boxes and say which are still worth learning.

    Args:
        boxes_xyxy: (N, 4) pixels before the map.
        matrix: (3, 3).
        angle_deg: of the turn, by which the bounds of the mapped corners shrink.

    Returns:
        (N, 4) float64 bounds, not cut; (N,) which are no slivers and kept a tenth of their area.
    """
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    corners = boxes[:, [0, 1, 2, 3, 0, 3, 2, 1]].reshape(-1, 4, 2)
    mapped = corners @ matrix[:2, :2].T + matrix[:2, 2]
    low, high = mapped.min(axis=1), mapped.max(axis=1)
    turned = math.radians(angle_deg)
    shrink = math.sqrt(max(abs(math.sin(turned)), abs(math.cos(turned))))
    centre, half = (low + high) / 2, (high - low) / 2 * shrink
    sides = 2 * half
    before = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    left = sides.prod(axis=1) / (before + _EPSILON)
    aspect = sides.max(axis=1, initial=0) / (sides.min(axis=1, initial=np.inf) + _EPSILON)
    kept = (sides > MIN_SIDE_PX).all(axis=1) & (left > MIN_AREA_LEFT) & (aspect < MAX_ASPECT)
    return np.concatenate([centre - half, centre + half], axis=1), kept


def _change_colours(
    image: ImageArray, random: np.random.Generator, *, settings: AugmentConfig
) -> ImageArray:
    """Change saturation and value by a gain each, and turn the hue if the settings say so."""
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    if settings.hue_shift:
        # OpenCV counts hue in steps of two degrees.
        shift = random.uniform(-settings.hue_shift, settings.hue_shift) / 2
        hsv[..., 0] = ((hsv[..., 0].astype(np.float32) + shift) % 180).astype(np.uint8)
    for channel, strength in ((1, settings.saturation_gain), (2, settings.value_gain)):
        gain = (2 * random.random() - 1) * strength + 1
        changed = hsv[..., channel].astype(np.float32) * gain
        hsv[..., channel] = changed.clip(None, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), np.uint8)


def _scaled(boxes_xyxy: FloatArray, fit: tuple[float, float, float]) -> Float64Array:
    ratio, across, down = fit
    return boxes_xyxy.astype(np.float64) * ratio + (across, down, across, down)


def _meets(boxes_xyxy: Float64Array, net_wh: tuple[int, int]) -> BoolArray:
    low, high = boxes_xyxy[:, :2], boxes_xyxy[:, 2:]
    return np.asarray(((high > 0) & (low < net_wh)).all(axis=1))


def _mirrored(boxes_xyxy: Float64Array, width: int) -> Float64Array:
    return np.stack(
        [
            width - boxes_xyxy[:, 2],
            boxes_xyxy[:, 1],
            width - boxes_xyxy[:, 0],
            boxes_xyxy[:, 3],
        ],
        axis=1,
    )
