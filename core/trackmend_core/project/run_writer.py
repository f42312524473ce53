"""Writes what a model and a tracker put out, a few frames per transaction, while people may edit.

A writer has a database connection of its own and may live in another thread than the window. Frames
wait in memory until a batch is worth a transaction (`BATCH_S` apart, aiming at `LOCK_S` or less of
holding the write lock); everything written survives whatever happens to the run.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import numpy as np
from sqlalchemy import Connection, insert, or_, select, update

from trackmend_core.errors import UserError
from trackmend_core.project.database import Database
from trackmend_core.project.detection_store import pack
from trackmend_core.project.layer_writer import LayerWriter
from trackmend_core.project.owner import THIS_PROCESS
from trackmend_core.project.records import RunStatus
from trackmend_core.project.schema import edits, frame_detections, runs
from trackmend_core.project.state import (
    NEXT_DETECTION,
    SPEED_OF_RUN,
    get_state,
    mark_written,
    set_state,
)
from trackmend_core.types import FrameDetections, RunId, TrackedBox

BATCH_S: Final = 0.25
"""Frames wait at most this long (while frames keep coming) before they are committed."""

LOCK_S: Final = 0.05
"""The batch shrinks when a transaction took more of the thread's time than this."""

MIN_BATCH_FRAMES: Final = 4
MAX_BATCH_FRAMES: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    frame_index: int
    detections: FrameDetections
    tracked: tuple[TrackedBox, ...]


