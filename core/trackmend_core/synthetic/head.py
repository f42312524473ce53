"""Paints a head: neck, hair, face and headgear, turned as the walker goes."""

import numpy as np

from trackmend_core.synthetic.appearance import Appearance, Colour, Hairdo
from trackmend_core.synthetic.canvas import Canvas, moved
from trackmend_core.types import Float64Array


def paint_head(
    canvas: Canvas,
    appearance: Appearance,
    *,
    centre: Float64Array,
    neck: Float64Array,
    scale: float,
    facing: tuple[float, float],
) -> None:
    """Paint the head.

    Args:
        canvas: where to paint.
        appearance: whose head.
        centre: (2,) of the head, frame pixels.
        neck: (2,) where the neck leaves the shoulders, frame pixels.
        scale: body height in pixels.
        facing: how far the face looks right on the screen, and towards the camera; -1..1.
    """
    right, near = facing
    look = appearance
    width, height = scale * (0.042 + 0.008 * abs(right)), scale * 0.064
    ahead = np.array([right, 0.0]) * scale
    back_of_head = centre - ahead * 0.012
    if look.hairdo is Hairdo.LONG and near > -0.2:
        _long_hair(canvas, look.hair, back_of_head - ahead * 0.012, scale)
    _neck(canvas, look.skin, neck=neck, chin=moved(centre, 0, 0.03 * scale), scale=scale)
    if look.hairdo is not Hairdo.BALD:
        cap = look.hair if look.hairdo in (Hairdo.SHORT, Hairdo.LONG) else _headgear(look)
        canvas.ball(
            moved(back_of_head, 0, -0.008 * scale),
            radii=(width * 1.1, height * 1.02),
            colour=cap,
        )
    if near > -0.72:
        _face(canvas, look, centre=centre, scale=scale, facing=facing)
    elif look.hairdo in (Hairdo.SHORT, Hairdo.BALD):
        canvas.ball(
            moved(centre, 0, 0.028 * scale),
            radii=(width * 0.8, height * 0.5),
            colour=look.skin,
            dim=0.8,
        )
        top = look.skin if look.hairdo is Hairdo.BALD else look.hair
        canvas.ball(moved(centre, 0, -0.01 * scale), radii=(width * 1.05, height * 0.9), colour=top)
    if look.hairdo is Hairdo.LONG and near <= -0.2:
        _long_hair(canvas, look.hair, back_of_head, scale)
    if look.hairdo is Hairdo.HOOD and near <= -0.72:
        canvas.ball(centre, radii=(width * 1.25, height * 1.1), colour=look.jacket, dim=0.92)


def _neck(
    canvas: Canvas, skin: Colour, *, neck: Float64Array, chin: Float64Array, scale: float
) -> None:
    radii = (0.03 * scale, 0.025 * scale)
    canvas.limb(np.stack([neck, chin]), radii=radii, colour=skin, dim=0.78)


def _headgear(look: Appearance) -> Colour:
    return look.jacket if look.hairdo is Hairdo.HOOD else look.bag_colour


def _long_hair(canvas: Canvas, colour: Colour, top: Float64Array, scale: float) -> None:
    ends = np.stack([moved(top, 0, -0.005 * scale), moved(top, 0, 0.095 * scale)])
    canvas.limb(ends, radii=(0.052 * scale, 0.046 * scale), colour=colour)


def _face(
    canvas: Canvas,
    look: Appearance,
    *,
    centre: Float64Array,
    scale: float,
    facing: tuple[float, float],
) -> None:
    right, near = facing
    shown = np.clip((near + 0.72) / 0.9, 0.35, 1.0)
    width, height = scale * 0.037 * (0.75 + 0.25 * shown), scale * 0.052
    middle = moved(centre, right * 0.017 * scale, 0.012 * scale)
    canvas.ball(middle, radii=(width, height), colour=look.skin)
    if abs(right) > 0.5:
        nose = moved(middle, np.sign(right) * width * 1.02, 0.004 * scale)
        canvas.ball(nose, radii=(0.008 * scale, 0.008 * scale), colour=look.skin)
    if look.hairdo is not Hairdo.BALD:
        fringe = look.hair if look.hairdo in (Hairdo.SHORT, Hairdo.LONG) else _headgear(look)
        brow = moved(middle, -right * 0.012 * scale, -0.047 * scale)
        canvas.ball(brow, radii=(width * 1.06, height * 0.42), colour=fringe)
    dark = (
        int(look.skin[0] * 0.35),
        int(look.skin[1] * 0.35),
        int(look.skin[2] * 0.38),
    )
    spread = width * 0.42 * max(0.0, near)
    look_to = moved(middle, right * width * 0.55, -0.006 * scale)
    for side in (-1, 1) if near > 0.3 else (0,):
        eye = moved(look_to, side * spread, 0.0)
        size = (0.0075 * scale, 0.0055 * scale)
        canvas.ball(eye, radii=size, colour=dark, round_shading=False)
    mouth = moved(middle, right * width * 0.5, 0.027 * scale)
    lips = (dark[0], dark[1], min(255, int(dark[2] * 1.6)))
    canvas.ball(mouth, radii=(0.011 * scale, 0.004 * scale), colour=lips, round_shading=False)
