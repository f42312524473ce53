"""Writing MOTChallenge text: the whole file or nothing."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from trackmend_core.exchange.text_file import replacing
from trackmend_core.types import MotTable


class MotKind(StrEnum):
    """What the columns after the box say."""

    RESULT = "result"
    """score,-1,-1,-1: what MOTChallenge takes from a tracker."""
    GROUND_TRUTH = "ground-truth"
    """mark,class,visibility: what MOT16 and later give to judge by."""


def write_mot(path: Path, table: MotTable, *, kind: MotKind = MotKind.RESULT) -> None:
    """Write every row of a table, in its order; an existing file is replaced at the end.

    Boxes are written to a thousandth of a pixel, neither clipped nor filtered.

    Raises:
        UserError: the file cannot be written, or what is there is no text (see `text_file`).
    """
    write_mot_chunks(path, [table], kind=kind)


def write_mot_chunks(
    path: Path, tables: Iterable[MotTable], *, kind: MotKind = MotKind.RESULT
) -> int:
    """Write tables one after the other, as `write_mot` does, and return the number of rows.

    Raises:
        UserError: the file cannot be written.
    """
    count = 0
    with replacing(path) as stream:
        for table in tables:
            stream.writelines(mot_lines(table, kind=kind))
            count += len(table)
    return count


def mot_lines(table: MotTable, *, kind: MotKind = MotKind.RESULT) -> Iterator[str]:
    """Yield the rows of a table as lines of text, each with its newline."""
    rows = zip(
        table.frames.tolist(),
        table.ids.tolist(),
        table.boxes_xywh.tolist(),
        table.scores.tolist(),
        table.classes.tolist(),
        table.visibilities.tolist(),
        strict=True,
    )
    for frame, track_id, (x, y, w, h), score, class_id, visibility in rows:
        place = f"{frame},{track_id},{x:.3f},{y:.3f},{w:.3f},{h:.3f}"
        if kind is MotKind.RESULT:
            yield f"{place},{score:.4f},-1,-1,-1\n"
        else:
            yield f"{place},{score:.0f},{class_id},{visibility:.4g}\n"
