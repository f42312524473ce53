"""The project file as the rest of Trackmend sees it: one class, every method one short transaction.

All methods may be called from any thread; each takes its own connection. Edits are committed when
they return.
"""

import getpass
import logging
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from trackmend_core.errors import UserError
from trackmend_core.project import backups, runs
from trackmend_core.project.altered import damage
from trackmend_core.project.database import BUSY_TIMEOUT_S
from trackmend_core.project.layer_access import LayerAccess
from trackmend_core.project.library_access import LibraryAccess
from trackmend_core.project.opening import OpenedFile, create_file, join_file, open_file
from trackmend_core.project.records import RunStatus
from trackmend_core.project.review_access import ReviewAccess
from trackmend_core.project.run_access import RunAccess
from trackmend_core.project.run_writer import RunWriter
from trackmend_core.project.state import DAMAGE, set_state
from trackmend_core.types import RunId

_LOG: Final = logging.getLogger(__name__)


class Project(LibraryAccess, RunAccess, LayerAccess, ReviewAccess):
    """One `.trackmend` file: videos, models, runs, the tracks people repair, and their edits.

    Attributes:
        path: of the file, absolute.
        notices: what the user should know about the file, each a sentence.
        damage: numbers that changed on the disk, as far as they are seen; None most often.
        author: whom edits are ascribed to.
        interrupted_runs: runs found at opening whose process had died; they can be resumed.
    """

    def __init__(self, path: Path, opened: OpenedFile, *, is_joined: bool = False) -> None:
        self.path = path
        self._is_joined = is_joined
        self.notices = opened.notices
        self.damage = opened.damage
        self.author = _user_name()
        self._database = opened.database
        self._backup_is_due = opened.backup_is_due
        self._is_open = True
        self._writers: list[RunWriter] = []
        self.interrupted_runs: tuple[RunId, ...] = ()
        if is_joined:
            return
        try:
            with self._database.writing() as connection:
                self.interrupted_runs = tuple(runs.mark_interrupted(connection))
        except BaseException:
            self._database.abandon()
            raise

    @classmethod
    def create(cls, path: Path | str) -> Self:
        """Create a project file and open it.

        Raises:
            UserError: the file exists, or its folder does not or cannot be written.
        """
        path = Path(path).absolute()
        return cls(path, create_file(path))

    @classmethod
    def open(
        cls, path: Path | str, *, busy_timeout_s: float = BUSY_TIMEOUT_S, is_scratch: bool = False
    ) -> Self:
        """Open a project file; a write waits `busy_timeout_s` for another writer.

        Of a file that `is_scratch`, a copy to be thrown away, no daily backup is made.

        Raises:
            UserError: no project, a newer or damaged one, read-only, or in use.
        """
        path = Path(path).absolute()
        return cls(path, open_file(path, busy_timeout_s=busy_timeout_s, is_scratch=is_scratch))

    @classmethod
    def join(cls, path: Path | str) -> Self:
        """Open a project that another process of this program has open.

        Nothing is checked, backed up or taken for interrupted; closing leaves all that to the other
        process.

        Raises:
            UserError: it is not there any more.
        """
        path = Path(path).absolute()
        return cls(path, join_file(path), is_joined=True)

    def rescue_if_lost(self) -> Path | None:
        """Save a project that was deleted or replaced while it was open; None while it is in place.

        Raises:
            UserError: it could not be saved; closing it would lose it.
        """
        return self._database.rescue_if_lost()

    def close(self) -> None:
        """End what is written (as cancelled) and leave one file behind; may be called twice.

        Of a large project this makes the daily backup, which takes a few seconds.
        """
        if not self._is_open:
            return
        self._is_open = False
        try:
            for writer in list(self._writers):
                writer.finish(RunStatus.CANCELLED)
            if self._backup_is_due:
                self._back_up_before_closing()
        finally:
            if self._is_joined:
                self._database.abandon()
            else:
                self._database.close()

    def _back_up_before_closing(self) -> None:
        found = damage(self.path)
        if found is not None:
            _LOG.warning("%s", found)
            with suppress(UserError), self._database.writing() as connection:
                set_state(connection, DAMAGE, [found.message, found.hint])
        try:
            backups.make_backup(self.path, reason="daily", keep_older=found is not None)
        except UserError as error:
            _LOG.warning("%s", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def back_up(self) -> Path:
        """Make a backup now and return it.

        Raises:
            UserError: it cannot be written.
        """
        backup = backups.make_backup(self.path, reason="manual")
        self._backup_is_due = False
        return backup


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such account; on Windows, no USERNAME
        return ""
