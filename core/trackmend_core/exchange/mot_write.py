"""Writing MOTChallenge text: the whole file or nothing."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from trackmend_core.errors import UserError
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
        UserError: the file cannot be written.
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
    with _replacing(path) as stream:
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


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    """Give a stream whose content takes the place of `path` only when all of it is on disk."""
    scratch = path.with_name(f"{path.name}.part")
    is_device = path.exists() and not path.is_file() and not path.is_dir()
    try:
        if is_device:  # a pipe or /dev/null must never be replaced by a file
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                yield stream
            return
        with scratch.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        scratch.replace(path)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Choose a folder that exists and that you may write to.",
        ) from error
    finally:
        if not is_device:
            scratch.unlink(missing_ok=True)
