"""Answers "How good is the queue here?" on a copy of a person's project, which is never touched."""

from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from trackmend_core.project import Project, copy_project
from trackmend_core.review.bench.own_check import QueueCheck, check_queue
from trackmend_core.types import Progress, RunId

SWAPS: Final = 10
"""Put in at a time: with more of them they would get into each other's way."""

ROUNDS: Final = 4


def check_own_queue(
    project: Path, run_id: RunId, *, swaps: int = SWAPS, rounds: int = ROUNDS, seed: int = 0
) -> Generator[Progress, None, QueueCheck]:
    """Copy a project, put known swaps into the copy, and see how many the queue shows.

    Args:
        project: the file; it may be open, and is only read.
        run_id: whose tracks, as they are now.
        swaps: put in at a time, fewer where there is no room.
        rounds: how often.
        seed: of where they are put.

    Raises:
        UserError: no project or run, no space for a copy, or nobody meets anybody.
    """
    yield Progress(done=0, total=rounds, message="Copying the project")
    with TemporaryDirectory(prefix="trackmend-check-") as folder:
        path = Path(folder) / "copy.trackmend"
        copy_project(project, path)
        with Project.open(path, is_scratch=True) as copy:
            return (yield from check_queue(copy, run_id, swaps=swaps, rounds=rounds, seed=seed))
