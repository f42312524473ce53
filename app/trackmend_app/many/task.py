"""What a worker is told about one video, and what it tells of it afterwards."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """What became of a video."""

    FINISHED = "finished"
    KEPT = "finished before"
    FAILED = "failed"
    STOPPED = "not finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTask:
    """One video to be tracked; every path is absolute, so that any process may take it.

    Attributes:
        video: the file or folder.
        name: of its results, without a suffix; unique in the queue.
        key: see `queue_key`; None if the video cannot be read.
        receipts: folder of the queue's receipts.
        text_file: for MOTChallenge text.
        project: of this video alone.
        resume: whether a run that was interrupted is gone on with.
    """

    video: Path
    name: str
    key: str | None
    receipts: Path
    text_file: Path | None
    project: Path | None
    resume: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOutcome:
    """What came of one video; the speed is that of the whole pipeline, decoding included.

    Attributes:
        message: why it failed, else empty.
        details: the traceback of a bug, which is not the user's to mend; else empty.
        device: the engine of the network.
        notes: what the user should know, one sentence each.
    """

    video: str
    state: State
    frames: int = 0
    tracks: int = 0
    boxes: int = 0
    seconds: float = 0.0
    frames_per_second: float = 0.0
    out: str | None = None
    project: str | None = None
    run_id: int | None = None
    message: str = ""
    details: str = ""
    device: str | None = None
    notes: tuple[str, ...] = ()


def failed(task: VideoTask, message: str, *, details: str = "") -> VideoOutcome:
    """Return the outcome of a video that could not be tracked."""
    return VideoOutcome(video=str(task.video), state=State.FAILED, message=message, details=details)


def stopped(task: VideoTask) -> VideoOutcome:
    """Return the outcome of a video that was not done when the queue was stopped."""
    return VideoOutcome(video=str(task.video), state=State.STOPPED)
