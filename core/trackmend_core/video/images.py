"""Finds the images of a sequence folder, in the order of their numbers."""

import re
from pathlib import Path

from trackmend_core.errors import UserError

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm"}
)


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


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key in which numbers count as numbers; equal numbers fall back on the text."""
    pieces = re.split(r"([0-9]+)", name.lower())
    key = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces if p]
    return (*key, (2, 0, name))
