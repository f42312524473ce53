"""Teaches the model from corrections: starts the trainer and registers what it made."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from safetensors import safe_open

from trackmend_app.dialogs.finetune import FinetunePlan, Material
from trackmend_app.model_shelf import ModelChoice
from trackmend_app.session import Session
from trackmend_app.training.interrupted import note_begun, note_ended, take_interrupted
from trackmend_app.training.process import TrainingProcess, trainer_command
from trackmend_app.training.report import WORSE, Report, read_report
from trackmend_core.errors import UserError
from trackmend_core.jobs.held_out import judgeable
from trackmend_core.project import EditState
from trackmend_core.types import ModelId, RunId
from trackmend_training.config import FinetuneConfig
from trackmend_training.protocol import IS_NEW, Cancelled, Finished


class TrainingControl(QObject):
    """One training at a time, in a process of its own.

    Signals:
        began(name).
        heard(Message): from the trainer.
        model_added(ModelChoice): training finished and the model is in the project.
        stopping(): it was asked to stop, and will after the step it is at.
        ended_early(path or None): it was cancelled; that checkpoint stays and may be added.
        held_back(reason): the new model did worse; it was not added, but may be.
        nothing_new(reason): the model is as it was, so it was not added.
        failed(error): it failed; nothing was added.
        interrupted(Interrupted): the project just opened had a training that was cut off.
        said(sentence).
        state_changed().
    """

    began = Signal(str)
    heard = Signal(object)
    model_added = Signal(object)
    stopping = Signal()
    ended_early = Signal(object)
    held_back = Signal(str)
    nothing_new = Signal(str)
    failed = Signal(object)
    interrupted = Signal(object)
    said = Signal(str)
    state_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._plan: FinetunePlan | None = None
        self._kept: Path | None = None
        self._noted: int | None = None
        self._summary: Mapping[str, float | str] = {}
        self.process = TrainingProcess(parent=self)
        self.process.said.connect(self.heard)
        self.process.finished.connect(self._on_finished)
        self.process.cancelled.connect(self._on_cancelled)
        self.process.failed.connect(self._on_failed)
        self.process.ended.connect(self.state_changed)
        session.project_closing.connect(self._on_project_closing)
        session.project_changed.connect(self._on_project_changed)

    @property
    def is_running(self) -> bool:
        """Return whether the trainer runs."""
        return self.process.is_running

    @property
    def reason(self) -> str:
        """Return what the last finished training says of its model, in one sentence."""
        return str(self._summary.get("reason", ""))

    def report(self) -> Report | None:
        """Return what the last finished training changed, None if it left no report.

        Raises:
            UserError: the report cannot be read.
        """
        path = self._summary.get("report")
        return None if path is None else read_report(Path(str(path)))

    def material(self) -> Material:
        """Return what there is to learn from in the shown run."""
        tracks = self._session.tracks()
        run = self._session.required_run()
        project = self._session.required_project()
        edits = project.edits()
        return Material(
            tracks=len(tracks),
            boxes=sum(track.box_count for track in tracks),
            edits=sum(
                edit.run_id == run.run_id and edit.state is EditState.APPLIED for edit in edits
            ),
            judgeable=judgeable(project, run.run_id, needed=FinetuneConfig().fewest_boxes),
        )

    def suggested_name(self) -> str:
        """Return a name that no model of the project has yet."""
        project = self._session.required_project()
        taken = {model.name for model in project.models()}
        stem = project.path.stem
        number = 1
        while (name := f"{stem} {number}") in taken:
            number += 1
        return name

    def start(self, plan: FinetunePlan) -> None:
        """Start the trainer on the open project."""
        project = self._session.required_project()
        run_id = self._session.required_run().run_id
        self._plan, self._kept, self._noted, self._summary = plan, None, None, {}
        out = models_folder(project.path) / time.strftime("%Y%m%d-%H%M%S")
        program, arguments = trainer_command(
            finetune_arguments(project.path, plan=plan, out=out, run_id=run_id)
        )
        note_begun(project, name=plan.name, out=out)
        self.began.emit(plan.name)
        self.process.start(program, arguments)
        self.state_changed.emit()

    def cancel(self) -> None:
        """Stop at the next step; the last checkpoint stays."""
        self.process.cancel()
        self.stopping.emit()

    def pause(self, paused: bool) -> None:
        """Let the training wait after the step it is at, or go on."""
        self.process.pause(paused)

    def stop_and_wait(self) -> None:
        """End the trainer now: for the closing window only."""
        self.process.kill_and_wait()

    @Slot(object)
    def _on_finished(self, message: Finished) -> None:
        self._summary = message.summary
        note_ended(self._session.project)
        if message.summary.get("verdict") == WORSE:
            self._note("held back", message.summary)
            self._kept = Path(message.path)
            self.held_back.emit(self.reason)
            return
        if not message.summary.get(IS_NEW, 1.0):
            self._note("nothing new", message.summary)
            self.nothing_new.emit(self.reason)
            return
        try:
            choice = self._register(Path(message.path), message.summary)
        except UserError as error:
            self.failed.emit(error)
            return
        self._note("finished", message.summary, model_id=choice.model_id)
        self.model_added.emit(choice)

    @Slot(object)
    def _on_cancelled(self, message: Cancelled) -> None:
        self._note("cancelled", {})
        self._kept = Path(message.path) if message.path else None
        self.ended_early.emit(self._kept)

    def add_kept_checkpoint(self) -> None:
        """Put the checkpoint of a cancelled training into the project after all."""
        if self._kept is None:
            return
        try:
            choice = self._register(self._kept, self._summary or {"stopped": "early"})
        except UserError as error:
            self.failed.emit(error)
            return
        project = self._session.project
        if project is not None and self._noted is not None and choice.model_id is not None:
            project.set_training_model(self._noted, choice.model_id)
        self.model_added.emit(choice)

    @Slot(object)
    def _on_failed(self, error: UserError) -> None:
        self._note("failed", {"message": error.message})
        self.failed.emit(error)

    @Slot()
    def _on_project_closing(self) -> None:
        # Nothing of this training goes into the next project, which has other models and runs.
        self._plan, self._kept, self._noted = None, None, None

    @Slot()
    def _on_project_changed(self) -> None:
        project = self._session.project
        cut_off = take_interrupted(project) if project is not None else None
        if cut_off is not None:
            self.interrupted.emit(cut_off)

    def _note(
        self, status: str, summary: Mapping[str, object], *, model_id: ModelId | None = None
    ) -> None:
        """Write the training into the project's history."""
        project = self._session.project
        note_ended(project)
        if self._plan is not None and project is not None:
            self._noted = project.add_training_run(
                base_model_id=self._plan.base.model_id,
                model_id=model_id,
                config=self._plan.config.to_dict(),
                summary=dict(summary),
                status=status,
            )

    def _register(self, path: Path, summary: Mapping[str, float | str]) -> ModelChoice:
        plan, project = self._plan, self._session.project
        if plan is None or project is None:
            raise UserError(
                "The project was closed before training ended.", f"The model is kept at {path}."
            )
        metadata = read_metadata(path)
        metadata.update({f"training_{name}": str(value) for name, value in summary.items()})
        model_id = project.add_model(
            plan.name,
            path,
            metadata.get("arch", ""),
            metadata=metadata,
            parent=plan.base.model_id,
        )
        return ModelChoice(name=plan.name, path=path, model_id=model_id)


