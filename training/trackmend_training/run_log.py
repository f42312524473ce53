"""The curves of a run on disk: a table for spreadsheets, and events for TensorBoard.

tensorboardX writes the events: the light writer, without the server and without TensorFlow. A run
that is taken up goes on in the same table; what was written after its last checkpoint is taken out,
for those steps are done again.
"""

import csv
import io
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tensorboardX import SummaryWriter

from trackmend_core.model.atomic_file import write_atomically

TABLE_FILE = "log.csv"
VALIDATION_FILE = "validation.csv"
EVENTS_FOLDER = "tensorboard"
FIRST_COLUMN = "step"


class RunLog:
    """Writes what each step gave.

    Args:
        folder: of the run.
        start_step: steps done before.
    """

    def __init__(self, folder: Path, *, start_step: int) -> None:
        self._tables = {
            name: _Table(folder / name, start_step=start_step)
            for name in (TABLE_FILE, VALIDATION_FILE)
        }
        if not start_step:
            for stale in (folder / EVENTS_FOLDER).glob("events.out.tfevents.*"):
                stale.unlink()
        self._events = SummaryWriter(str(folder / EVENTS_FOLDER), purge_step=start_step or None)

    def add_step(self, step: int, *, losses: Mapping[str, float], learning_rate: float) -> None:
        """Write the losses of a step (1-based) and the rate it was done at."""
        values = {**losses, "learning_rate": learning_rate}
        row = {FIRST_COLUMN: step, **values, "time": time.time()}
        self._tables[TABLE_FILE].add(row)
        for name, value in values.items():
            tag = name if name == "learning_rate" else f"loss/{name}"
            self._events.add_scalar(tag, value, step)

    def add_validation(self, step: int, scores: Mapping[str, float]) -> None:
        """Write what a judgement gave."""
        self._tables[VALIDATION_FILE].add({FIRST_COLUMN: step, **scores})
        for name, value in scores.items():
            self._events.add_scalar(f"validation/{name}", value, step)

    def flush(self) -> None:
        """Bring the events to the disk; the tables always are."""
        self._events.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._events.close()


class _Table:
    """A CSV file that grows by a row at a time."""

    def __init__(self, path: Path, *, start_step: int) -> None:
        self._path = path
        self._columns = _keep_until(path, start_step)

    def add(self, row: Mapping[str, object]) -> None:
        if not self._columns:
            self._columns = list(row)
            self._write(dict(zip(row, row, strict=True)))
        self._write(row)

    def _write(self, row: Mapping[str, object]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, self._columns, extrasaction="ignore", lineterminator="\n")
        writer.writerow(row)
        with self._path.open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())


def _keep_until(path: Path, start_step: int) -> list[str]:
    """Take out what comes after a step, and return the columns; none if nothing is left.

    A last line without its end was cut off by a crash.
    """
    if not path.is_file() or not start_step:
        path.unlink(missing_ok=True)
        return []
    text = path.read_text(encoding="utf-8")
    lines = text[: text.rfind("\n") + 1].splitlines(keepends=True)
    kept = lines[:1] + [
        line for line in lines[1:] if int(line.partition(",")[0] or "0") <= start_step
    ]
    write_atomically(path, "".join(kept).encode())
    return next(csv.reader(lines[:1]), [])
