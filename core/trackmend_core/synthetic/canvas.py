"""A small transparent picture on which bodies are painted twice as large and shaded round."""

from dataclasses import dataclass

import cv2
import numpy as np

from trackmend_core.synthetic.appearance import Colour
from trackmend_core.types import Float64Array, ImageArray

OVERSAMPLING = 2
_FRACTION_BITS = 4
_LEVELS = ((1.0, 0.62), (0.8, 0.8), (0.55, 0.93), (0.28, 1.0))
"""Width and brightness of the nested shapes that make a limb look round."""

_ARC = np.linspace(-np.pi / 2, np.pi / 2, 7)
_HALF_CIRCLE = np.stack([np.cos(_ARC), np.sin(_ARC)], axis=1)
_TURN = np.linspace(0, 2 * np.pi, 20, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sprite:
    """A painted thing, ready to be laid over a frame.

    Attributes:
        left: column of its first pixel in the frame, may be negative.
        top: row of its first pixel.
        premultiplied: (h, w, 3) uint8 BGR, already multiplied by the coverage.
        coverage: (h, w) uint8, 255 is opaque.
        bounds_xyxy: (4,) float64, frame pixels; the painted extent to half a pixel.
    """

    left: int
    top: int
    premultiplied: ImageArray
    coverage: ImageArray
    bounds_xyxy: Float64Array


class Canvas:
    """Paints shapes given in frame pixels; `finish` makes the sprite.

    Args:
        left, top, right, bottom: the part of the frame's plane that can be painted, whole pixels.
        light: direction from which light comes, (x, y) of about unit length, y down.
    """

    def __init__(self, *, region: tuple[int, int, int, int], light: tuple[float, float]) -> None:
        left, top, right, bottom = region
        self._left, self._top = left, top
        shape = ((bottom - top) * OVERSAMPLING, (right - left) * OVERSAMPLING)
        self._colour = np.zeros((*shape, 4), np.uint8)
        self._light = np.full(shape, 160, np.uint8)
        self._towards_light = np.asarray(light, np.float64)
        self._origin = np.array([left, top], np.float64)

    def limb(
        self,
        joints: Float64Array,
        *,
        radii: tuple[float, ...],
        colour: Colour,
        dim: float = 1.0,
    ) -> None:
        """Paint a bent stick through (J, 2) joints, with a radius at each joint."""
        pieces = [
            (joints[i], joints[i + 1], radii[i], radii[i + 1], _caps(joints[i], joints[i + 1]))
            for i in range(len(joints) - 1)
        ]
        for width, bright in _LEVELS:
            shift = self._towards_light * (1 - width) * 0.5
            for start, end, start_radius, end_radius, cap in pieces:
                outline = np.concatenate(
                    [
                        end + (cap * width + shift) * end_radius,
                        start + (-cap * width + shift) * start_radius,
                    ]
                )
                self._fill(outline, colour if width == 1.0 else None, bright * dim)

    def body(self, outline: Float64Array, *, colour: Colour, dim: float = 1.0) -> None:
        """Paint a closed outline (N, 2), shaded as if it were round from side to side."""
        centre = float(outline[:, 0].mean())
        half_width = float(np.ptp(outline[:, 0])) / 2
        for width, bright in _LEVELS:
            shift = self._towards_light[0] * (1 - width) * 0.45 * half_width
            inner = outline.copy()
            inner[:, 0] = centre + (outline[:, 0] - centre) * width + shift
            self._fill(inner, colour if width == 1.0 else None, bright * dim)

    def ball(
        self,
        centre: Float64Array,
        *,
        radii: tuple[float, float],
        colour: Colour,
        dim: float = 1.0,
        round_shading: bool = True,
    ) -> None:
        """Paint an upright ellipse."""
        for width, bright in _LEVELS if round_shading else ((1.0, 0.9),):
            shift = self._towards_light * (1 - width) * 0.4 * min(radii)
            self._fill(
                centre + _CIRCLE * radii * width + shift,
                colour if width == 1.0 else None,
                bright * dim,
            )

    def patch(self, outline: Float64Array, *, colour: Colour) -> None:
        """Paint a closed outline in a flat colour and keep the shading that is there."""
        cv2.fillPoly(
            self._colour, [self._scaled(outline)], (*colour, 255), cv2.LINE_8, _FRACTION_BITS
        )

    def finish(self, texture: ImageArray | None = None) -> Sprite | None:
        """Return what was painted, cut to its extent; None when nothing was.

        Args:
            texture: (h, w) uint8 of any size, stretched over the sprite; 128 changes nothing.
        """
        alpha = self._colour[..., 3]
        x, y, width, height = cv2.boundingRect(alpha)
        if not width or not height:
            return None
        bounds = np.array([x, y, x + width, y + height]) / OVERSAMPLING + np.tile(self._origin, 2)
        x, y = x - x % OVERSAMPLING, y - y % OVERSAMPLING
        right = -(-(x + width + 1) // OVERSAMPLING) * OVERSAMPLING
        bottom = -(-(y + height + 1) // OVERSAMPLING) * OVERSAMPLING
        cut = np.s_[y:bottom, x:right]
        light = cv2.blur(self._light[cut], (5, 5))
        if texture is not None:
            folds = cv2.resize(texture, light.shape[::-1], interpolation=cv2.INTER_LINEAR)
            light = cv2.multiply(light, folds, scale=1 / 128)
        lit = cv2.multiply(
            self._colour[cut][..., :3], cv2.cvtColor(light, cv2.COLOR_GRAY2BGR), scale=1 / 220
        )
        size = (lit.shape[1] // OVERSAMPLING, lit.shape[0] // OVERSAMPLING)
        return Sprite(
            left=self._left + x // OVERSAMPLING,
            top=self._top + y // OVERSAMPLING,
            premultiplied=np.asarray(cv2.resize(lit, size, interpolation=cv2.INTER_AREA), np.uint8),
            coverage=np.asarray(
                cv2.resize(alpha[cut], size, interpolation=cv2.INTER_AREA), np.uint8
            ),
            bounds_xyxy=bounds,
        )

    def _fill(self, outline: Float64Array, colour: Colour | None, bright: float) -> None:
        corners = [self._scaled(outline)]
        if colour is not None:
            cv2.fillPoly(self._colour, corners, (*colour, 255), cv2.LINE_8, _FRACTION_BITS)
        cv2.fillPoly(self._light, corners, min(255.0, 235.0 * bright), cv2.LINE_8, _FRACTION_BITS)

    def _scaled(self, outline: Float64Array) -> "np.ndarray[tuple[int, int], np.dtype[np.int32]]":
        local = (outline - self._origin) * OVERSAMPLING - 0.5
        return np.asarray(np.rint(local * (1 << _FRACTION_BITS)), np.int32)


def moved(points: Float64Array, right: float, down: float) -> Float64Array:
    """Return a point (2,) or points (N, 2) shifted on the screen."""
    return np.asarray(points + np.array([right, down]), np.float64)


def _caps(start: Float64Array, end: Float64Array) -> Float64Array:
    """Return the half circle (7, 2) of unit radius that closes a stick at its end."""
    along = end - start
    length = float(np.hypot(*along))
    along = along / length if length > 1e-6 else np.array([0.0, 1.0])
    return np.asarray(_HALF_CIRCLE @ np.array([along, [-along[1], along[0]]]), np.float64)
