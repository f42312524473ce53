"""Runs the trainer as a process of its own and reads its JSON lines; a crash spares the window."""

import sys
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

from trackmend_core.errors import UserError
from trackmend_training.protocol import (
    CANCEL_LINE,
    PAUSE_LINE,
    RESUME_LINE,
    Cancelled,
    CheckpointSaved,
    Failed,
    Finished,
    Message,
    decode,
)

CANCEL_GRACE_MS = 20_000
KEPT_LINES = 30


def trainer_command(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Return program and arguments that start the trainer with the interpreter in use."""
    return sys.executable, ["-m", "trackmend_training", *arguments]


class TrainingProcess(QObject):
    """One trainer at a time.

    Signals:
        said(Message): every message, in order.
        finished(Finished): the process said so and left with status 0.
        cancelled(Cancelled): `cancel` was asked; carries the last checkpoint, if there is one.
        failed(UserError): anything else, a crash included.
        ended(): after any of the three.
    """

    said = Signal(object)
    finished = Signal(object)
    cancelled = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(
        self, *, cancel_grace_ms: int = CANCEL_GRACE_MS, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._last_message: Message | None = None
        self._last_checkpoint: str | None = None
        self._cancel_asked = False
        self._is_paused = False
        self._stray_lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._begun_line = b""
        self._grace = QTimer(self, singleShot=True, interval=cancel_grace_ms)
        self._grace.timeout.connect(self._on_grace_ended)

    @property
    def is_running(self) -> bool:
        """Return whether the process has not ended yet."""
        return self._process is not None

    @property
    def last_checkpoint(self) -> str | None:
        """Return the path of the last checkpoint that this process has saved."""
        return self._last_checkpoint

    def start(self, program: str, arguments: Sequence[str]) -> None:
        """Start the process.

        Raises:
            RuntimeError: one runs already.
        """
        if self._process is not None:
            raise RuntimeError("the trainer still runs")
        self._last_message, self._last_checkpoint = None, None
        self._cancel_asked, self._is_paused = False, False
        self._stray_lines.clear()
        self._begun_line = b""
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONIOENCODING", "utf-8")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._on_output)
        process.readyReadStandardError.connect(self._on_error_output)
        process.finished.connect(self._on_process_finished)
        process.errorOccurred.connect(self._on_process_error)
        self._process = process
        process.start(program, list(arguments))

    def cancel(self) -> None:
        """Ask politely; after the grace the process is killed. The last checkpoint stays."""
        if self._process is None or self._cancel_asked:
            return
        self._cancel_asked, self._is_paused = True, False
        self._process.write(f"{CANCEL_LINE}\n".encode())
        self._grace.start()

    @property
    def is_paused(self) -> bool:
        """Return whether the process was asked to wait."""
        return self._is_paused

    def pause(self, paused: bool) -> None:
        """Let the process wait after the step it is at, or go on."""
        if self._process is None or self._cancel_asked or paused == self._is_paused:
            return
        self._is_paused = paused
        self._process.write(f"{PAUSE_LINE if paused else RESUME_LINE}\n".encode())

    def kill_and_wait(self) -> None:
        """End the process now: for the closing window only."""
        if self._process is None:
            return
        self._cancel_asked = True
        process = self._process
        process.kill()
        if process.waitForFinished(5000) and self._process is process:
            self._conclude(process.exitCode(), crashed=True)

    @Slot()
    def _on_output(self) -> None:
        process = self._process
        while process is not None and process.canReadLine():
            self._hear(bytes(process.readLine().data()).decode("utf-8", "replace").strip())

    def _hear(self, line: str) -> None:
        if not line:
            return
        try:
            message = decode(line)
        except UserError:
            self._stray_lines.append(line)
            return
        self._last_message = message
        if isinstance(message, CheckpointSaved):
            self._last_checkpoint = message.path
        self.said.emit(message)

    @Slot()
    def _on_error_output(self) -> None:
        if self._process is not None:
            self._keep_errors(bytes(self._process.readAllStandardError().data()))

    def _keep_errors(self, data: bytes) -> None:
        """Keep the whole lines; what is written comes in pieces of any size."""
        *whole, self._begun_line = (self._begun_line + data).split(b"\n")
        lines = (line.decode("utf-8", "replace").strip("\r") for line in whole)
        self._stray_lines.extend(line for line in lines if line.strip())

    @Slot()
    def _on_grace_ended(self) -> None:
        if self._process is not None:
            self._process.kill()

    @Slot(QProcess.ProcessError)
    def _on_process_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._stray_lines.append(self._process.errorString())
            self._conclude(-1, crashed=True)

    @Slot(int, QProcess.ExitStatus)
    def _on_process_finished(self, exit_code: int, status: QProcess.ExitStatus) -> None:
        if self._process is None:
            return
        self._on_output()
        self._hear(bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace"))
        self._on_error_output()
        self._keep_errors(b"\n")
        self._conclude(exit_code, crashed=status is QProcess.ExitStatus.CrashExit)

    def _conclude(self, exit_code: int, *, crashed: bool) -> None:
        process, self._process = self._process, None
        self._grace.stop()
        message = self._last_message
        if isinstance(message, Finished) and exit_code == 0 and not crashed:
            self.finished.emit(message)
        elif isinstance(message, Cancelled):
            self.cancelled.emit(message)
        elif isinstance(message, Failed):
            self.failed.emit(UserError(message.message, message.hint))
        elif self._cancel_asked:
            self.cancelled.emit(Cancelled(path=self._last_checkpoint))
        else:
            self.failed.emit(self._describe_crash(exit_code, crashed=crashed))
        if process is not None:
            process.deleteLater()
        self.ended.emit()

    def _describe_crash(self, exit_code: int, *, crashed: bool) -> UserError:
        how = "was stopped by the system" if crashed else f"left with status {exit_code}"
        kept = (
            f"The last checkpoint is kept: {self._last_checkpoint}. "
            if self._last_checkpoint
            else "It had saved no checkpoint. "
        )
        said = "Its last words: " + "\n".join(list(self._stray_lines)[-6:])
        return UserError(
            f"Training failed: the process {how}. No model was added.",
            kept + (said if self._stray_lines else "It may have run out of memory."),
        )