class RunWriter:
    """Takes the frames of one run in order; use it as a context manager.

    Leaving the block normally finishes the run. An exception marks it failed, `GeneratorExit` and
    `KeyboardInterrupt` mark it cancelled; what was written stays, and the exception goes on.

    Attributes:
        run_id: the run that is written.
        next_frame: the frame expected next, where a resumed run goes on.
    """

    def __init__(
        self,
        database: Database,
        *,
        run_id: RunId,
        next_frame: int,
        on_end: Callable[["RunWriter"], None],
    ) -> None:
        self.run_id = run_id
        self.next_frame = next_frame
        self._database = database
        self._on_end = on_end
        self._waiting: list[_Frame] = []
        self._batch_frames = MAX_BATCH_FRAMES
        self._last_flush = time.monotonic()
        self._layer = LayerWriter(run_id)
        self._ended = False
        # The project may be closed in one thread while another one writes.
        self._lock = threading.RLock()

    def write(
        self, frame_index: int, detections: FrameDetections, tracked: Sequence[TrackedBox]
    ) -> None:
        """Take the next frame; it is committed with its batch (`flush` does it now).

        Args:
            frame_index: 0-based, larger than all before.
            detections: all of the frame, also those the tracker did not use.
            tracked: the tracker's output; each tracker id at most once.

        Raises:
            ValueError: the frame was written before, a number is not finite, an id comes twice.
            UserError: the run was taken over elsewhere, or the disk is full.
        """
        _check(detections, tracked)
        with self._lock:
            if self._ended:
                raise ValueError("the run has ended")
            if frame_index < self.next_frame:
                raise ValueError(f"frame {frame_index} comes after frame {self.next_frame - 1}")
            self._waiting.append(_Frame(frame_index, detections, tuple(tracked)))
            self.next_frame = frame_index + 1
            waited = time.monotonic() - self._last_flush
            if len(self._waiting) >= self._batch_frames or waited >= BATCH_S:
                self.flush()

    def flush(self) -> None:
        """Commit the frames that wait.

        Raises:
            UserError: the run was taken over elsewhere, or the disk is full.
        """
        with self._lock:
            while self._waiting:
                self._flush_batch(self._waiting[: self._batch_frames])
            self._last_flush = time.monotonic()

    def _flush_batch(self, batch: Sequence[_Frame]) -> None:
        begun = time.thread_time()
        try:
            with self._database.writing(durable=False) as connection:
                self._check_ownership(connection)
                self._write_batch(connection, batch)
        except BaseException:
            self._layer.forget()
            raise
        del self._waiting[: len(batch)]
        self._adapt(time.thread_time() - begun, len(batch))

    def finish(
        self,
        status: RunStatus = RunStatus.FINISHED,
        *,
        message: str = "",
        frames_per_second: float | None = None,
    ) -> None:
        """Commit what waits and end the run; a second call does nothing.

        Args:
            status: how it ended.
            message: why, if it failed.
            frames_per_second: how fast it was, if that was measured.

        Raises:
            UserError: the last frames cannot be written; the run has failed then.
        """
        with self._lock:
            if self._ended:
                return
            try:
                self.flush()
            except BaseException as error:
                status, message = RunStatus.FAILED, str(error)
                raise
            finally:
                self._ended = True
                self._on_end(self)
                self._end_run(status, message, frames_per_second)

    def _end_run(self, status: RunStatus, message: str, frames_per_second: float | None) -> None:
        with self._database.writing() as connection:
            if frames_per_second is not None:
                set_state(connection, f"{SPEED_OF_RUN}{self.run_id}", frames_per_second)
            connection.execute(
                update(runs)
                .where(runs.c.id == self.run_id)
                .where(or_(runs.c.owner == THIS_PROCESS, runs.c.owner.is_(None)))
                .values(status=status.value, message=message, owner=None, ended_at=time.time())
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()
        elif issubclass(kind, GeneratorExit | KeyboardInterrupt):
            self.finish(RunStatus.CANCELLED)
        else:
            self.finish(RunStatus.FAILED, message=str(error) or kind.__name__)

    def _check_ownership(self, connection: Connection) -> None:
        row = connection.execute(select(runs.c.owner).where(runs.c.id == self.run_id)).one_or_none()
        if row is None or row.owner not in (None, THIS_PROCESS):
            raise UserError(
                "This run was deleted or is written by another window.", "Start a new run."
            )

    def _write_batch(self, connection: Connection, batch: Sequence[_Frame]) -> None:
        next_id = get_state(connection, NEXT_DETECTION, 1)
        newest = select(edits.c.id).order_by(edits.c.id.desc()).limit(1)
        after_edit_id = connection.execute(newest).scalar() or 0
        rows = []
        self._layer.begin(connection)
        for frame in batch:
            rows.append(
                {
                    "run_id": self.run_id,
                    "frame_index": frame.frame_index,
                    "first_detection_id": next_id,
                    "after_edit_id": after_edit_id,
                    **pack(frame.detections),
                }
            )
            self._layer.add(
                connection,
                frame_index=frame.frame_index,
                tracked=frame.tracked,
                first_detection_id=next_id,
            )
            next_id += len(frame.detections)
        connection.execute(insert(frame_detections), rows)
        self._layer.end(connection)
        set_state(connection, NEXT_DETECTION, next_id)
        mark_written(connection)
        self._advance(connection, batch)

    def _advance(self, connection: Connection, batch: Sequence[_Frame]) -> None:
        changes: dict[str, object] = {
            "next_frame": batch[-1].frame_index + 1,
            "heartbeat_at": time.time(),
            "owner": THIS_PROCESS,
            "status": RunStatus.RUNNING.value,
        }
        mine = update(runs).where(runs.c.id == self.run_id)
        connection.execute(mine.values(**changes))
        connection.execute(
            mine.where(runs.c.first_frame.is_(None)).values(first_frame=batch[0].frame_index)
        )

    def _adapt(self, took_s: float, frames: int) -> None:
        # Processor time, not wall time: on a busy machine smaller batches would only cost more.
        if took_s > LOCK_S:
            self._batch_frames = max(MIN_BATCH_FRAMES, min(self._batch_frames, frames) // 2)
        elif took_s < LOCK_S / 4:
            self._batch_frames = min(MAX_BATCH_FRAMES, self._batch_frames * 2)


def _check(detections: FrameDetections, tracked: Sequence[TrackedBox]) -> None:
    """Refuse what the file could not hold; SQLite would store NaN as NULL."""
    finite = (
        np.isfinite(detections.boxes_xyxy).all()
        and np.isfinite(detections.scores).all()
        and np.isfinite(detections.embeddings).all()
        and all(np.isfinite(box.box_xyxy).all() and np.isfinite(box.score) for box in tracked)
    )
    if not finite:
        raise ValueError("a box, score or embedding is not finite")
    ids = [box.track_id for box in tracked]
    if len(set(ids)) != len(ids):
        raise ValueError(f"a tracker id comes twice in one frame: {sorted(ids)}")
    rows = [box.detection_index for box in tracked if box.detection_index is not None]
    if rows and not 0 <= min(rows) <= max(rows) < len(detections):
        raise ValueError("a tracked box points at a detection that is not in the frame")
