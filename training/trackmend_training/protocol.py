"""What the training process says on stdout, one JSON object a line, and the words it listens to."""

import json
from dataclasses import asdict, dataclass, field, fields

from trackmend_core.errors import UserError

CANCEL_LINE = "cancel"
"""Written to the process's stdin (with a newline), asks it to stop after the step it is at."""
PAUSE_LINE = "pause"
"""Asks it to wait after the step it is at, until it is told to go on or to stop."""
RESUME_LINE = "resume"
"""Tells a waiting process to go on."""
IS_NEW = "is_new"
"""In the summary of a finetuning: 0 if its model does nothing else than the one it began with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Training begins.

    Attributes:
        steps: length of the run.
        start_step: steps already done, above 0 when a run is taken up again.
        device: what it runs on, in the user's words.
        images: images to learn from.
        identities: classes of the identity loss.
    """

    steps: int
    device: str
    images: int
    identities: int
    start_step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One optimiser step is done.

    Attributes:
        step: 1-based.
        total: the loss that was minimised; may be negative by the uncertainty weighting.
        losses: each part by name.
        speed: steps per second, over the last steps.
        seconds_left: estimate for the rest of the run.
    """

    step: int
    total: float
    losses: dict[str, float] = field(default_factory=dict)
    speed: float = 0.0
    seconds_left: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved:
    """A checkpoint was written and can be loaded."""

    path: str
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The model was judged on material it does not learn from.

    Attributes:
        step: steps done.
        scores: each measure by name, 0..1, such as `ap`, `tpr_at_far_0.1`, `idf1`, `mota`.
        is_best: no judgement before was better.
    """

    step: int
    scores: dict[str, float] = field(default_factory=dict)
    is_best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something that the user should know, and that stops nothing: one sentence."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Every step is done; `path` is the final checkpoint."""

    path: str
    summary: dict[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Training stopped on an error: one sentence, and what to do next."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """Training stopped because it was asked to; `path` is the last checkpoint, if there is one."""

    path: str | None = None


Message = Started | Step | CheckpointSaved | Validated | Noted | Finished | Failed | Cancelled

_KINDS: dict[str, type[Message]] = {
    "started": Started,
    "step": Step,
    "checkpoint_saved": CheckpointSaved,
    "validated": Validated,
    "noted": Noted,
    "finished": Finished,
    "failed": Failed,
    "cancelled": Cancelled,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode(message: Message) -> str:
    """Return the message as one line of JSON, without the newline."""
    return json.dumps({"kind": _NAMES[type(message)], **asdict(message)}, separators=(",", ":"))


def decode(line: str) -> Message:
    """Read one line back.

    Raises:
        UserError: the line is not a message of this protocol.
    """
    try:
        record = json.loads(line)
        kind = _KINDS[record.pop("kind")]
        known = {entry.name for entry in fields(kind)}
        return kind(**{name: value for name, value in record.items() if name in known})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            "The training process said something that is not a message.",
            f"Its line was: {line.strip()[:200]}",
        ) from error
