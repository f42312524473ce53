"""Starts, watches, pauses, cancels and continues runs; results stream into the session."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.engine_choice import EngineChoice
from trackmend_app.jobs.runner import JobFactory, JobRunner
from trackmend_app.jobs.tracking import TrackingTools, boxes_run, new_run, resumed_run
from trackmend_app.model_shelf import DetectorShelf, ModelChoice, bundled_model
from trackmend_app.next_model import next_model, remember_next_model
from trackmend_app.session import Session
from trackmend_app.wording import counted
from trackmend_core.jobs import FrameResult
from trackmend_core.project import RunStatus
from trackmend_core.tracking import Preset
from trackmend_core.types import Progress, RunId, VideoId
from trackmend_core.video import FrameCache

FRAME_INTERVAL_S = 1 / 15
REFRESH_MS = 600


class RunControl(QObject):
    """One tracking job at a time.

    Signals:
        device_known(text): where the model runs.
        speed_known(frames per second).
        said(sentence).
        failed(error).
        state_changed(): a job began, paused, went on or ended.
    """

    device_known = Signal(str)
    speed_known = Signal(float)
    said = Signal(str)
    failed = Signal(object)
    state_changed = Signal()
    _frame_tracked = Signal(object)

    def __init__(
        self,
        session: Session,
        *,
        shelf: DetectorShelf,
        frames: FrameCache,
        video_path: Callable[[], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._shelf = shelf
        self._frames = frames
        self._video_path = video_path
        self._last_told_s = 0.0
        self._follows = True
        self._is_announced = False
        self._is_leading = False
        self._video_id: VideoId | None = None
        self._choice: ModelChoice | None = None
        self._usual: ModelChoice | None = None
        self._preset = Preset.DEFAULT
        self.runner = JobRunner(self)
        self.runner.progressed.connect(self._on_progressed)
        self.runner.finished.connect(self._on_finished)
        self.runner.cancelled.connect(self._on_cancelled)
        self.runner.failed.connect(self._on_failed)
        self.runner.ended.connect(self._on_ended)
        self.runner.paused_changed.connect(self._on_paused_changed)
        session.frame_changed.connect(self._on_frame_changed)
        session.project_changed.connect(self._on_project_changed)
        self._frame_tracked.connect(self._on_frame_tracked)
        self._refresh = QTimer(self, interval=REFRESH_MS)
        self._refresh.timeout.connect(session.refresh_run)

    @property
    def choice(self) -> ModelChoice:
        """Return the model that the next run uses."""
        return self._choice or self._usual or bundled_model()

    def set_usual_model(self, choice: ModelChoice | None) -> None:
        """Run this model as long as no other is chosen; None: the bundled one."""
        self._usual = choice
        self.state_changed.emit()

    def set_engine(self, engine: EngineChoice) -> None:
        """Compute in another way from now on, and say nothing of it."""
        self._shelf.engine = engine
        self.state_changed.emit()

    def set_preset(self, preset: Preset) -> None:
        """Track in another way from the next run on, and say nothing of it."""
        self._preset = preset
        self.state_changed.emit()

    def choose(self, choice: ModelChoice) -> None:
        """Use another model from the next run on, also after the project was closed."""
        self._choice = choice
        if self._session.project is not None:
            remember_next_model(self._session.project, choice)
        self.said.emit(f"The next run uses {choice.name}")
        self.state_changed.emit()

    @Slot()
    def _on_project_changed(self) -> None:
        """Take the choice that the project remembers: a model of another one's own is none."""
        if self._session.project is not None:
            self._choice = next_model(self._session.project, before=self._choice)

    @property
    def engine(self) -> EngineChoice:
        """Return on what the next run computes, whichever video it is fitted to."""
        return replace(self._shelf.engine, fitted_to=None)

    def choose_engine(self, engine: EngineChoice, title: str) -> None:
        """Compute in another way from now on; a model that is loaded is loaded anew for it."""
        self.set_engine(engine)
        self.said.emit(f"The next run computes: {title}")

    def _fit_engine(self, video: Path) -> None:
        if self._shelf.engine.precision == "fast":
            self._shelf.engine = replace(self._shelf.engine, fitted_to=video)

    @property
    def preset(self) -> Preset:
        """Return how the next run tracks."""
        return self._preset

    def choose_preset(self, preset: Preset) -> None:
        """Track in another way from the next run on."""
        self.set_preset(preset)
        self.said.emit(f"The next run tracks with {preset}")

    @property
    def follows(self) -> bool:
        """Return whether the window shows each frame as the run reaches it."""
        return self._follows

    @property
    def is_leading(self) -> bool:
        """Return whether the run, not the person, is changing the frame at this moment."""
        return self._is_leading

    def set_follows(self, follows: bool) -> None:
        """Follow the run, or let the person look elsewhere."""
        self._follows = follows
        self.state_changed.emit()

    @property
    def can_continue(self) -> bool:
        """Return whether the shown run stopped before the last frame."""
        run, video = self._session.run, self._session.video
        if run is None or video is None or self.runner.is_running:
            return False
        return run.status is not RunStatus.FINISHED and run.next_frame < video.frame_count

    def start(self, *, score_threshold: float | None = None) -> None:
        """Run the chosen model over the shown video, as a new run."""
        video, path, choice = self._session.video, self._video_path(), self.choice
        if video is None or path is None:
            return
        self._fit_engine(path)
        tools, preset = self._tools(), self._preset
        self._begin(
            f"Running {choice.name}",
            lambda: new_run(
                tools,
                video_id=video.video_id,
                video_path=path,
                choice=choice,
                score_threshold=score_threshold,
                preset=preset,
            ),
        )

    def start_on_boxes(self, boxes: Path) -> None:
        """Track boxes of a file over the shown video, as a new run."""
        video, path, choice = self._session.video, self._video_path(), self.choice
        if video is None or path is None:
            return
        self._fit_engine(path)
        tools = self._tools()
        self._begin(
            f"Tracking boxes of {boxes.name}",
            lambda: boxes_run(
                tools, video_id=video.video_id, video_path=path, choice=choice, boxes=boxes
            ),
        )

    def resume(self) -> None:
        """Go on with the shown run."""
        run, path = self._session.run, self._video_path()
        if run is None or path is None:
            return
        self._fit_engine(path)
        tools, choice = self._tools(), self._model_of_shown_run()
        self._begin(
            "Continuing the run",
            lambda: resumed_run(tools, run_id=run.run_id, video_path=path, choice=choice),
        )

    def _begin(self, title: str, factory: JobFactory) -> None:
        video = self._session.video
        self._video_id = video.video_id if video is not None else None
        self._last_told_s = 0.0
        self._follows = True
        self._is_announced = False
        self.runner.start(title, factory)
        self._refresh.start()
        self.state_changed.emit()

    def _tools(self) -> TrackingTools:
        return TrackingTools(
            project=self._session.required_project(),
            shelf=self._shelf,
            frames=self._frames,
            on_device=self.device_known.emit,
            on_frame=self._tell_frame,
        )

    def _model_of_shown_run(self) -> ModelChoice:
        run = self._session.run
        for model in self._session.required_project().models():
            if run is not None and model.model_id == run.model_id:
                return ModelChoice(name=model.name, path=model.path, model_id=model.model_id)
        return self.choice

    def _writes_shown_run(self) -> bool:
        run = self._session.run
        return run is not None and run.status is RunStatus.RUNNING

    def _tell_frame(self, result: FrameResult) -> None:
        """Run in the worker thread: tell the window, not more often than it can draw."""
        now_s = time.monotonic()
        if now_s - self._last_told_s >= FRAME_INTERVAL_S:
            self._last_told_s = now_s
            self._frame_tracked.emit(result)

    @Slot(object)
    def _on_frame_tracked(self, result: FrameResult) -> None:
        video = self._session.video
        if not self.runner.is_running or video is None or video.video_id != self._video_id:
            return
        if not self._is_announced:
            self._is_announced = True
            self._session.refresh_run()
        if not self._writes_shown_run():
            return
        self._session.put_live_boxes(result.frame_index, result.tracked)
        if self._follows:
            self._lead_to(result.frame_index)

    def _lead_to(self, frame_index: int) -> None:
        self._is_leading = True
        self._session.go_to(frame_index)
        self._is_leading = False

    @Slot(int)
    def _on_frame_changed(self, _frame_index: int) -> None:
        """Stop following when the person goes elsewhere."""
        if self._follows and self.runner.is_running and not self._is_leading:
            self.set_follows(False)

    @Slot(bool)
    def _on_paused_changed(self, paused: bool) -> None:
        """Step back to what the file holds, so that a paused run can be mended."""
        self._session.refresh_run()
        run = self._session.run
        if paused and run is not None and self._session.frame_index >= run.next_frame:
            self._lead_to(run.next_frame - 1)
        self.state_changed.emit()

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        if progress.units_per_second > 0:
            self.speed_known.emit(progress.units_per_second)

    @Slot(object)
    def _on_finished(self, _run_id: RunId) -> None:
        self._session.refresh_run()
        if self._follows and self._session.video is not None:
            self._lead_to(self._session.video.frame_count - 1)
        self.state_changed.emit()  # before it is said: what was said makes way for another mode
        count = len(self._session.tracks())
        self.said.emit(f"Done: {count} tracks. ‹play› plays, click a box to look closer")

    @Slot()
    def _on_cancelled(self) -> None:
        self._session.refresh_run()
        run = self._session.run
        kept = run.next_frame if run is not None else 0
        self.said.emit(
            counted(
                kept,
                "Cancelled; the frame tracked so far is kept",
                "Cancelled; the {count} frames tracked so far are kept",
            )
        )

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._session.refresh_run()
        self.failed.emit(error)

    @Slot()
    def _on_ended(self) -> None:
        self._refresh.stop()
        self.state_changed.emit()
