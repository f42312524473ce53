"""How the picture as a whole has moved since the last frame: rotation, scale and shift.

Source: Aharon et al., BoT-SORT (2022), section 3.2: corners outside the people, followed by sparse
optical flow, and the similarity transform that most of them agree on (RANSAC). Through OpenCV.
"""

import cv2
import numpy as np

from trackmend_core.types import Float64Array, ImageArray

_SCALE = 0.5
"""Half the resolution: enough for corners, a quarter of the work."""
_CORNERS = 1000
_CORNER_QUALITY = 0.01
_CORNER_DISTANCE_PX = 3
_FEWEST_POINTS = 10
_SMALLEST_SIDE_PX = 32
_RANSAC_PX = 3.0
_FEWEST_AGREEING = 0.5
"""Where fewer points agree it was a cut, or a picture without marks, and no motion."""


class CameraMotion:
    """Remembers the last frame only."""

    def __init__(self) -> None:
        self._last_gray: ImageArray | None = None
        self._last_corners: Float64Array | None = None

    def since_last_frame(
        self, image: ImageArray | None, *, people_xyxy: Float64Array
    ) -> Float64Array | None:
        """Take the next frame; return where the last one's pixels went, None if nobody knows.

        Args:
            image: BGR; None where the frame could not be read, tiny where it only holds a place.
            people_xyxy: (N, 4) what moves by itself and tells nothing about the camera.

        Returns:
            (2, 3) float64, an affine map in pixels of the source frame.
        """
        if image is None or min(image.shape[:2]) < _SMALLEST_SIDE_PX:
            self._last_gray = self._last_corners = None
            return None
        small = cv2.resize(image, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_AREA)
        gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
        warp = self._warp_to(gray)
        self._last_gray = gray
        self._last_corners = _corners(gray, people_xyxy * _SCALE)
        return warp

    def _warp_to(self, gray: ImageArray) -> Float64Array | None:
        corners = self._last_corners
        if corners is None or self._last_gray is None or self._last_gray.shape != gray.shape:
            return None
        if len(corners) < _FEWEST_POINTS:
            return None
        moved, found, _ = cv2.calcOpticalFlowPyrLK(
            self._last_gray, gray, corners.astype(np.float32), np.empty(0, np.float32)
        )
        kept = np.asarray(found).ravel() == 1
        if kept.sum() < _FEWEST_POINTS:
            return None
        warp, agreeing = cv2.estimateAffinePartial2D(
            corners[kept], moved[kept], method=cv2.RANSAC, ransacReprojThreshold=_RANSAC_PX
        )
        if warp is None or not np.isfinite(warp).all() or np.mean(agreeing) < _FEWEST_AGREEING:
            return None
        scaled = np.asarray(warp, np.float64).copy()
        scaled[:, 2] /= _SCALE
        return scaled


def _corners(gray: ImageArray, people_xyxy: Float64Array) -> Float64Array:
    """Return (C, 1, 2) corners outside the people."""
    height, width = gray.shape
    mask = np.full((height, width), 255, np.uint8)
    limits = np.array([width, height, width, height])
    for x1, y1, x2, y2 in np.clip(people_xyxy, 0, limits).astype(int):
        mask[y1 : y2 + 1, x1 : x2 + 1] = 0
    corners = cv2.goodFeaturesToTrack(
        gray,
        maxCorners=_CORNERS,
        qualityLevel=_CORNER_QUALITY,
        minDistance=_CORNER_DISTANCE_PX,
        mask=mask,
    )
    return np.zeros((0, 1, 2)) if corners is None else np.asarray(corners, np.float64)
