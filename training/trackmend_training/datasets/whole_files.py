"""Finds pictures that were not copied whole, by their end; only those without one are decoded."""

from collections.abc import Iterable
from pathlib import Path

from trackmend_training.pictures import read_picture

ENDS = {".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9", ".png": b"IEND"}
LOOKED_AT_BYTES = 1024
"""Of the end of a file: some cameras write a little behind the picture."""


def cut_off(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Return the pictures that cannot be decoded, and those of which only a part can."""
    lost: list[Path] = []
    partly: list[Path] = []
    for path in dict.fromkeys(paths):
        if not _has_its_end(path):
            (lost if read_picture(path) is None else partly).append(path)
    return lost, partly


def _has_its_end(path: Path) -> bool:
    """Return whether the mark that ends such a picture is there; of other kinds none is known."""
    mark = ENDS.get(path.suffix.lower())
    if mark is None:
        return True
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LOOKED_AT_BYTES))
        return mark in file.read()
