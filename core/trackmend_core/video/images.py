"""Finds the images of a sequence folder, in the order of their numbers."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import mode

from trackmend_core.errors import UserError

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm"}
)

_TIMES = 10**8
"""Numbers from here on are seconds or less since some day, no frames."""


def image_folder(path: Path) -> Path:
    """Return where the images of a sequence lie: `img1` (MOTChallenge) or the folder itself."""
    inner = path / "img1"
    return inner if inner.is_dir() else path


def list_images(path: Path) -> list[Path]:
    """Return the images of a folder in natural order: frame2 before frame10.

    Raises:
        UserError: the folder holds no images.
    """
    images = [
        entry
        for entry in image_folder(path).iterdir()
        if entry.suffix.lower() in IMAGE_SUFFIXES
        and not entry.name.startswith(".")
        and entry.is_file()
    ]
    if not images:
        raise UserError(
            f"The folder {path.name} holds no images.",
            "Choose a video file, or a folder with numbered .jpg or .png frames "
            "(MOTChallenge: the sequence folder or its img1).",
        )
    return sorted(images, key=lambda image: natural_key(image.name))


def frame_numbers(images: Sequence[Path]) -> list[int]:
    """Return which frame of a MOTChallenge sequence each image is, rising.

    That is the number that is its name; where names are none, begin at 0 or are times, its place.

    Args:
        images: in natural order.
    """
    stems = [image.stem for image in images]
    numbers = [int(stem) for stem in stems if stem.isdecimal()]
    are_frames = len(set(numbers)) == len(stems) and min(numbers) > 0 and max(numbers) < _TIMES
    return numbers if are_frames else list(range(1, len(stems) + 1))


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key in which numbers count as numbers; equal numbers fall back on the text."""
    pieces = re.split(r"([0-9]+)", name.lower())
    key = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces if p]
    return (*key, (2, 0, name))


def numbering_notice(images: Sequence[Path]) -> str:
    """Return a sentence if frame n is not the image that a reader of the names would take for it.

    Args:
        images: in natural order. Names without one number that counts them say nothing.
    """
    numbers = _numbers(images)
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    if not steps:
        return ""
    if 0 in steps:
        first = steps.index(0)
        return (
            f"{images[first].name} and {images[first + 1].name} have one number; "
            "each counts as a frame of its own."
        )
    usual = mode(steps)
    gaps = [place for place, step in enumerate(steps) if step > usual and step % usual == 0]
    if not gaps or len(gaps) + steps.count(usual) < len(steps) or 2 * len(gaps) > len(steps):
        return ""  # whole, or the numbers are times
    missing = sum(steps[place] // usual - 1 for place in gaps)
    name = images[gaps[0]].name
    return (
        f"{missing} of the numbered images are missing, the first after {name}; "
        "frames are counted image by image."
    )


def _numbers(images: Sequence[Path]) -> list[int]:
    """Return the number of each image, if the names differ in one number only."""
    pieces = [re.split(r"([0-9]+)", image.stem.lower()) for image in images]
    if len({len(name) for name in pieces}) != 1:
        return []
    varying = [
        place for place, column in enumerate(zip(*pieces, strict=True)) if len(set(column)) > 1
    ]
    if varying == [] and len(images) > 1:
        varying = [place for place in range(len(pieces[0])) if place % 2][-1:]
    if len(varying) != 1 or varying[0] % 2 == 0:
        return []
    return [int(name[varying[0]]) for name in pieces]
