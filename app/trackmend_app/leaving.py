"""Leaves a project whose drive is full or gone: what counts is in it, and the window must close."""

import logging
from typing import Any, Final

from trackmend_app.dialogs.questions import Questions
from trackmend_core.errors import UserError
from trackmend_core.project import Project

_LOG: Final = logging.getLogger(__name__)


def keep_if_possible(project: Project, key: str, value: Any) -> None:
    """Keep a JSON value (Any: the caller's own) that nobody would miss; log if that fails."""
    try:
        project.set_state(key, value)
    except UserError as error:
        _LOG.warning("%s was not kept in %s: %s", key, project.path, error)


def may_close(project: Project, questions: Questions) -> bool:
    """Tell a person whose project file was deleted or replaced where it is now; False to stay."""
    try:
        rescued = project.rescue_if_lost()
    except UserError as error:
        return questions.confirm(error.message, error.hint, "Close and lose it")
    if rescued is not None:
        questions.tell(
            f"{project.path.name} was deleted or replaced while it was open.",
            f"All that you did is safe in {rescued}: open that next time.",
        )
    return True


def close_calmly(project: Project) -> None:
    """Close a project; what cannot be tidied up lies beside it, and edits are in it already."""
    try:
        project.close()
    except UserError as error:
        _LOG.warning("%s was left untidy: %s", project.path, error)
