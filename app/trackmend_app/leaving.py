"""Leaves a project whose drive is full or gone: what counts is in it, and the window must close."""

import logging
from typing import Any, Final

from trackmend_core.errors import UserError
from trackmend_core.project import Project

_LOG: Final = logging.getLogger(__name__)


def keep_if_possible(project: Project, key: str, value: Any) -> None:
    """Keep a JSON value (Any: the caller's own) that nobody would miss; log if that fails."""
    try:
        project.set_state(key, value)
    except UserError as error:
        _LOG.warning("%s was not kept in %s: %s", key, project.path, error)


def close_calmly(project: Project) -> None:
    """Close a project; what cannot be tidied up lies beside it, and edits are in it already."""
    try:
        project.close()
    except UserError as error:
        _LOG.warning("%s was left untidy: %s", project.path, error)
