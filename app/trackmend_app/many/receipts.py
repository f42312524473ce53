"""Receipts: one small file per video that says what was made of it, from what, and how.

A result is written in three steps, each forced to the disk: the text under a scratch name, the
receipt with the text's checksum and that scratch name, then the scratch file moved into place.
Killed before the receipt, a video has not been tracked; killed after it, it has, and `settle` moves
the finished text into place. So no video is done twice and no part is taken for a whole.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from trackmend_app.many.task import State, VideoOutcome, VideoTask
from trackmend_core.errors import UserError

FOLDER = ".trackmend-queue"
_SCRATCH_SUFFIX = ".whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is known of one video.

    Attributes:
        name: of the results.
        video: as it was found then.
        key: see `queue_key`.
        checksum: SHA-256 of the text; None if no text was asked for.
        scratch: name of the text until it is in place.
        outcome: as told at the end.
    """

    name: str
    video: str
    key: str
    checksum: str | None
    scratch: str | None
    outcome: VideoOutcome


def read_receipts(folder: Path) -> list[Receipt]:
    """Return the receipts of a queue by name; one that is damaged counts as none."""
    found = (read_receipt(folder, path.stem) for path in sorted(folder.glob("*.json")))
    return [receipt for receipt in found if receipt is not None]


def read_receipt(folder: Path, name: str) -> Receipt | None:
    """Return the receipt under a name; None without one, or if it is damaged."""
    try:
        # Any: a file that anybody may have written; what does not fit is no receipt.
        text = (folder / f"{name}.json").read_text(encoding="utf-8")
        fields: dict[str, Any] = json.loads(text)
        outcome = fields.pop("outcome")
        outcome |= {"state": State(outcome["state"]), "notes": tuple(outcome["notes"])}
        receipt = Receipt(**fields, outcome=VideoOutcome(**outcome))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return receipt if all(isinstance(word, str) for word in _texts(receipt)) else None


def commit(task: VideoTask, outcome: VideoOutcome, *, scratch: Path | None) -> VideoOutcome:
    """Give out the receipt of a finished video and move its text into place.

    Args:
        task: with its key.
        outcome: to be remembered.
        scratch: the whole text, forced to the disk; None if no text was asked for.

    Raises:
        UserError: the disk is full or cannot be written.
    """
    assert task.key is not None
    receipt = Receipt(
        name=task.name,
        video=str(task.video),
        key=task.key,
        checksum=None if scratch is None else _checksum(scratch),
        scratch=None if scratch is None else scratch.name,
        outcome=outcome,
    )
    try:
        _write(task.receipts / f"{task.name}.json", receipt)
        settle(receipt, folder=task.receipts)
    except OSError as error:
        raise UserError(
            f"The result of {task.name} cannot be put into place: {error.strerror or error}.",
            "Free some space, then go on with --resume.",
        ) from error
    return outcome


def scratch_file(task: VideoTask) -> Path:
    """Return where the text of a task is written before it is whole."""
    return task.receipts / f"{task.name}.{os.getpid()}{_SCRATCH_SUFFIX}"


def settle(receipt: Receipt, *, folder: Path) -> bool:
    """Put the text of a receipt into place if need be; return whether the whole result is there."""
    project = receipt.outcome.project
    if project is not None and not Path(project).is_file():
        return False
    if receipt.outcome.out is None or receipt.scratch is None:
        return receipt.outcome.state is State.FINISHED
    target, scratch = Path(receipt.outcome.out), folder / receipt.scratch
    if scratch.is_file() and _checksum(scratch) == receipt.checksum:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.replace(target)
        _force(target.parent)
        return True
    return target.is_file() and _checksum(target) == receipt.checksum


def set_aside(text_file: Path) -> Path | None:
    """Give a text that is not the one of its receipt another name, so that it is not lost."""
    if not text_file.is_file():
        return None
    names = (text_file.with_name(f"{text_file.name}.old-{number}") for number in count(1))
    aside = next(name for name in names if not name.exists())
    text_file.replace(aside)
    return aside


def forget_scratch(folder: Path) -> None:
    """Remove what killed workers left unfinished; call `settle` on all receipts before."""
    for left in (*folder.glob(f"*{_SCRATCH_SUFFIX}"), *folder.glob(".*.part")):
        left.unlink(missing_ok=True)
    for left in folder.glob(f"*{_SCRATCH_SUFFIX}.part"):
        left.unlink(missing_ok=True)


def kept(receipt: Receipt) -> VideoOutcome:
    """Return the outcome of a video that was finished in an earlier run of the queue."""
    return replace(receipt.outcome, state=State.KEPT)


def _write(path: Path, receipt: Receipt) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    with scratch.open("w", encoding="utf-8") as stream:
        json.dump(asdict(receipt), stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    scratch.replace(path)
    _force(path.parent)


def _texts(receipt: Receipt) -> Iterator[object]:
    yield from (receipt.name, receipt.video, receipt.key)
    yield from (receipt.checksum or "", receipt.scratch or "", receipt.outcome.out or "")


def _checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _force(folder: Path) -> None:
    """Force the names of a folder to the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network drives cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
