"""`trackmend suggest`: what is probably wrong with the tracks of a project."""

from pathlib import Path
from typing import Any

import typer

from trackmend_app.commands.console import print_json, print_note
from trackmend_app.commands.store import open_project
from trackmend_core.errors import UserError
from trackmend_core.project.records import frame_number
from trackmend_core.review import Proposal, ReviewIndex, Suspicion


def run_suggest(
    project: Path, *, least_probability: float, limit: int | None, as_json: bool
) -> None:
    """List the review queue of every video that has tracks, the most worthwhile look first.

    Raises:
        UserError: no project, or nothing tracked in it yet.
    """
    if not 0 <= least_probability <= 1:
        raise UserError(f"--least-probability lies between 0 and 1, not {least_probability}.")
    with open_project(project) as opened:
        rows: list[dict[str, Any]] = []  # Any: what JSON holds
        videos = [(video, opened.active_run(video.video_id)) for video in opened.videos()]
        tracked = [(video, run) for video, run in videos if run is not None]
        if not tracked:
            raise UserError("Nothing in this project is tracked yet.", "Run a model first.")
        for video, run in tracked:
            queue = ReviewIndex.open(opened, run.run_id).suspicions(
                least_probability=least_probability
            )
            if not as_json:
                print_note(f"{video.name}: {len(queue)} suspicions")
            rows += [_row(one, video=video.name, run_id=run.run_id) for one in queue[:limit]]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['probability']:.2f}  frame {row['frame']:<6} {row['sentence']}")
        typer.echo(f"      {row['proposal']['title']}")


def _row(suspicion: Suspicion, *, video: str, run_id: int) -> dict[str, Any]:
    runner_up = suspicion.runner_up
    return {
        "video": video,
        "run": run_id,
        "kind": suspicion.kind.value,
        "frame": frame_number(suspicion.frame),
        "first_frame": frame_number(suspicion.first_frame),
        "last_frame": frame_number(suspicion.last_frame),
        "tracks": list(suspicion.numbers),
        "probability": round(suspicion.probability, 4),
        "expected_idf1_gain": round(suspicion.expected_gain, 6),
        "review_seconds": suspicion.review_seconds,
        "sentence": suspicion.sentence,
        "proposal": _proposal(suspicion.proposal),
        "runner_up": None if runner_up is None else _proposal(runner_up),
        "evidence": dict(suspicion.evidence),
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "action": proposal.action.value,
        "title": proposal.title,
        "log_likelihood_change": round(proposal.score, 4),
    }
