"""Reading MOTChallenge text: ground truth, detections, results.

Rows are `frame, id, left, top, width, height, score or mark, ...`, frames from 1. What follows
tells the year: ground truth since MOT16 goes on with class and visibility, MOT15 with x, y, z.
"""

from math import isfinite
from pathlib import Path
from reprlib import repr as short

from trackmend_core.errors import UserError
from trackmend_core.exchange.mot_table import mot_table
from trackmend_core.types import MotTable

_COLUMNS = ("frame", "id", "left", "top", "width", "height", "score", "class", "visibility")
_EXPECTED = "Expected frame, id, left, top, width, height, score, separated by commas."
_LARGEST_WHOLE = 2**53
"""From here on two whole numbers may be read as one."""


def read_mot(path: Path, *, is_ground_truth: bool = False) -> MotTable:
    """Read a MOTChallenge text file; the rows stay in the order of the file.

    Args:
        path: `gt.txt`, `det.txt` or a result file. Blank lines are skipped.
        is_ground_truth: whether rows of 8 or 9 columns end in class and visibility (MOT16 and
            later). Rows of 10 columns end in world coordinates (MOT15) and are read without them.

    Raises:
        UserError: the file cannot be read, or a line is not a box: the line is named.
    """
    rows: list[tuple[float, ...]] = []
    line_of_box: dict[tuple[float, float], int] = {}
    for number, line in enumerate(_lines(path), start=1):
        fields = line.split(",") if "," in line else line.split()
        if not fields:
            continue
        where = f"{path.name}, line {number}"
        row = _row(fields, where=where, is_ground_truth=is_ground_truth)
        first = line_of_box.setdefault((row[0], row[1]), number) if row[1] >= 0 else number
        if first != number:
            raise UserError(
                f"{where}: id {row[1]:.0f} has a box in frame {row[0]:.0f} already (line {first}).",
                "An id can be in one place only; remove one of the two lines.",
            )
        rows.append(row)
    columns = tuple(zip(*rows, strict=True)) or ((),) * len(_COLUMNS)
    return mot_table(
        frames=columns[0],
        ids=columns[1],
        boxes_xywh=list(zip(*columns[2:6], strict=True)),
        scores=columns[6],
        classes=columns[7],
        visibilities=columns[8],
    )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise UserError(f"There is no file {path}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path.name} is not a text file.", "Give a MOTChallenge text file such as gt.txt."
        ) from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error


def _row(fields: list[str], *, where: str, is_ground_truth: bool) -> tuple[float, ...]:
    """Return the nine columns of `_COLUMNS`, checked."""
    if len(fields) > 1 and not fields[-1].strip():
        fields = fields[:-1]
    if len(fields) < 6:
        raise UserError(f"{where}: {len(fields)} columns are too few for a box.", _EXPECTED)
    has_class = is_ground_truth and len(fields) in (8, 9)
    used = len(fields) if has_class else min(len(fields), 7)
    values = [
        _number(text, where=where, column=column)
        for text, column in zip(fields[:used], _COLUMNS, strict=False)
    ]
    values += [1.0] * (len(_COLUMNS) - len(values))
    for index in (0, 1, 7):
        if values[index] != int(values[index]) or abs(values[index]) >= _LARGEST_WHOLE:
            raise UserError(
                f"{where}: the {_COLUMNS[index]} is {fields[index].strip()[:30]}, not whole."
            )
    if values[0] < 1:
        raise UserError(f"{where}: frame {values[0]:.0f}.", "Frames are counted from 1.")
    if min(values[4], values[5]) < 0:
        raise UserError(
            f"{where}: the box has a negative size.",
            "Boxes are left, top, width, height, not two corners.",
        )
    return tuple(values)


def _number(text: str, *, where: str, column: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise UserError(
            f"{where}: {column} is {short(text.strip())}, not a number.", _EXPECTED
        ) from error
    is_too_far = column in _COLUMNS[2:7] and abs(value) > _LARGEST_WHOLE
    if is_too_far or not isfinite(value):
        raise UserError(
            f"{where}: {column} is {text.strip()[:30]}, which is no place, size or score."
        )
    return value
