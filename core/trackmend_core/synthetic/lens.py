"""What the camera adds: softness, exposure, colour cast and noise."""

from dataclasses import dataclass

import cv2
import numpy as np

from trackmend_core.synthetic.settings import StreetSettings
from trackmend_core.types import ImageArray

_SPARE = 48


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lens:
    """One camera's picture quality.

    Attributes:
        blur_px: standard deviation of the softness.
        tones: (256, 1, 3) uint8 look-up table: gamma, contrast, brightness, colour cast.
        noise: (H + 48, W + 48, 3) int16; each frame takes another cut-out.
        rng: chooses the cut-outs.
    """

    blur_px: float
    tones: ImageArray
    noise: "np.ndarray[tuple[int, ...], np.dtype[np.int16]]"
    rng: np.random.Generator

    @classmethod
    def pick(cls, settings: StreetSettings, rng: np.random.Generator) -> "Lens":
        """Return a random camera for the scene."""
        levels = np.linspace(0, 1, 256)
        gamma, contrast, lift = rng.uniform(0.85, 1.25), rng.uniform(0.8, 1.1), rng.uniform(0, 0.06)
        cast = rng.normal(1.0, 0.035, 3)
        tones = [(lift + contrast * levels**gamma) * channel * 255 for channel in cast]
        strength = settings.noise * rng.uniform(1.5, 5.0)
        shape = (settings.height + _SPARE, settings.width + _SPARE)
        grey = rng.standard_normal(shape, np.float32)[..., None]
        colour = rng.standard_normal((*shape, 3), np.float32)
        noise = cv2.GaussianBlur(grey * 0.8 + colour * 0.5, (0, 0), 0.6) * strength * 1.6
        return cls(
            blur_px=float(rng.uniform(0.3, 1.0)) * settings.height / 480,
            tones=np.asarray(np.clip(np.stack(tones, axis=-1), 0, 255), np.uint8)[:, None, :],
            noise=np.asarray(np.rint(noise), np.int16),
            rng=rng,
        )

    def take(self, picture: ImageArray) -> ImageArray:
        """Return the picture as this camera would record it."""
        soft = cv2.GaussianBlur(picture, (0, 0), max(0.2, self.blur_px))
        toned = cv2.LUT(soft, self.tones)
        top, left = self._cut_out()
        height, width = picture.shape[:2]
        grain = self.noise[top : top + height, left : left + width]
        return np.asarray(cv2.add(toned, grain, dtype=cv2.CV_8U), np.uint8)

    def pass_over(self) -> None:
        """Leave out one frame; those after it are taken as if it had been taken too."""
        self._cut_out()

    def _cut_out(self) -> tuple[int, int]:
        """Return where in the noise the next frame's part begins, as row and column."""
        top, left = self.rng.integers(0, _SPARE, 2)
        return int(top), int(left)