def models_folder(project_path: Path) -> Path:
    """Return the folder beside a project where its own models are kept."""
    return project_path.with_name(f"{project_path.stem}.models")


def finetune_arguments(
    project_path: Path, *, plan: FinetunePlan, out: Path, run_id: RunId
) -> list[str]:
    """Return the trainer's arguments for a plan."""
    config = plan.config
    options: dict[str, Sequence[object]] = {
        "--base": [plan.base.path],
        "--out": [out],
        "--run-id": [run_id],
        "--steps": [config.steps],
        "--batch-size": [config.batch_size],
        "--learning-rate": [config.learning_rate],
        "--max-frames": [config.max_frames],
        "--replay-frames": [config.replay_frames],
        "--keep-weight": [config.keep_weight],
        "--fewest-boxes": [config.fewest_boxes],
        "--crop": config.crop_wh,
        "--threads": [config.threads],
        "--seed": [config.seed],
    }
    words = [str(word) for name, values in options.items() for word in (name, *values)]
    where = ["--everywhere"] if config.everywhere else []
    return ["finetune", str(project_path), *words, *where]


def read_metadata(path: Path) -> dict[str, str]:
    """Return what a checkpoint says about itself, without loading its weights.

    Raises:
        UserError: the file is missing or damaged.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            return dict(file.metadata() or {})
    except Exception as error:
        raise UserError(f"The new model {path.name} cannot be read.", "Train once more.") from error
