"""What a matrix shows: headers with crops, a colour for every cell, marks; no Qt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_core.types import FloatArray

CellText = Callable[[int, int], str]


class Mark(StrEnum):
    """What a frame around a cell says."""

    APPEARANCE = "appearance"
    OVERLAP = "overlap"
    NEWBORN = "newborn"
    RUNNER_UP = "runner-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One row or column.

    Attributes:
        label: short, such as a track's number.
        number: of the identity whose colour it has, 0 for none.
        crop: its picture.
        tip: what it is, in words.
        quiet: it plays no part here, such as a track that is lost.
    """

    label: str
    number: int = 0
    crop: CropKey | None = None
    tip: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatrixContent:
    """R rows and C columns.

    Attributes:
        rows: R headers.
        columns: C headers.
        merits: (R, C) float32, 0 dark to 1 bright; not a number where there is nothing to compare.
        text: of a cell, a few letters.
        tip: of a cell, a sentence.
        marks: cells with a frame around them.
    """

    rows: tuple[Header, ...]
    columns: tuple[Header, ...]
    merits: FloatArray
    text: CellText
    tip: CellText
    marks: Mapping[tuple[int, int], Mark] = field(default_factory=dict)
