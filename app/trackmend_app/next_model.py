"""Which model a project's next run uses: what was chosen there, kept in the project; no Qt."""

from typing import Final

from trackmend_app.leaving import keep_if_possible
from trackmend_app.model_shelf import ModelChoice, choices
from trackmend_core.project import Project

_KEY: Final = "next_model"


def remember_next_model(project: Project, choice: ModelChoice) -> None:
    """Keep a choice; a project that cannot be written now does without."""
    keep_if_possible(project, _KEY, {"model_id": choice.model_id, "path": str(choice.path)})


def next_model(project: Project, *, before: ModelChoice | None) -> ModelChoice | None:
    """Return the choice for a project that was just opened, None for the usual model.

    Args:
        project: that remembers one, or not.
        before: what was chosen in the project before. It holds here only if it is a model for
            everybody, and under the number that it has here.
    """
    there = [one for one in choices(project) if one.path.exists()]
    kept = project.state(_KEY, {})
    for one in there:
        is_kept_row = one.model_id is not None and one.model_id == kept.get("model_id")
        if is_kept_row or str(one.path) == kept.get("path"):
            return one
    return next((one for one in there if before is not None and one.path == before.path), None)
