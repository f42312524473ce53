"""Frames for fast mode: a few from the video that will be tracked, or drawn ones."""

from pathlib import Path
from typing import TYPE_CHECKING

from trackmend_core.errors import UserError
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.types import ImageArray
from trackmend_core.video import fingerprint, open_video

if TYPE_CHECKING:
    from trackmend_core.model import CalibrationImages

FRAMES = 16
_STEP = 4
_STREET = StreetSettings(frame_count=FRAMES * _STEP)
_STREET_VERSION = 1
"""To be raised when the drawing changes: networks are kept by it."""


def video_calibration(path: Path) -> "CalibrationImages":
    """Return frames spread over a video; those that cannot be decoded are left out.

    Raises:
        UserError: the video cannot be opened; when it is read, that none of its frames can be.
    """
    from trackmend_core.model import CalibrationImages  # loads torch, which no other job needs

    return CalibrationImages(
        name=f"{FRAMES} frames of {fingerprint(path)}", read=lambda: _spread_over(path)
    )


def street_calibration() -> "CalibrationImages":
    """Return frames of a drawn street, for where there is no video yet."""
    from trackmend_core.model import CalibrationImages

    return CalibrationImages(name=f"street {_STREET_VERSION}", read=_drawn)


def _spread_over(path: Path) -> list[ImageArray]:
    images: list[ImageArray] = []
    failure: UserError | None = None
    with open_video(path) as source:
        count = min(FRAMES, source.frame_count)
        for number in range(count):
            try:
                images.append(source.read((2 * number + 1) * source.frame_count // (2 * count)))
            except UserError as error:
                failure = error
    if not images and failure is not None:
        raise failure
    return images


def _drawn() -> list[ImageArray]:
    return [frame.image for frame in draw_street(_STREET, every=_STEP)]
