"""Paints one walker: limbs, clothes, hair and bag in the order in which they hide each other."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from trackmend_core.synthetic.appearance import Appearance, Bag, Colour, Legwear
from trackmend_core.synthetic.canvas import Canvas, Sprite, moved
from trackmend_core.synthetic.gait import Limb, Pose, walking_pose
from trackmend_core.synthetic.head import paint_head
from trackmend_core.types import Float64Array, ImageArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """Where and how a walker is in one frame.

    Attributes:
        foot_x: screen column under the body, pixels.
        foot_y: screen row of the ground under the body, pixels.
        height_px: body height on the screen.
        phase: of the gait, radians.
        vigour: 0 stands, 1 walks.
        heading: radians, 0 goes right on the screen, pi / 2 goes away from the camera.
    """

    foot_x: float
    foot_y: float
    height_px: float
    phase: float
    vigour: float
    heading: float


def paint_walker(
    appearance: Appearance, stance: Stance, *, light: tuple[float, float], folds: ImageArray
) -> Sprite | None:
    """Return the walker painted at its place in the frame; None if smaller than a pixel."""
    pose = walking_pose(
        phase=stance.phase,
        vigour=stance.vigour,
        heading=stance.heading,
        arm_swing=appearance.arm_swing,
    )
    reach = 0.45 * stance.height_px + 3
    canvas = Canvas(
        region=(
            int(stance.foot_x - reach),
            int(stance.foot_y - 1.06 * stance.height_px - 3),
            int(stance.foot_x + reach) + 1,
            int(stance.foot_y + 0.1 * stance.height_px + 3),
        ),
        light=light,
    )
    figure = Figure(canvas=canvas, appearance=appearance, pose=pose, stance=stance)
    figure.paint()
    return canvas.finish(folds)


def draw_folds(appearance: Appearance) -> ImageArray:
    """Return the person's folds and wrinkles as a (48, 20) uint8 texture around 128."""
    rng = np.random.default_rng(appearance.texture_seed)
    coarse = rng.normal(0, 9, (12, 5)).repeat(4, 0).repeat(4, 1)
    fine = rng.normal(0, 7, (48, 20))
    return np.asarray((128 + coarse + fine).clip(90, 166), np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One walker on a canvas; lengths inside are body heights until `_at` scales them."""

    canvas: Canvas
    appearance: Appearance
    pose: Pose
    stance: Stance

    def paint(self) -> None:
        """Paint all parts, the farthest first."""
        order: list[tuple[float, Callable[[], None]]] = []
        order += [(0.03 + leg.depth * 0.1, partial(self._leg, leg)) for leg in self.pose.legs]
        order += [(arm.depth - 0.03, partial(self._arm, arm)) for arm in self.pose.arms]
        order.append((0.0, self._trunk))
        order.append((-0.01, self._head))
        away = self.pose.forward_away
        if self.appearance.bag is Bag.BACKPACK:
            order.append((-0.12 * away + (0.02 if away > 0 else 0.05), self._backpack))
        for _, paint in sorted(order, key=lambda item: -item[0]):
            paint()
        if self.appearance.bag is Bag.SHOULDER:
            self._shoulder_bag()

    def _at(self, points: Float64Array) -> Float64Array:
        foot = np.array([self.stance.foot_x, self.stance.foot_y])
        return np.asarray(points * self.stance.height_px + foot, np.float64)

    def _px(self, *lengths: float) -> tuple[float, ...]:
        return tuple(length * self.stance.height_px for length in lengths)

    def _limb(
        self, points: Float64Array, radii: tuple[float, ...], colour: Colour, dim: float
    ) -> None:
        self.canvas.limb(self._at(points), radii=self._px(*radii), colour=colour, dim=dim)

    def _leg(self, leg: Limb) -> None:
        look = self.appearance
        girth, dim = look.girth, 0.84 if leg.depth > 0.01 else 1.0
        self._limb(moved(leg.points[2:4], 0, 0.004), (0.023, 0.016), look.shoes, dim)
        if look.legwear is Legwear.TROUSERS:
            radii = (0.058 * girth, 0.038 * girth, 0.026)
            self._limb(leg.points[0:3], radii, look.legs, dim)
            return
        stockings = look.legwear is Legwear.SKIRT and look.texture_seed % 2
        skin = (44, 40, 42) if stockings else look.skin
        self._limb(leg.points[0:3], (0.05 * girth, 0.032 * girth, 0.018), skin, dim)
        if look.legwear is Legwear.SHORTS:
            self._limb(leg.points[0:2], (0.058 * girth, 0.044 * girth), look.legs, dim)

    def _arm(self, arm: Limb) -> None:
        look = self.appearance
        girth, dim = look.girth, 0.8 if arm.depth > 0.03 else 0.95
        self._limb(arm.points[2:4], (0.017, 0.015), look.skin, dim)
        if look.legwear is Legwear.SHORTS:
            self._limb(arm.points[1:3], (0.022 * girth, 0.017 * girth), look.skin, dim)
            self._limb(arm.points[0:2], (0.034 * girth, 0.03 * girth), look.jacket, dim)
        else:
            radii = (0.035 * girth, 0.029 * girth, 0.021 * girth)
            self._limb(arm.points[0:3], radii, look.jacket, dim)
        if look.bag is Bag.HAND and arm is self.pose.arms[1]:
            self._hand_bag(arm)

    def _width(self, side: float, front: float) -> float:
        """Return the half width of a body part seen under the heading, body heights."""
        across, deep = self.pose.forward_away * front, self.pose.forward_x * side
        return float(np.hypot(across, deep)) * self.appearance.girth

    def _trunk(self) -> None:
        look, pose = self.appearance, self.pose
        if look.legwear is Legwear.SKIRT:
            self._skirt()
        chest, hips = self._width(0.078, 0.122), self._width(0.082, 0.098)
        waist = self._width(0.074, 0.098)
        hem = 0.03 + look.hem
        top, bottom = pose.chest, pose.pelvis
        middle = (top * 0.35 + bottom * 0.65) + (0.006 * pose.forward_x, 0)
        spread = hips * (1.0 + 0.9 * look.hem)
        right = np.array(
            [
                moved(top, 0.03, -0.035),
                moved(top, chest * 0.72, -0.02),
                moved(top, chest, 0.025),
                moved(top, chest * 0.98, 0.1),
                moved(middle, waist, 0),
                moved(bottom, hips, 0.02),
                moved(bottom, spread, hem),
            ]
        )
        left = np.array(
            [
                moved(bottom, -spread, hem + 0.006),
                moved(bottom, -hips, 0.02),
                moved(middle, -waist, 0),
                moved(top, -chest * 0.98, 0.1),
                moved(top, -chest, 0.025),
                moved(top, -chest * 0.72, -0.02),
                moved(top, -0.03, -0.035),
            ]
        )
        self.canvas.body(self._at(np.concatenate([right, left])), colour=look.jacket)
        self._front(top, bottom, chest)

    def _front(self, top: Float64Array, bottom: Float64Array, chest: float) -> None:
        """Paint what only the front shows, and the band across the chest."""
        look, pose = self.appearance, self.pose
        facing = -pose.forward_away
        if look.open_front and facing > -0.3:
            shift = pose.forward_x * chest * 0.75
            half = 0.012 + 0.022 * max(0.0, facing)
            strip = [
                moved(top, shift - half * 0.6, -0.03),
                moved(top, shift + half * 0.6, -0.03),
                moved(bottom, shift * 0.95 + half, 0.01),
                moved(bottom, shift * 0.95 - half, 0.01),
            ]
            self.canvas.patch(self._at(np.array(strip)), colour=look.shirt)
        if look.stripe:
            band = [
                moved(top, -chest * 0.97, 0.085),
                moved(top, chest * 0.97, 0.085),
                moved(top, chest * 0.96, 0.13),
                moved(top, -chest * 0.96, 0.13),
            ]
            self.canvas.patch(self._at(np.array(band)), colour=look.shirt)

    def _skirt(self) -> None:
        pose = self.pose
        knees = np.array([leg.points[1] for leg in pose.legs])
        hips = self._width(0.08, 0.1)
        low = float(knees[:, 1].max()) + 0.01
        outline = [
            moved(pose.pelvis, -hips, -0.06),
            moved(pose.pelvis, hips, -0.06),
            (max(float(knees[:, 0].max()) + 0.055, float(pose.pelvis[0]) + hips), low),
            (min(float(knees[:, 0].min()) - 0.055, float(pose.pelvis[0]) - hips), low + 0.006),
        ]
        self.canvas.body(self._at(np.array(outline)), colour=self.appearance.legs)

    def _head(self) -> None:
        scale = self.stance.height_px
        paint_head(
            self.canvas,
            self.appearance,
            centre=self._at(self.pose.head),
            neck=self._at(moved(self.pose.chest, 0.0, -0.02)),
            scale=scale,
            facing=(self.pose.forward_x, -self.pose.forward_away),
        )

    def _backpack(self) -> None:
        pose = self.pose
        half = 0.05 + 0.042 * abs(pose.forward_away)
        centre = pose.chest * 0.55 + pose.pelvis * 0.45 + (-0.088 * pose.forward_x, -0.01)
        corners = np.array(
            [(-0.8, -1), (0.8, -1), (1, -0.7), (1, 0.9), (0.8, 1), (-0.8, 1), (-1, 0.9), (-1, -0.7)]
        )
        self.canvas.body(
            self._at(centre + corners * (half, 0.115)), colour=self.appearance.bag_colour
        )

    def _shoulder_bag(self) -> None:
        pose, look = self.pose, self.appearance
        side = 0.1 * (1 if look.texture_seed % 2 else -1)
        place = moved(pose.pelvis, side, 0.015)
        strap = np.stack([moved(pose.chest, -side * 0.5, -0.02), place])
        self._limb(strap, (0.007, 0.007), look.bag_colour, 0.9)
        corners = np.array([(-1.0, -0.8), (1.0, -0.8), (1.1, 1.0), (-1.1, 1.0)])
        self.canvas.body(self._at(place + corners * (0.055, 0.05)), colour=look.bag_colour)

    def _hand_bag(self, arm: Limb) -> None:
        hand = arm.points[3]
        corners = np.array(
            [(-0.5, -1.0), (0.5, -1.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (-1, 0)]
        )
        self.canvas.body(
            self._at(moved(hand, 0.0, 0.07) + corners * (0.05, 0.06)),
            colour=self.appearance.bag_colour,
        )
