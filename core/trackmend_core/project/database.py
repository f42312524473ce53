"""The SQLite file behind a project: how connections are set up, begun and closed, how they fail.

Every thread takes its own connection from the pool. Reads see one snapshot (WAL); a write starts
with `BEGIN IMMEDIATE`, so two writers wait for each other (`busy_timeout_s`) instead of failing
half-way.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from trackmend_core.errors import UserError
from trackmend_core.project.open_files import FileId, Place, connect, place_of, save_as

_LOG: Final = logging.getLogger(__name__)

BUSY_TIMEOUT_S: Final = 15.0
_WAIT_FOR_CONNECTION_S: Final = 0.05
CACHE_KIB: Final = 65536


class Database:
    """One SQLite file and its connections.

    Attributes:
        path: the file; None for a scratch database in memory.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        journal_mode: str = "WAL",
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        cache_kib: int = CACHE_KIB,
    ) -> None:
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        self._cache_kib = cache_kib
        self._write_lock = threading.Lock()
        self._journal_mode = journal_mode
        self._snapshot = threading.local()
        self._file_id: FileId | None = None
        self._rescued: Path | None = None
        self._rescue_lock = threading.Lock()
        self.engine = self._create_engine()

    def _create_engine(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=StaticPool if self.path is None else QueuePool,
        )
        event.listen(engine, "connect", self._on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine

    def _connect(self) -> sqlite3.Connection:
        if self.path is None:
            return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        if place_of(self._file_id, self.path) is not Place.KEPT:
            raise _out_of_place(self.path)
        connection = connect(self.path, timeout_s=self._busy_timeout_s)
        self._file_id = self._file_id or connection.file_id
        return connection

    def _check_place(self) -> None:
        """Refuse to write where the file that was opened is not the one at its path any more.

        What was written then would be in a file without a name, and its log beside another one.

        Raises:
            UserError: it was moved, deleted or replaced; all that was committed is safe.
        """
        if self.path is None:
            return
        place = place_of(self._file_id, self.path)
        if place is Place.GONE:
            rescued = self._rescue(self.path)
            raise UserError(
                f"{self.path} was deleted or replaced while it was open; this was not done.",
                f"All that was done before is safe in {rescued}: open that."
                if rescued is not None
                else "All that was done before could not be saved beside it. Leave the window"
                " open, free some space or see whether the drive is there, and try again.",
            )
        if place is not Place.KEPT:
            with suppress(UserError, SQLAlchemyError):
                self.settle()
            raise _out_of_place(self.path)

    def rescue_if_lost(self) -> Path | None:
        """Save a file that was deleted or replaced while it was open; None while it is in place.

        Raises:
            UserError: it could not be saved; closing it would lose it.
        """
        if self.path is None or place_of(self._file_id, self.path) is not Place.GONE:
            return None
        rescued = self._rescue(self.path)
        if rescued is None:
            raise UserError(
                f"{self.path} was deleted or replaced while it was open, and what was done could"
                " not be saved beside it.",
                "Closing it now loses it. Free some space or see whether the drive is there, and"
                " close it then.",
            )
        return rescued

    def _rescue(self, path: Path) -> Path | None:
        """Give a file that has no name any more a new one, once; None if that fails.

        Threads that find it gone at the same moment wait for the first one of them.
        """
        with self._rescue_lock:
            if self._rescued is None:
                self._rescued = self._saved_beside(path)
            return self._rescued

    def _saved_beside(self, path: Path) -> Path | None:
        stamp = time.strftime("%Y-%m-%d %H-%M-%S")
        target = path.with_name(f"{path.stem} rescued {stamp}{path.suffix}")
        until = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                with self.engine.connect() as plain:
                    source = plain.connection.driver_connection
                    assert isinstance(source, sqlite3.Connection)
                    save_as(source, target)
                return target
            except UserError:
                # Other threads have all connections, and a file that is gone opens to no new one.
                if time.monotonic() > until:
                    return None
                time.sleep(_WAIT_FOR_CONNECTION_S)
            except (SQLAlchemyError, sqlite3.Error, OSError):
                return None

    def _on_connect(self, raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = raw.cursor()
        for pragma in (
            "foreign_keys = ON",
            f"journal_mode = {self._journal_mode}",
            "synchronous = FULL",
            "recursive_triggers = ON",
            f"cache_size = -{self._cache_kib}",
            "temp_store = MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging state of the file.

        Raises:
            UserError: the file is damaged, locked or gone.
        """
        held = getattr(self._snapshot, "connection", None)
        if held is not None:
            with self._translated():
                yield held
            return
        with self._translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """Let all reads of this thread see the same state of the file, whatever others write.

        Raises:
            UserError: the file is damaged, locked or gone.
        """
        if getattr(self._snapshot, "connection", None) is not None:
            yield
            return
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").all()
            self._snapshot.connection = connection
            try:
                yield
            finally:
                self._snapshot.connection = None

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Give a connection inside a write transaction, committed on leaving, rolled back on error.

        Args:
            durable: the commit waits for the disk. Without it a power cut can take the last
                commits back (never half of one): enough for what a run can compute again.

        Raises:
            UserError: the file is damaged, locked, read-only, or the disk is full.
        """
        with self._turn(), self._translated():
            self._check_place()
            with self._begun(durable=durable) as connection:
                yield connection

    @contextmanager
    def _begun(self, *, durable: bool) -> Iterator[Connection]:
        with self.engine.connect() as plain:
            relaxed = not durable and self._journal_mode == "WAL"
            if relaxed:
                _set_synchronous(plain, "NORMAL")
            try:
                connection = plain.execution_options(trackmend_writes=True)
                with connection.begin():
                    yield connection
            finally:
                if relaxed:
                    _set_synchronous(plain, "FULL")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the threads of this process write in turn: SQLite itself would have them poll."""
        if not self._write_lock.acquire(timeout=self._busy_timeout_s):
            raise _in_use(self.path)
        try:
            yield
        finally:
            self._write_lock.release()

    def close(self) -> None:
        """Write the log back into the file, so that one file remains, and close all connections.

        A file that was deleted while it was open is saved under another name.
        """
        try:
            if self.path is not None and place_of(self._file_id, self.path) is Place.GONE:
                _LOG.warning(
                    "%s was deleted while open; saved: %s", self.path, self._rescue(self.path)
                )
            self.settle()
        finally:
            self.engine.dispose()

    def settle(self) -> None:
        """Write the log back into the file: what the file itself says is the newest state then."""
        if self.path is not None and self._journal_mode == "WAL":
            with self._translated(), self.engine.connect() as plain:
                plain.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                    "PRAGMA wal_checkpoint(TRUNCATE)"
                )

    def abandon(self) -> None:
        """Close all connections without writing anything."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _in_words(error.orig, self.path) or error from error
        except sqlite3.Error as error:
            raise _in_words(error, self.path) or error from error


def _set_synchronous(connection: Connection, level: str) -> None:
    """Set how long commits wait; outside a transaction, so past SQLAlchemy."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA synchronous = {level}")
    cursor.close()


def new_id(inserted: CursorResult[Any]) -> int:
    """Return the id that SQLite gave to the row just inserted (Any: it has no result columns)."""
    return int(inserted.lastrowid)


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("trackmend_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _out_of_place(path: Path) -> UserError:
    return UserError(
        f"{path} was moved or replaced while it was open; this was not done.",
        "Put it back to go on, or close it and open it where it is now: all that was done before"
        " is in it.",
    )


def _in_use(path: Path | None) -> UserError:
    return UserError(
        f"{path} is in use by another window or program.", "Close the other one and try again."
    )


def _in_words(error: BaseException | None, path: Path | None) -> UserError | None:
    """Return what the user can do about a failure of SQLite, None if it is a bug of ours."""
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return _in_use(path)
    if "readonly" in text or "unable to open" in text:
        return UserError(
            f"{path} cannot be written.",
            "Check the rights of the file and its folder, or copy it to a folder of yours.",
        )
    if "disk is full" in text:
        return UserError(
            "The disk is full; the last change was not made.", "Free some space and try again."
        )
    if "disk i/o" in text:
        return UserError(
            f"{path} cannot be read or written at this moment; the last change was not made.",
            "See whether its drive is connected and has room for a larger file, then try again.",
        )
    if "malformed" in text or "not a database" in text:
        return UserError(f"{path} is damaged.", "Open the newest backup beside it.")
    return None
