"""Things of the street that hide people: lamp posts, trees, signs, planters."""

import numpy as np

from trackmend_core.synthetic.appearance import Colour
from trackmend_core.synthetic.canvas import Canvas, Sprite
from trackmend_core.synthetic.paths import Camera


def paint_furniture(
    camera: Camera, count: int, *, light: tuple[float, float], rng: np.random.Generator
) -> list[tuple[float, Sprite]]:
    """Return up to `count` things with their distance in metres, painted once for all frames."""
    things = []
    for _ in range(count):
        distance = float(1 / rng.uniform(1 / camera.far_m, 0.85 / camera.near_m))
        column = float(rng.uniform(0.03, 0.97) * camera.width)
        sprite = _paint(camera, column, distance, light=light, rng=rng)
        if sprite is not None:
            things.append((distance, sprite))
    return things


def _paint(
    camera: Camera,
    column: float,
    distance: float,
    *,
    light: tuple[float, float],
    rng: np.random.Generator,
) -> Sprite | None:
    metre = camera.focal_px / distance
    foot = np.array([column, camera.row(distance)])
    reach = int(1.2 * metre)
    region = (
        max(int(column) - reach, -reach),
        min(-4, int(foot[1] - 3.2 * metre)),
        int(column) + reach,
        int(foot[1]) + reach // 2 + 4,
    )
    canvas = Canvas(region=region, light=light)
    kind = rng.choice(4, p=[0.45, 0.2, 0.2, 0.15])
    colour = _muted(rng)
    if kind == 0:
        top = foot - (0, foot[1] + 4)
        width = metre * rng.uniform(0.05, 0.09)
        canvas.limb(np.stack([foot, top]), radii=(width, width * 0.8), colour=colour)
    elif kind == 1:
        top = foot - (metre * rng.uniform(-0.2, 0.2), foot[1] + 4)
        width = metre * rng.uniform(0.11, 0.19)
        canvas.limb(np.stack([foot, top]), radii=(width * 1.15, width), colour=(52, 66, 78))
    elif kind == 2:
        half, tall = metre * rng.uniform(0.2, 0.32), metre * rng.uniform(0.8, 1.2)
        board = [(-half, 0), (-half * 0.85, -tall), (half * 0.85, -tall), (half, 0)]
        canvas.body(foot + np.array(board), colour=colour)
        poster = np.array([(-0.8, -0.2), (-0.7, -0.92), (0.7, -0.92), (0.8, -0.2)])
        canvas.patch(foot + poster * (half, tall), colour=_muted(rng))
    else:
        half, tall = metre * rng.uniform(0.16, 0.32), metre * rng.uniform(0.35, 0.55)
        box = [(-half * 0.85, 0), (-half, -tall), (half, -tall), (half * 0.85, 0)]
        canvas.body(foot + np.array(box), colour=colour)
        crown = foot - (0, tall + half * 0.7)
        canvas.ball(crown, radii=(half * 1.05, half * rng.uniform(0.8, 1.6)), colour=(38, 70, 46))
    folds = np.asarray(rng.normal(128, 14, (60, 14)).clip(80, 170), np.uint8)
    return canvas.finish(folds)


def _muted(rng: np.random.Generator) -> Colour:
    blue, green, red = np.clip(rng.uniform(40, 190) + rng.normal(0, 10, 3), 20, 235).astype(int)
    return int(blue), int(green), int(red)
