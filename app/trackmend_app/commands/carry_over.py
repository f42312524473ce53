"""`trackmend carry-over`: corrections of an earlier run, made in a newer one as well."""

from pathlib import Path

import typer

from trackmend_app.commands.console import drive, print_json, print_note
from trackmend_app.commands.store import open_project
from trackmend_core.errors import UserError
from trackmend_core.jobs.carry_over import (
    CarryPlan,
    apply_plan,
    corrected_run_before,
    plan_carry_over,
)
from trackmend_core.project import Project
from trackmend_core.types import RunId


def run_carry_over(
    path: Path, *, from_run: int | None, to_run: int | None, apply: bool, as_json: bool
) -> None:
    """Plan for every video, or for the runs named, and do it if that was asked for.

    Raises:
        UserError: there is no such run, or nothing was corrected in an earlier one.
    """
    with open_project(path) as project:
        pairs = _pairs(project, from_run=from_run, to_run=to_run)
        if not pairs:
            raise UserError(
                "No earlier run has corrections left to carry over.",
                "Run a model again after correcting: trackmend track VIDEO --project P.trackmend",
            )
        plans = []
        for earlier, newer in pairs:
            plan = drive(
                plan_carry_over(project, from_run=earlier, to_run=newer),
                title=f"Run {earlier} to run {newer}",
            )
            plans.append(plan)
            changes = apply_plan(project, plan) if apply else None
            if changes is not None:
                print_note(f"{changes.title}; undo takes it back.")
    if as_json:
        print_json([_plain(plan, applied=apply) for plan in plans])
        return
    for plan in plans:
        _print(plan)
    if not apply and any(plan.edit is not None for plan in plans):
        print_note("Nothing was changed. --apply makes it one edit for each video.")


def _pairs(
    project: Project, *, from_run: int | None, to_run: int | None
) -> list[tuple[RunId, RunId]]:
    known = {run.run_id for video in project.videos() for run in project.runs(video.video_id)}
    for number in (from_run, to_run):
        if number is not None and number not in known:
            raise UserError(
                f"There is no run {number} in this project.",
                f"Its runs are {', '.join(map(str, sorted(known))) or 'none'}.",
            )
    newer = (
        [RunId(to_run)]
        if to_run is not None
        else [
            run.run_id
            for video in project.videos()
            if (run := project.active_run(video.video_id)) is not None
        ]
    )
    if from_run is not None:
        video_id = project.run(RunId(from_run)).video_id
        same = [run for run in newer if project.run(run).video_id == video_id]
        return [(RunId(from_run), run) for run in same]
    found = [(corrected_run_before(project, run), run) for run in newer]
    return [(earlier, run) for earlier, run in found if earlier is not None]


def _plain(plan: CarryPlan, *, applied: bool) -> dict[str, object]:
    return {
        "from_run": plan.from_run,
        "to_run": plan.to_run,
        "applied": applied and plan.edit is not None,
        **plan.result.to_dict(),
    }


def _print(plan: CarryPlan) -> None:
    result = plan.result
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(result.edits.items()))
    typer.echo(
        f"Run {plan.from_run} to run {plan.to_run}: {result.found} of {result.said} boxes are seen "
        f"again, {result.edit_count} corrections{f' ({kinds})' if kinds else ''}, "
        f"{len(result.conflicts)} conflicts"
    )
    for conflict in result.conflicts:
        typer.echo(f"  {conflict.kind}: {conflict.message}")
