"""Draws a street scene frame by frame, with the exact truth of who is where."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from trackmend_core.synthetic.appearance import Appearance, draw_appearance, draw_lookalike
from trackmend_core.synthetic.backdrop import paint_backdrop
from trackmend_core.synthetic.canvas import Sprite
from trackmend_core.synthetic.figure import Stance, draw_folds, paint_walker
from trackmend_core.synthetic.furniture import paint_furniture
from trackmend_core.synthetic.lens import Lens
from trackmend_core.synthetic.paths import Camera, Path, plan_paths
from trackmend_core.synthetic.settings import StreetFrame, StreetSettings
from trackmend_core.types import ImageArray

MIN_SHARE_INSIDE = 0.15
"""A walker belongs to the truth once this share of its body is inside the frame."""

_OPAQUE = 128


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Walker:
    identity: int
    appearance: Appearance
    folds: ImageArray
    path: Path


def draw_street(
    settings: StreetSettings, *, backdrop: ImageArray | None = None, every: int = 1
) -> Iterator[StreetFrame]:
    """Draw the scene, frame by frame; equal settings give equal frames.

    Args:
        settings: the scene.
        backdrop: (height, width, 3) uint8 BGR to walk in front of, instead of a drawn street.
        every: 1 draws all frames, 5 those of index 0, 5, 10 and so on, as they are among all.

    Raises:
        ValueError: the backdrop has another size than the scene.
    """
    rng = np.random.default_rng(settings.seed)
    camera = Camera.aim(settings, rng)
    light = (float(rng.uniform(-0.8, 0.8)), -0.6)
    looks = draw_people(settings, rng)
    paths = plan_paths(settings, camera, [look.height_m for look in looks], rng)
    empty = paint_backdrop(camera, rng) if backdrop is None else backdrop
    if empty.shape != (settings.height, settings.width, 3):
        raise ValueError(f"the backdrop is {empty.shape}, the scene {settings}")
    things = paint_furniture(camera, settings.furniture, light=light, rng=rng)
    lens = Lens.pick(settings, rng)
    walkers = [
        _Walker(identity=index + 1, appearance=look, folds=draw_folds(look), path=path)
        for index, (look, path) in enumerate(zip(looks, paths, strict=True))
    ]
    for frame_index in range(settings.frame_count):
        if frame_index % every:
            lens.pass_over()
            continue
        layers = [
            (float(walker.path.distance_m[frame_index]), walker.identity, sprite)
            for walker in walkers
            if (sprite := _paint(walker, frame_index, camera, light)) is not None
        ]
        layers += [(distance, 0, sprite) for distance, sprite in things]
        yield _compose(empty, layers, lens)


def draw_people(settings: StreetSettings, rng: np.random.Generator) -> list[Appearance]:
    """Return one appearance per walker; the look-alikes come first, pair by pair."""
    looks: list[Appearance] = []
    for _ in range(settings.lookalikes // 2):
        model = draw_appearance(rng)
        looks += [model, draw_lookalike(rng, model)]
    while len(looks) < settings.walkers:
        looks.append(draw_appearance(rng))
    return looks


def _paint(
    walker: _Walker, frame_index: int, camera: Camera, light: tuple[float, float]
) -> Sprite | None:
    path = walker.path
    x, distance = float(path.x_m[frame_index]), float(path.distance_m[frame_index])
    column = camera.column(x, distance)
    height = camera.focal_px * walker.appearance.height_m / distance
    if not -height < column < camera.width + height:
        return None
    stance = Stance(
        foot_x=column,
        foot_y=camera.row(distance),
        height_px=height,
        phase=float(path.phase[frame_index]),
        vigour=float(path.vigour[frame_index]),
        heading=float(path.heading[frame_index]),
    )
    return paint_walker(walker.appearance, stance, light=light, folds=walker.folds)


def _compose(empty: ImageArray, layers: list[tuple[float, int, Sprite]], lens: Lens) -> StreetFrame:
    """Lay the sprites over the street, the farthest first, and note what stays visible."""
    picture = empty.copy()
    height, width = picture.shape[:2]
    owner = np.zeros((height, width), np.int32)
    drawn: list[tuple[int, int, Sprite, int]] = []
    for number, (_, identity, sprite) in enumerate(sorted(layers, key=lambda item: -item[0]), 1):
        _shadow(picture, sprite)
        inside = _lay(picture, owner, sprite, number)
        body = int(np.count_nonzero(sprite.coverage >= _OPAQUE))
        if identity and inside >= max(1.0, MIN_SHARE_INSIDE * body):
            drawn.append((identity, number, sprite, inside))
    drawn.sort(key=lambda item: item[0])
    seen = np.bincount(owner.ravel(), minlength=len(layers) + 1)
    limits = np.array([width, height, width, height], np.float64)
    boxes = [np.clip(sprite.bounds_xyxy, 0, limits) for _, _, sprite, _ in drawn]
    return StreetFrame(
        image=lens.take(picture),
        boxes_xyxy=np.asarray(boxes, np.float32).reshape(-1, 4),
        identities=np.asarray([identity for identity, *_ in drawn], np.int64),
        visibilities=np.asarray([seen[n] / inside for _, n, _, inside in drawn], np.float32),
    )


def _lay(picture: ImageArray, owner: NDArray[np.int32], sprite: Sprite, number: int) -> int:
    """Lay one sprite over the picture; return how many of its pixels are inside the frame."""
    height, width = picture.shape[:2]
    rows, columns = sprite.coverage.shape
    top, left = max(0, sprite.top), max(0, sprite.left)
    bottom, right = min(height, sprite.top + rows), min(width, sprite.left + columns)
    if top >= bottom or left >= right:
        return 0
    cut = np.s_[top - sprite.top : bottom - sprite.top, left - sprite.left : right - sprite.left]
    coverage = sprite.coverage[cut]
    below = picture[top:bottom, left:right]
    through = cv2.cvtColor(255 - coverage, cv2.COLOR_GRAY2BGR)
    below[:] = cv2.add(cv2.multiply(below, through, scale=1 / 255), sprite.premultiplied[cut])
    opaque = coverage >= _OPAQUE
    owner[top:bottom, left:right][opaque] = number
    return int(np.count_nonzero(opaque))


def _shadow(picture: ImageArray, sprite: Sprite) -> None:
    """Darken the ground under a sprite with a soft ellipse."""
    x1, _, x2, y2 = sprite.bounds_xyxy
    half_width, half_height = (x2 - x1) * 0.55, max(2.0, (x2 - x1) * 0.1)
    left, right = int(x1 - half_width * 0.3), int(x2 + half_width * 0.3)
    top, bottom = int(y2 - 2 * half_height), int(y2 + half_height)
    part = picture[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    if not part.size:
        return
    rows = np.arange(max(0, top), max(0, top) + part.shape[0])
    columns = np.arange(max(0, left), max(0, left) + part.shape[1])
    ys = (rows - (y2 - half_height * 0.5)) / half_height
    xs = (columns - (x1 + x2) / 2) / half_width
    dark = np.exp(-1.5 * (ys[:, None] ** 2 + xs[None, :] ** 2)) * 0.5
    light = np.asarray(255 * (1 - dark), np.uint8)
    part[:] = cv2.multiply(part, cv2.cvtColor(light, cv2.COLOR_GRAY2BGR), scale=1 / 255)
