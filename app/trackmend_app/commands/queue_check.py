"""`trackmend bench review --project FILE`: how good the queue is on a person's own tracks."""

from pathlib import Path
from typing import Any

import typer

from trackmend_app.commands.console import drive, print_json
from trackmend_app.commands.store import open_project
from trackmend_core.errors import UserError
from trackmend_core.jobs.queue_check import check_own_queue
from trackmend_core.project.records import frame_number
from trackmend_core.review.bench.own_check import KnownSwap, QueueCheck


def run_queue_check(project: Path, *, as_json: bool) -> None:
    """Check the queue of every video that has tracks.

    Raises:
        UserError: no project, nothing tracked in it yet, or nobody meets anybody.
    """
    with open_project(project) as opened:
        path = opened.path
        found = [(video.name, opened.active_run(video.video_id)) for video in opened.videos()]
    tracked = [(name, run.run_id) for name, run in found if run is not None]
    if not tracked:
        raise UserError("Nothing in this project is tracked yet.", "Run a model first.")
    checks = [
        (name, drive(check_own_queue(path, run_id), title=f"Checking {name}"))
        for name, run_id in tracked
    ]
    if as_json:
        print_json([{"video": name} | _plain(check) for name, check in checks])
        return
    for name, check in checks:
        typer.echo(f"{name}\n  {check.recall_sentence}\n  {check.left_sentence} {check.advice}")
        for swap in check.missed:
            one, other = swap.numbers
            typer.echo(f"  not shown: {one} and {other} at frame {frame_number(swap.frame)}")


def _plain(check: QueueCheck) -> dict[str, Any]:
    """Return what a script wants of a check; Any is what JSON holds."""
    return {
        "swaps": len(check.swaps),
        "found": check.found,
        "first_proposal_right": check.right,
        "recall": check.recall,
        "recall_range": list(check.recall_range),
        "cards": check.cards,
        "switches_waiting": check.waiting,
        "switches_mended": check.mended,
        "switches_left": check.left,
        "switches_left_range": list(check.left_range),
        "may_stop": check.may_stop,
        "known": [_swap(swap) for swap in check.swaps],
    }


def _swap(swap: KnownSwap) -> dict[str, Any]:
    return {
        "frame": frame_number(swap.frame),
        "tracks": list(swap.numbers),
        "place": swap.place,
        "first_proposal_right": swap.is_right,
    }
