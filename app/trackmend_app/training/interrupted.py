"""Remembers a training that is under way: one that was cut off is told when the project is opened.

A window that is killed or closed takes the trainer with it, and nobody is there to hear where the
last checkpoint is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trackmend_app.leaving import keep_if_possible
from trackmend_app.wording import say
from trackmend_core.project import Project

_KEY: Final = "training_under_way"
_CHECKPOINT: Final = Path("learnt", "model.safetensors")


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A training that neither ended nor was cancelled.

    Attributes:
        name: of the model it was to make.
        checkpoint: the last one, which can be imported.
    """

    name: str
    checkpoint: Path

    @property
    def message(self) -> str:
        """Return what happened, in one sentence."""
        return say("The training of “{name}” was cut off.").format(name=self.name)

    @property
    def hint(self) -> str:
        """Return where what it learnt is, and what can be done with it."""
        return say(
            "What it had learnt by then is kept: {path}. Import it from the Model menu to use it, "
            "or train again."
        ).format(path=self.checkpoint)


def note_begun(project: Project, *, name: str, out: Path) -> None:
    """Remember that a training has begun which writes into a folder."""
    keep_if_possible(project, _KEY, {"name": name, "out": str(out)})


def note_ended(project: Project | None) -> None:
    """Forget it: how it ended has been told."""
    if project is not None and project.state(_KEY, {}):
        keep_if_possible(project, _KEY, {})


def take_interrupted(project: Project) -> Interrupted | None:
    """Return the training that was cut off, once; None if there is none or it left nothing."""
    begun = project.state(_KEY, {})
    note_ended(project)
    if not begun:
        return None
    checkpoint = Path(begun["out"]) / _CHECKPOINT
    return Interrupted(begun["name"], checkpoint) if checkpoint.is_file() else None
