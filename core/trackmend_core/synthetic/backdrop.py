"""Paints the empty street: house front with windows and shop, pavement, light."""

import cv2
import numpy as np

from trackmend_core.synthetic.paths import Camera
from trackmend_core.types import FloatArray, ImageArray

Picture = FloatArray
"""(H, W, 3) float32 BGR, about 0..255, while the street is being painted."""


def paint_backdrop(camera: Camera, rng: np.random.Generator) -> ImageArray:
    """Return the street without people, (H, W, 3) uint8."""
    wall_row = int(np.clip(camera.row(camera.far_m * 1.12), 8, camera.height - 8))
    picture = np.zeros((camera.height, camera.width, 3), np.float32)
    _paint_wall(picture[:wall_row], rng)
    _paint_front(picture[:wall_row], rng)
    _paint_pavement(picture, wall_row, camera, rng)
    _paint_foot_of_wall(picture, wall_row, rng)
    light = _clouds(rng, picture.shape[:2], cell=160)[..., None] * 0.09 + 1.0
    fall = np.linspace(rng.uniform(0.85, 1.15), rng.uniform(0.85, 1.15), camera.width)
    picture *= light * fall[None, :, None].astype(np.float32)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def _clouds(rng: np.random.Generator, shape: tuple[int, int], *, cell: int) -> FloatArray:
    """Return soft random blotches (H, W) float32 of mean 0 and deviation about 1."""
    rows, columns = shape[0] // cell + 3, shape[1] // cell + 3
    coarse = rng.normal(0, 1, (rows, columns)).astype(np.float32)
    return np.asarray(
        cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32
    )


def _colour(rng: np.random.Generator, low: float, high: float, *, tint: float) -> FloatArray:
    return (rng.uniform(low, high) + rng.normal(0, tint, 3)).astype(np.float32)


def _grain(picture: Picture, rng: np.random.Generator, strength: float) -> None:
    shape = picture.shape[:2]
    texture = _clouds(rng, shape, cell=24) * 0.5 + _clouds(rng, shape, cell=6) * 0.4
    texture += rng.normal(0, 0.5, shape).astype(np.float32)
    picture += texture[..., None] * strength


def _paint_wall(wall: Picture, rng: np.random.Generator) -> None:
    height, width = wall.shape[:2]
    wall[:] = _colour(rng, 60, 190, tint=9)
    _grain(wall, rng, 6)
    if rng.random() < 0.4:
        course = int(rng.integers(7, 14))
        joint = _colour(rng, 80, 170, tint=6)
        for number, top in enumerate(range(0, height, course)):
            wall[top : top + 1] = wall[top : top + 1] * 0.5 + joint * 0.5
            start = (number % 2) * course
            wall[top : top + course, start :: course * 2] *= 0.9
    for _ in range(int(rng.integers(0, 5))):
        left = int(rng.integers(0, width))
        wall[:, left : left + int(rng.integers(3, 30))] *= rng.uniform(0.7, 1.2)


