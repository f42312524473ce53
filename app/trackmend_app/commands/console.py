"""What the command line shows on stderr: progress, notes, errors; light to import."""

import json
import sys
import traceback
from collections.abc import Generator, Mapping
from contextlib import closing
from io import TextIOWrapper
from typing import TYPE_CHECKING, TypeVar

import typer

from trackmend_core.errors import UserError

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from trackmend_core.types import Progress

ResultT = TypeVar("ResultT")


def print_error(error: UserError) -> None:
    """Say message and hint in one line."""
    typer.echo(f"trackmend: {' '.join(str(error).split())}", err=True)


def print_note(text: str) -> None:
    """Say something that is not the result."""
    typer.echo(text, err=True)


def print_json(value: object) -> None:
    """Print the result for a script, with escapes where the output has no letters for a name."""
    coding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    is_plain = coding != "utf8"
    typer.echo(json.dumps(value, indent=2, ensure_ascii=is_plain, allow_nan=False))


def never_fail_at_letters() -> None:
    """Let names that the terminal or a pipe has no letters for be said with escapes.

    On Windows what goes into a file or a pipe has the letters of one country only.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def print_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, one a line, the values in one column."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        typer.echo(f"{name:<{width}}  {value}")


def report_bug(error: Exception) -> int:
    """Write the traceback to the log file, say where, and return the exit status."""
    from trackmend_app.log_file import log, start_log_file

    try:
        path = start_log_file()
        log.error("%s", "".join(traceback.format_exception(error)))
        where = f"The details are in {path}."
    except OSError:
        traceback.print_exception(error, file=sys.stderr)
        where = "The details are above."
    typer.echo(
        f"trackmend: this is a bug in Trackmend: {type(error).__name__}: {error} {where}", err=True
    )
    return 1


def drive(job: "Generator[Progress, None, ResultT]", *, title: str) -> ResultT:
    """Run a job to its end under a progress bar and return its result.

    Ctrl+C closes the job, which keeps what it has, and goes on as `KeyboardInterrupt`.
    """
    with closing(job), progress_bar() as bar:
        task = bar.add_task(title, total=None, speed="")
        while True:
            try:
                progress = next(job)
            except StopIteration as end:
                result: ResultT = end.value
                return result
            bar.update(
                task,
                completed=progress.done,
                total=progress.total or None,
                description=f"{title}: {progress.message}" if progress.message else title,
                speed=speed_text(progress),
            )


def progress_bar() -> "Bar":
    """Return a bar on stderr, hidden where stderr is no terminal; tasks need a field `speed`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    return Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}", markup=False),
        console=console,
        disable=not console.is_terminal,
    )


def speed_text(progress: "Progress") -> str:
    """Return speed and time left in words, empty while they cannot be said."""
    if not progress.units_per_second:
        return ""
    left = progress.seconds_left
    remaining = "" if left is None else f", {int(left) // 60}:{int(left) % 60:02d} left"
    return f"{progress.units_per_second:.1f} a second{remaining}"
