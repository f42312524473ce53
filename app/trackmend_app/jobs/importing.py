"""Importing model files as the window does it: off the GUI thread, one after the other; no Qt."""

from collections.abc import Sequence
from pathlib import Path

from trackmend_app.jobs.runner import Job
from trackmend_app.model_shelf import ModelChoice
from trackmend_app.user_models import import_model
from trackmend_core.types import Progress


def import_models(paths: Sequence[Path]) -> Job:
    """Put model files on the user's shelf; returns the choice of the last one.

    Raises:
        UserError: a file is no complete model; those before it are on the shelf.
    """
    choice: ModelChoice | None = None
    for done, path in enumerate(paths):
        yield Progress(done=done, total=len(paths), message=path.name)
        entry = import_model(path).entry
        choice = ModelChoice(name=entry.name, path=entry.path)
    return choice
