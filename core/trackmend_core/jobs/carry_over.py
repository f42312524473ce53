"""Carries a person's corrections from one run of a video over to a newer one.

The older layer is only read. What the person said of it is tried out on a copy of the project, and
becomes one edit of the newer layer, which can be undone. What the newer run cannot be brought to
say is listed as a conflict.
"""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from trackmend_core.errors import UserError
from trackmend_core.jobs.carrying import CarriedOver, Carrying, Conflict
from trackmend_core.jobs.conflict_words import ConflictKind
from trackmend_core.jobs.decided_here import decided_here
from trackmend_core.jobs.evidence import CARRIED_OVER, EvidenceKind, read_evidence
from trackmend_core.jobs.said import what_was_said
from trackmend_core.project import Changes, LayerMark, Project, copy_project
from trackmend_core.project.edits import CarryOver
from trackmend_core.types import Progress, RunId

__all__ = [
    "CarriedOver",
    "CarryPlan",
    "Conflict",
    "ConflictKind",
    "apply_plan",
    "carried_over",
    "carry_over",
    "check_plan",
    "corrected_run_before",
    "note_plan",
    "plan_carry_over",
]

AUTHOR_MARK = "carried over"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CarryPlan:
    """What carrying over would do; nothing is changed before it is given to `apply_plan`.

    Attributes:
        from_run: the run that was corrected.
        to_run: the newer one.
        result: what would come of it.
        edit: does all of it at once; None where nothing needs doing.
        mark: of the project as it was looked at.
        evidence: what had been said of the older run then, by name.
    """

    from_run: RunId
    to_run: RunId
    result: CarriedOver
    edit: CarryOver | None
    mark: LayerMark
    evidence: tuple[str, ...]


def plan_carry_over(
    project: Project, *, from_run: RunId, to_run: RunId
) -> Generator[Progress, None, CarryPlan]:
    """Find out how to say of the newer run what a person has said of the older one.

    It is tried out on a copy of the project, so that every step sees what the ones before it left.

    Raises:
        UserError: the runs are of different videos, nothing was said of the older one, or there
            is no room for the copy.
    """
    if project.run(from_run).video_id != project.run(to_run).video_id or from_run == to_run:
        raise UserError(
            "Corrections can only go over to another run of the same video.", "Pick another run."
        )
    mark, evidence = project.layer_mark(), _evidence_of(project, from_run)
    said = what_was_said(project, from_run)
    if not said.frames:
        raise UserError("Nothing was corrected in that run.", "Pick the run you corrected.")
    with TemporaryDirectory(prefix="trackmend-carry-over-") as folder:
        copy = Path(folder) / "copy.trackmend"
        copy_project(project.path, copy)
        with Project.open(copy, is_scratch=True) as tried:
            work = Carrying(tried, to_run, said, decided_here(tried, to_run))
            yield from work.run()
    edit = None
    if work.steps:
        steps, spans = tuple(work.steps), tuple(work.spans)
        edit = CarryOver(run_id=to_run, from_run=from_run, steps=steps, spans=spans)
    return CarryPlan(
        from_run=from_run,
        to_run=to_run,
        result=work.result(),
        edit=edit,
        mark=mark,
        evidence=evidence,
    )


def apply_plan(project: Project, plan: CarryPlan) -> Changes | None:
    """Do what was planned as one edit, and keep with the project what came of it.

    Returns:
        What changed, None if nothing needed doing.

    Raises:
        UserError: the project has changed since the plan was made.
    """
    check_plan(project, plan)
    author = project.author
    project.author = f"{author} ({AUTHOR_MARK})" if author else AUTHOR_MARK
    try:
        changes = None if plan.edit is None else project.edit(plan.edit)
    finally:
        project.author = author
    note_plan(project, plan)
    return changes


def check_plan(project: Project, plan: CarryPlan) -> None:
    """Check that a plan still fits.

    Raises:
        UserError: the project has changed since the plan was made.
    """
    if project.layer_mark() != plan.mark:
        raise UserError(
            "The tracks have changed since these corrections were looked up.",
            "Carry corrections over once more.",
        )


def note_plan(project: Project, plan: CarryPlan) -> None:
    """Keep with the project what came of a plan that was done; see `carried_over`."""
    told = {"from_run": plan.from_run, "evidence": plan.evidence, **plan.result.to_dict()}
    project.set_state(_key(plan.to_run), told)


def carry_over(
    project: Project, *, from_run: RunId, to_run: RunId
) -> Generator[Progress, None, CarriedOver]:
    """Say again, of the newer run, what a person has said of the older one, as one edit.

    What came of it is kept with the project, see `carried_over`.

    Raises:
        UserError: the runs are of different videos, nothing was said of the older one, or the
            project was changed meanwhile.
    """
    plan = yield from plan_carry_over(project, from_run=from_run, to_run=to_run)
    apply_plan(project, plan)
    return plan.result


def carried_over(project: Project, run_id: RunId) -> dict[str, object] | None:
    """Return what the last carrying over to a run gave, as `CarriedOver.to_dict`, or None."""
    kept: dict[str, object] | None = project.state(_key(run_id))
    return kept


def corrected_run_before(project: Project, run_id: RunId) -> RunId | None:
    """Return the newest earlier run of the same video of which a person has said anything.

    None where there is none, or its corrections were carried over to this run already and neither
    that was undone since nor anything else said.
    """
    for run in reversed(project.runs(project.run(run_id).video_id)):
        if run.run_id < run_id and what_was_said(project, run.run_id).frames:
            return None if _is_done(project, from_run=run.run_id, to_run=run_id) else run.run_id
    return None


def _is_done(project: Project, *, from_run: RunId, to_run: RunId) -> bool:
    """Return whether a run has what is said of an older one today."""
    kept = carried_over(project, to_run)
    if kept is None or kept.get("from_run") != from_run:
        return False
    now = list(_evidence_of(project, from_run))
    if kept.get("evidence", now) != now:
        return False
    return not kept.get("edits") or any(
        edit.kind == CARRIED_OVER and edit.run_id == to_run and edit.is_in_effect
        for edit in project.edits()
    )


def _evidence_of(project: Project, run_id: RunId) -> tuple[str, ...]:
    """Return the names of what was said of a run; answers to suspicions are about the video."""
    evidence = read_evidence(project, run_id)
    return tuple(one.origin for one in evidence if one.kind is not EvidenceKind.REJECTED)


def _key(run_id: RunId) -> str:
    return f"carried_over.{run_id}"
