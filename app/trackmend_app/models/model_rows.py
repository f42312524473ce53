"""The models that one may choose from, each with where it comes from; no Qt."""

from dataclasses import dataclass
from datetime import datetime

from trackmend_app.model_shelf import ModelChoice, bundled_model, choices
from trackmend_core.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One line of the list of models.

    Attributes:
        origin: where it comes from, in words.
        added: when it came into the project, empty if it is not in it.
        is_there: its file is where it should be.
    """

    choice: ModelChoice
    origin: str
    added: str
    is_there: bool


def model_rows(project: Project | None) -> list[ModelRow]:
    """Return the bundled model, the imported ones, then the project's, newest last."""
    known = {} if project is None else {model.model_id: model for model in project.models()}
    rows = []
    for choice in choices(project):
        record = known.get(choice.model_id) if choice.model_id is not None else None
        parent_id = record.parent_id if record is not None else None
        parent = known.get(parent_id) if parent_id is not None else None
        if choice.path == bundled_model().path:
            origin = "comes with Trackmend"
        elif parent is not None:
            origin = f"finetuned from {parent.name}"
        else:
            origin = "imported"
        added = "" if record is None else f"{datetime.fromtimestamp(record.added_at):%d %b %H:%M}"
        rows.append(
            ModelRow(choice=choice, origin=origin, added=added, is_there=choice.path.is_file())
        )
    return rows