def _paint_front(wall: Picture, rng: np.random.Generator) -> None:
    """Paint the shop windows at street level, a band with letters, and windows above."""
    height, width = wall.shape[:2]
    shop_top = int(height * rng.uniform(0.25, 0.5))
    band = int(max(6, height * rng.uniform(0.05, 0.12)))
    left = int(-rng.integers(0, 80))
    while left < width:
        bay = int(rng.integers(width // 7, width // 3))
        inner = wall[shop_top:, max(0, left + 6) : max(0, min(width, left + bay - 6))]
        if inner.shape[1] > 12 and rng.random() < 0.88:
            _paint_window(inner, rng)
        left += bay
    wall[shop_top - band : shop_top] = _colour(rng, 20, 200, tint=14)
    _paint_letters(wall[shop_top - band : shop_top], rng)
    _paint_upper_windows(wall[: max(0, shop_top - band - 4)], rng)


def _paint_window(window: Picture, rng: np.random.Generator) -> None:
    height, width = window.shape[:2]
    sill = int(height * rng.uniform(0.0, 0.3))
    frame = _colour(rng, 30, 220, tint=8)
    window[:] = frame
    edge = int(rng.integers(2, 6))
    glass = window[edge : height - edge - sill, edge : width - edge]
    if min(glass.shape[:2]) < 8:
        return
    lit = rng.random() < 0.5
    glass[:] = (
        np.array([90, 170, 205], np.float32) * rng.uniform(0.7, 1.15)
        if lit
        else _colour(rng, 30, 90, tint=8)
    )
    glass *= np.linspace(1.15, 0.75, glass.shape[0], dtype=np.float32)[:, None, None]
    _paint_goods(glass, rng)
    glass += _clouds(rng, glass.shape[:2], cell=40)[..., None] * 10
    for _ in range(int(rng.integers(0, 4))):
        column = int(rng.integers(0, glass.shape[1]))
        glass[:, column : column + int(rng.integers(2, 5))] = frame


def _paint_goods(glass: Picture, rng: np.random.Generator) -> None:
    """Paint what stands behind the glass: shelves, boxes, lamps, upright things."""
    height, width = glass.shape[:2]
    for _ in range(int(rng.integers(3, 16))):
        tall = rng.random() < 0.35
        w = int(rng.integers(3, max(4, width // (8 if tall else 3))))
        h = int(rng.integers(3, max(4, height // (2 if tall else 6))))
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        colour = _colour(rng, 30, 230, tint=30)
        part = glass[y : y + h, x : x + w]
        part[:] = part * 0.35 + colour * 0.65
    for _ in range(int(rng.integers(0, 4))):
        place = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        radius = int(rng.integers(2, 7))
        bright = [float(value) for value in _colour(rng, 200, 250, tint=10)]
        cv2.circle(glass, place, radius, bright, -1, cv2.LINE_AA)


def _paint_letters(band: Picture, rng: np.random.Generator) -> None:
    height, width = band.shape[:2]
    for _ in range(int(rng.integers(0, 4))):
        text = "".join(rng.choice(list("ABCDEFGHIKLMNOPRSTUVWZ"), int(rng.integers(3, 8))))
        place = (int(rng.integers(0, width)), int(height * 0.8))
        letters = np.zeros((height, width), np.uint8)
        cv2.putText(letters, text, place, cv2.FONT_HERSHEY_DUPLEX, height / 32, 255, 2, cv2.LINE_AA)
        share = letters[..., None].astype(np.float32) / 255
        band[:] = band * (1 - share) + _colour(rng, 20, 250, tint=20) * share


def _paint_upper_windows(wall: Picture, rng: np.random.Generator) -> None:
    height, width = wall.shape[:2]
    if height < 24:
        return
    step = int(rng.integers(50, 130))
    for left in range(int(rng.integers(0, 30)), width, step):
        window = wall[4:height, left : left + int(step * 0.7)]
        if window.shape[1] > 10:
            window[:] = _colour(rng, 120, 230, tint=6)
            window[3:-3, 3:-3] = _colour(rng, 40, 150, tint=12)
            window[3:-3, window.shape[1] // 2 - 1 : window.shape[1] // 2 + 2] = 200


def _paint_pavement(
    picture: Picture, wall_row: int, camera: Camera, rng: np.random.Generator
) -> None:
    """Paint slabs or cobbles whose joints run to the horizon, by mapping rows to metres."""
    ground = picture[wall_row:]
    rows = np.arange(wall_row, camera.height, dtype=np.float32) + 0.5
    distance = camera.focal_px * camera.eye_m / np.maximum(rows - camera.horizon_px, 1.0)
    columns = np.arange(camera.width, dtype=np.float32) - camera.width / 2
    across = columns[None, :] * distance[:, None] / camera.focal_px
    ground[:] = _colour(rng, 85, 170, tint=7)
    slab = rng.uniform(0.12, 1.1)
    along = np.broadcast_to(distance[:, None], across.shape)
    row_number = np.floor(along / slab)
    shifted = across / slab + 0.5 * (row_number % 2)
    tile = (np.floor(shifted) * 12.9898 + row_number * 78.233) % 6.2832
    ground *= (1.0 + 0.06 * np.sin(tile * 7.0))[..., None].astype(np.float32)
    joint = (np.abs(shifted - np.round(shifted)) < 0.04) | (
        np.abs(along / slab - np.round(along / slab)) < 0.05
    )
    ground[joint] *= rng.uniform(0.72, 0.95)
    _grain(ground, rng, 6)
    if rng.random() < 0.5:
        kerb = (distance > camera.far_m * 1.02) & (distance < camera.far_m * 1.06)
        ground[kerb] = _colour(rng, 120, 200, tint=4)
    if rng.random() < 0.4:
        road = distance < rng.uniform(camera.near_m * 0.75, camera.near_m)
        ground[road] = ground[road] * 0.4 + _colour(rng, 40, 90, tint=4) * 0.6


def _paint_foot_of_wall(picture: Picture, wall_row: int, rng: np.random.Generator) -> None:
    depth = max(4, picture.shape[0] // 40)
    dark = np.linspace(0.6, 1.0, depth, dtype=np.float32)[:, None, None]
    rows = picture[wall_row : wall_row + depth]
    rows *= dark[: len(rows)]
    width = picture.shape[1]
    for _ in range(int(rng.integers(0, 4))):
        span = int(rng.integers(20, 90))
        rise = int(rng.integers(15, 70))
        left = int(rng.integers(-20, width))
        bush = picture[max(0, wall_row - rise) : wall_row + 6, max(0, left) : max(0, left + span)]
        if min(bush.shape[:2]) > 8:
            leaves = rng.normal(0, 22, (*bush.shape[:2], 1)).astype(np.float32)
            bush[:] = _colour(rng, 45, 75, tint=4) + np.array([-6, 18, -4], np.float32) + leaves
