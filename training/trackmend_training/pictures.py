"""Reading and writing image files, whatever letters are in their path and whatever the disk says.

OpenCV's own functions open no path with foreign letters on Windows, and where a disk is full they
write a part, or nothing, and say so only by what they return.
"""

import os
from pathlib import Path

import cv2
import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import ImageArray

USUAL_QUALITY = 92


def read_picture(path: Path) -> ImageArray | None:
    """Return an image file as (H, W, 3) uint8 BGR, None if it is none or not there."""
    try:
        if str(path).isascii() or (os.name != "nt" and _is_text(path)):
            # Of a picture that is cut off it gives what is there; decoding from memory does not.
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        else:
            image = _decode(path)
    except cv2.error:  # larger than it will hold
        return None
    return None if image is None else np.asarray(image, np.uint8)


def write_jpeg(path: Path, image: ImageArray, *, quality: int = USUAL_QUALITY) -> None:
    """Write an image (H, W, 3) uint8 BGR into a folder that is there.

    Raises:
        UserError: the folder is read-only or full; no part of a file is left.
    """
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    try:
        path.write_bytes(packed.tobytes())
    except OSError as error:
        if error.filename is None:
            path.unlink(missing_ok=True)
        raise UserError(
            f"“{path}” could not be written: {error.strerror}.",
            "Choose another folder or free some space.",
        ) from error


def _is_text(path: Path) -> bool:
    """Return whether a path has letters only; Linux allows bytes that are none."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _decode(path: Path) -> ImageArray | None:
    try:
        packed = np.fromfile(path, np.uint8)
    except OSError:
        return None
    image = cv2.imdecode(packed, cv2.IMREAD_COLOR) if len(packed) else None
    return None if image is None else np.asarray(image, np.uint8)
