"""The refinement as the window runs it, in a thread of its own; no Qt."""

from trackmend_app.jobs.runner import Job
from trackmend_core.project import Project
from trackmend_core.refinement import propose_refinement, refinement_view
from trackmend_core.types import Progress, RunId


def refinement(project: Project, run_id: RunId) -> Job:
    """Return what would mend the tracks of a run; changes nothing.

    Raises:
        UserError: the run is not there any more.
    """
    yield Progress(done=0, total=0, message="Reading the tracks…")
    view = refinement_view(project, run_id)
    yield Progress(done=0, total=0, message="Comparing their ends…")
    return propose_refinement(view)
