"""`trackmend train` and `finetune`: drive the training process and show what it says."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from trackmend_app.commands.console import print_error, print_note, progress_bar
from trackmend_app.commands.group import EXIT_INTERRUPTED, EXIT_USER_ERROR
from trackmend_app.commands.store import add_finetuned_model, models_folder, open_project
from trackmend_core.errors import UserError
from trackmend_training.protocol import (
    CANCEL_LINE,
    IS_NEW,
    Cancelled,
    CheckpointSaved,
    Failed,
    Finished,
    Message,
    Noted,
    Started,
    Step,
    Validated,
    decode,
)

GRACE_S = 60.0
"""How long a cancelled training may take to end its step and save."""
WORSE = "worse"
"""What a finetuning says of a model that should not take the old one's place."""


def run_finetune(
    project_path: Path,
    *,
    out: Path | None,
    base: Path | None,
    further: Sequence[str],
    force: bool,
    as_json: bool,
) -> None:
    """Finetune from the corrections in a project and put the new model into it.

    A model that got worse stays outside unless that is forced; exit status 1 says so. One that
    does nothing new stays outside, too.

    Raises:
        UserError: the project cannot be opened, or there is nothing to learn from.
    """
    project_path = project_path.expanduser().absolute()
    with open_project(project_path):
        pass  # whatever is wrong with it is said before torch is loaded
    out = out or models_folder(project_path) / time.strftime("%Y%m%d-%H%M%S")
    chosen = [] if base is None else ["--base", str(base)]
    arguments = ["finetune", str(project_path), "--out", str(out), *chosen, *further]
    finished = run_training(arguments, as_json=as_json)
    if finished.summary.get("reason"):
        print_note(f"What changed: {finished.summary['reason']} {_events_text(finished)}")
    if finished.summary.get("verdict") == WORSE and not force:
        print_note(
            f"The new model got worse and is not put into the project; it is kept: {finished.path}."
            " Add --force to take it all the same."
        )
        raise typer.Exit(1)
    if not finished.summary.get(IS_NEW, 1.0) and not force:
        print_note(f"No model is put into the project; what there is to see of it: {out}.")
        return
    with open_project(project_path) as project:
        name = add_finetuned_model(project, Path(finished.path))
    print_note(f"The project now has the model {name!r}.")


def _events_text(finished: Finished) -> str:
    return f"See {finished.summary['report']}." if finished.summary.get("report") else ""


def train_arguments(config: Path, *, resume: bool, changes: Sequence[str]) -> list[str]:
    """Return the training process's arguments for a configuration."""
    changed = [word for change in changes for word in ("--set", change)]
    return ["train", str(config), *(["--resume"] if resume else []), *changed]


def run_training(arguments: Sequence[str], *, as_json: bool, says_path: bool = True) -> Finished:
    """Run the training process to its end and return its last word.

    With JSON its lines go to stdout as they are; else a bar goes to stderr and the path of the
    checkpoint to stdout, unless that is not wanted. Ctrl+C asks the process to stop, which keeps
    the last checkpoint.

    Raises:
        UserError: the training process names something to mend.
        RuntimeError: it ended without a word.
    """
    screen = _Screen(as_json=as_json, says_path=says_path)
    with subprocess.Popen(
        training_command(arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **apart(),  # Ctrl+C is ours to pass on politely
    ) as process:
        try:
            _listen_politely(process, screen)
        except BaseException:  # a second Ctrl+C among them
            process.kill()
            raise
        finally:
            screen.close()
    return _conclude(screen, process.returncode)


def apart() -> dict[str, Any]:
    """Return the options of a process that does not hear the Ctrl+C meant for us.

    Any: the options of `subprocess.Popen` are of many types.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def training_command(arguments: Sequence[str]) -> list[str]:
    """Return the command line of the training process."""
    return [sys.executable, "-m", "trackmend_training", *arguments]


def _listen_politely(process: "subprocess.Popen[str]", screen: "_Screen") -> None:
    try:
        _listen(process, screen)
    except KeyboardInterrupt:
        print_note("Stopping after this step; the last checkpoint stays.")
        _ask_to_stop(process)
        _listen(process, screen)


def _listen(process: "subprocess.Popen[str]", screen: "_Screen") -> None:
    if process.stdout is None:
        raise RuntimeError("the training process was started without a pipe")
    for line in process.stdout:
        screen.show(line)
    try:
        process.wait(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _ask_to_stop(process: "subprocess.Popen[str]") -> None:
    if process.stdin is None or process.poll() is not None:
        return
    try:
        process.stdin.write(f"{CANCEL_LINE}\n")
        process.stdin.flush()
    except BrokenPipeError:
        print_note("The training process had ended already.")


def _conclude(screen: "_Screen", exit_status: int) -> Finished:
    last = screen.last
    if isinstance(last, Failed) and exit_status == EXIT_USER_ERROR:
        raise UserError(last.message, last.hint)
    if isinstance(last, Failed):
        print_error(UserError(last.message, last.hint))
        raise typer.Exit(1)
    if isinstance(last, Cancelled):
        print_note(f"Stopped. The last checkpoint is {last.path or 'none yet'}.")
        raise typer.Exit(EXIT_INTERRUPTED)
    if exit_status < 0:
        raise UserError(
            "The training process was stopped by the system.",
            "Most often there is too little memory: make the batch or the crops smaller. "
            f"The last checkpoint is {screen.checkpoint or 'none yet'}.",
        )
    if last is None and exit_status == EXIT_USER_ERROR:
        raise UserError("The training process refused these options.", "It says why above.")
    if not isinstance(last, Finished) or exit_status != 0:
        raise RuntimeError(f"the training process ended with status {exit_status}, unfinished")
    return last


class _Screen:
    """Shows messages: as JSON on stdout, or as a bar on stderr."""

    def __init__(self, *, as_json: bool, says_path: bool) -> None:
        self.last: Message | None = None
        self.checkpoint: str | None = None
        self._as_json = as_json
        self._says_path = says_path
        self._bar = progress_bar()
        self._task = self._bar.add_task("Starting", total=None, speed="")
        if not as_json:
            self._bar.start()

    def close(self) -> None:
        self._bar.stop()

    def show(self, line: str) -> None:
        """Take one line of the process."""
        if not line.strip():
            return
        self.last = decode(line)
        if isinstance(self.last, CheckpointSaved):
            self.checkpoint = self.last.path
        if self._as_json:
            typer.echo(line.rstrip())
        else:
            self._draw(self.last)

    def _draw(self, message: Message) -> None:
        match message:
            case Started():
                self._bar.update(self._task, total=message.steps, completed=message.start_step)
                print_note(
                    f"Training on {message.device}: {message.images} images, "
                    f"{message.identities} identities"
                )
            case Step():
                losses = "  ".join(f"{n} {v:.3f}" for n, v in message.losses.items())
                left = int(message.seconds_left)
                self._bar.update(
                    self._task,
                    completed=message.step,
                    description=f"loss {message.total:.3f}  {losses}",
                    speed=f"{message.speed:.2f} a second, {left // 60}:{left % 60:02d} left",
                )
            case CheckpointSaved():
                print_note(f"Saved {message.path} at step {message.step}")
            case Validated():
                scores = "  ".join(f"{n} {v:.3f}" for n, v in message.scores.items())
                best = ", the best so far" if message.is_best else ""
                print_note(f"Judged at step {message.step}: {scores}{best}")
            case Noted():
                print_note(message.text)
            case Finished():
                if self._says_path:
                    typer.echo(message.path)
            case Failed() | Cancelled():
                pass
