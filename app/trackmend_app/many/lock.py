"""One queue per folder: a second command on the same results is refused."""

import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from trackmend_core.errors import UserError
from trackmend_core.project.owner import THIS_PROCESS, is_at_work

_FILE = "busy"
_ORPHANS_S = 15.0
_POLL_S = 0.1


class QueueLock:
    """Held while a queue is worked on; `beat` says that its owner lives.

    A dead owner's lock is taken over, once the workers that it left behind have ended too: they do
    so by themselves as soon as they miss it.
    """

    def __init__(self, receipts: Path) -> None:
        self._path = receipts / _FILE
        self._workers: list[int] = []

    def __enter__(self) -> Self:
        self._take_over()
        self._write()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._path.unlink(missing_ok=True)

    def note_worker(self, pid: int) -> None:
        """Remember a process that works for this queue."""
        self._workers.append(pid)
        self._write()

    def beat(self) -> None:
        """Show that this process lives."""
        os.utime(self._path)

    def _write(self) -> None:
        content = {"owner": THIS_PROCESS, "workers": self._workers}
        scratch = self._path.with_name(f".{_FILE}.{os.getpid()}.part")
        scratch.write_text(json.dumps(content), encoding="utf-8")
        scratch.replace(self._path)

    def _take_over(self) -> None:
        try:
            heartbeat_at = self._path.stat().st_mtime
            # Any: the file of another version, or of anybody.
            content: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            owner, workers = str(content["owner"]), [int(pid) for pid in content["workers"]]
            int(owner.split(":")[0])
        except (OSError, ValueError, TypeError, KeyError):
            return
        if owner != THIS_PROCESS and is_at_work(owner, heartbeat_at=heartbeat_at):
            raise UserError(
                f"Another trackmend is tracking into {self._path.parent.parent}.",
                "Wait for it, or name another folder.",
            )
        deadline = time.monotonic() + _ORPHANS_S
        while any(_lives(pid) for pid in workers) and time.monotonic() < deadline:
            time.sleep(_POLL_S)


def _lives(pid: int) -> bool:
    return is_at_work(f"{pid}:", heartbeat_at=time.time())
