"""Reading and converting a model file as the window does it, off the GUI thread; no Qt."""

from dataclasses import dataclass
from pathlib import Path

from trackmend_app.jobs.runner import Job
from trackmend_app.models.model_facts import fact_texts
from trackmend_core.types import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedModel:
    """What a model file says and holds, label by label."""

    path: Path
    texts: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedModel:
    """Where a model was written to in another form."""

    source: Path
    target: Path


def inspect_model(path: Path) -> Job:
    """Read a model completely and return an `InspectedModel`.

    Raises:
        UserError: the file is missing or no complete model.
    """
    yield Progress(done=0, total=0, message=f"Reading {path.name}…")
    from trackmend_core.model import load_checkpoint

    return InspectedModel(path=path, texts=fact_texts(path, load_checkpoint(path)))


def convert_to(source: Path, target: Path) -> Job:
    """Write a model in the form that the target's ending names; return a `ConvertedModel`.

    Raises:
        UserError: the source is no complete model, or the target cannot be written.
    """
    yield Progress(done=0, total=0, message=f"Converting {source.name}…")
    from trackmend_core.model import convert_model

    convert_model(source, target, overwrite=True)
    return ConvertedModel(source=source, target=target)
