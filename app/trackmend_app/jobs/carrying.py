"""Looks up what corrections of an earlier run mean for a newer one, off the GUI thread; no Qt."""

from trackmend_app.jobs.runner import Job
from trackmend_core.errors import UserError
from trackmend_core.jobs.carry_over import corrected_run_before, plan_carry_over
from trackmend_core.project import Project
from trackmend_core.types import Progress, RunId


def carrying_plan(project: Project, run_id: RunId, *, is_asked: bool) -> Job:
    """Return a plan for the newest corrected run before this one, None if there is none.

    Args:
        project: open; only read.
        run_id: the newer run.
        is_asked: a person asked for it: then it is an error if there is none.

    Raises:
        UserError: the plan cannot be made.
    """
    yield Progress(done=0, total=0, message="Reading corrections…")
    from_run = corrected_run_before(project, run_id)
    if from_run is None:
        if is_asked:
            raise UserError(
                "No earlier run of this video has corrections left to carry over.",
                "Run a model again after correcting; the corrections can go over to that run.",
            )
        return None
    return (yield from plan_carry_over(project, from_run=from_run, to_run=run_id))
