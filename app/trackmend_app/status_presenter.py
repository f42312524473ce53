"""Keeps true what the window says of its state: status line, readout, run strip, actions."""

from PySide6.QtCore import QCoreApplication, QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QMainWindow

from trackmend_app.action_set import ActionSet
from trackmend_app.canvas import VideoCanvas
from trackmend_app.expectations import mode_and_expectation
from trackmend_app.jobs.frame_loader import OpenedVideo
from trackmend_app.run_strip import RunStrip
from trackmend_app.situation import Mode, Situation
from trackmend_app.status_line import StatusLine
from trackmend_app.tool_bar import ToolBar
from trackmend_app.wording import counted, in_a_sentence, say, say_composed
from trackmend_app.workbench import Workbench
from trackmend_core.project import RunStatus

_STATUS_WORDS = {
    RunStatus.CANCELLED: "This run was cancelled",
    RunStatus.FAILED: "This run failed",
    RunStatus.INTERRUPTED: "This run was interrupted",
}


class StatusPresenter(QObject):
    """Between the workbench and everything that says how things stand."""

    def __init__(
        self,
        window: QMainWindow,
        *,
        workbench: Workbench,
        actions: ActionSet,
        status_line: StatusLine,
        tool_bar: ToolBar,
        run_strip: RunStrip,
        canvas: VideoCanvas,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._workbench = workbench
        self._actions = actions
        self._status_line = status_line
        self._tool_bar = tool_bar
        self._run_strip = run_strip
        self._canvas = canvas
        self._device = ""
        self._doing: tuple[object, ...] = ()
        self._said_while_opening = ""
        self._connect()
        self.refresh()

    @property
    def device(self) -> str:
        """Return what the model runs on; empty before one was loaded."""
        return self._device

    def _connect(self) -> None:
        bench = self._workbench
        bench.situation_changed.connect(self.refresh)
        bench.said.connect(self._status_line.notice)
        bench.session.frame_changed.connect(self._on_frame_changed)
        bench.session.work_begun.connect(self._on_work_begun)
        bench.session.work_ended.connect(QApplication.restoreOverrideCursor)
        bench.session.committed.connect(self._on_committed)
        bench.steps.said.connect(self._keep_while_opening)
        bench.blast_radius.foreseen.connect(self._on_radius_foreseen)
        bench.verification.changed.connect(self._show_progress)
        bench.review.changed.connect(self._on_queue_changed)
        bench.activity.minute_passed.connect(self._show_progress)
        self._actions.hovered.connect(self._on_action_hovered)
        bench.video_ready.connect(self._on_video_ready)
        bench.playback.playing_changed.connect(self._on_playing_changed)
        bench.playback.speed_changed.connect(self._tool_bar.show_speed)
        bench.playback.dropped_changed.connect(self._tool_bar.readout.show_dropped)
        bench.travel.said.connect(self._status_line.notice)
        bench.runs.device_known.connect(self._on_device_known)
        bench.runs.speed_known.connect(self._on_speed_known)
        bench.runs.runner.started.connect(self._run_strip.show_running)
        bench.runs.runner.progressed.connect(self._run_strip.show_progress)
        bench.runs.runner.ended.connect(self._show_strip)
        bench.runs.runner.finished.connect(lambda _run: self._status_line.let_notice_yield())

    @Slot()
    def refresh(self) -> None:
        """Read the situation anew and show it everywhere."""
        now = self._workbench.situation()
        self._actions.update_enabled(now)
        self._show_checks(now)
        self._say_mode(now)
        self._show_place()
        self._status_line.set_saved(self._workbench.session.saved_at)
        self._say_device()
        if not now.job_runs:
            self._show_strip()
        project = self._workbench.session.project
        name = f"{project.path.name} — Trackmend" if project is not None else "Trackmend"
        self._window.setWindowTitle(name)

    def _show_checks(self, now: Situation) -> None:
        bench = self._workbench
        self._actions.set_checked("new_box", now.mode is Mode.NEW_BOX)
        self._actions.set_checked("lasso", now.mode is Mode.LASSO)
        self._actions.set_checked("zoom_box", now.mode is Mode.ZOOM)
        self._actions.set_checked("pause_run", now.job_paused)
        self._actions["pause_run"].setText(
            say("Go on with the run") if now.job_paused else say("Pause run")
        )
        self._actions.set_checked("follow_run", bench.runs.follows)
        self._actions.set_checked("play", bench.playback.is_playing)
        self._actions.set_checked("loop", bench.playback.loop is not None)
        self._actions.set_checked("show_similarity", bench.similarity.is_shown)

    def _say_device(self) -> None:
        """Until a model is loaded here, say what made the run that is shown, where and how fast."""
        if self._device:
            return
        run = self._workbench.session.run
        if run is None:
            self._status_line.set_device("no model loaded yet")
        else:
            self._status_line.set_device(_with_speed(run.description, run.frames_per_second))

    def _say_mode(self, now: Situation) -> None:
        session = self._workbench.session
        track = session.track(session.selection.track_ids[0]) if now.selected_tracks else None
        mode, expected = mode_and_expectation(
            now,
            playing=self._workbench.playback.is_playing,
            swap_from=str(track.number) if track is not None else "",
            frame=session.frame_index + 1,
            fix=self._fix_text(),
            radius=self._radius_text(now.mode),
            impossible=self._workbench.blast_radius.is_impossible,
            events_left=self._workbench.review.events_left,
        )
        doing = (mode, session.selection, session.frame_range, self._workbench.review.current)
        moved_on, self._doing = doing != self._doing, doing
        self._status_line.set_mode(
            mode, expected, urgent=now.mode is not Mode.REVIEW, moved_on=moved_on
        )
        self._canvas.set_notice(_notice(now.mode, expected))

    def _radius_text(self, mode: Mode) -> str:
        foreseen = self._workbench.blast_radius
        if mode is Mode.RETRACK:
            return self._workbench.retracking.text
        return foreseen.text if mode is not Mode.SWAP or foreseen.considers else ""

    def _fix_text(self) -> str:
        """Return what accepting would do, in the middle of a sentence."""
        proposal = self._workbench.review.chosen
        title = say_composed(proposal.title) if proposal is not None else say("nothing to mend")
        return in_a_sentence(title)

    def _show_place(self) -> None:
        session, opened = self._workbench.session, self._workbench.opened_video
        if session.video is None:
            self._tool_bar.readout.show_place(frame_index=0, frame_count=0, time_s=0.0)
            return
        at = session.frame_index
        known = opened is not None and at < len(opened.timestamps_s)
        time_s = float(opened.timestamps_s[at]) if known and opened is not None else 0.0
        self._tool_bar.readout.show_place(
            frame_index=at, frame_count=session.video.frame_count, time_s=time_s
        )

    @Slot()
    def _show_progress(self) -> None:
        """Say how much is verified, what is left to look at, and how long people have worked."""
        bench = self._workbench
        if bench.session.run is None:
            self._status_line.set_progress("")
            return
        parts = [say("verified {share} %").format(share=f"{100 * bench.verification.share:.0f}")]
        events = bench.review.events_left
        if events is not None:
            parts.append(counted(events, "1 event left", "{count} events left"))
        parts.append(say("{minutes} min").format(minutes=bench.activity.minutes))
        self._status_line.set_progress(" · ".join(parts))

    @Slot()
    def _on_queue_changed(self) -> None:
        self._show_progress()
        self._say_mode(self._workbench.situation())

    @Slot(str)
    def _on_work_begun(self, sentence: str) -> None:
        """Say it at once: nothing is painted until the work is done."""
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        self._status_line.notice(sentence)
        self._status_line.repaint_notice()

    @Slot(str)
    def _on_radius_foreseen(self, _text: str) -> None:
        self._say_mode(self._workbench.situation())

    @Slot(str)
    def _on_action_hovered(self, action_id: str) -> None:
        radius = self._workbench.blast_radius.of_action(action_id)
        if radius:
            self._status_line.notice(radius)

    @Slot()
    def _show_strip(self) -> None:
        run, video = self._workbench.session.run, self._workbench.session.video
        if run is None or video is None or not self._workbench.runs.can_continue:
            if not self._workbench.runs.runner.is_running:
                self._run_strip.hide()
            return
        title = _STATUS_WORDS.get(run.status, "This run is not finished")
        self._run_strip.show_stopped(title, done=run.next_frame, total=video.frame_count)

    @Slot(object)
    def _on_video_ready(self, video: OpenedVideo) -> None:
        self._show_place()
        told = (say("{name}: {count} frames, {width} × {height}, {rate} a second")).format(
            name=video.path.name,
            count=f"{video.frame_count:,}",
            width=video.width,
            height=video.height,
            rate=f"{video.frame_rate:.4g}",
        )
        project = self._workbench.session.project
        of_project = () if project is None else project.notices
        notices = [say_composed(notice) for notice in (*of_project, *video.notices)]
        known = self._workbench.session.video
        if known is not None and video.fingerprint not in (None, known.fingerprint):
            notices.append(
                say(
                    "this file was changed since it was tracked: if boxes lie beside people, put "
                    "the earlier one back"
                )
            )
        of_step, self._said_while_opening = self._said_while_opening, ""
        text = " · ".join((*filter(None, [of_step]), told, *notices))
        self._status_line.notice(text, yields=not of_step and not notices)

    @Slot(str)
    def _keep_while_opening(self, sentence: str) -> None:
        """Keep what a step said that led to another video, which is about to tell of itself."""
        opened = self._workbench.opened_video is not None
        self._said_while_opening = "" if opened else say_composed(sentence)

    @Slot(int)
    def _on_frame_changed(self, _frame_index: int) -> None:
        self._show_place()
        if self._workbench.corrections.mode is not Mode.REVIEW:
            self._say_mode(self._workbench.situation())

    @Slot(str)
    def _on_committed(self, sentence: str) -> None:
        self._status_line.set_saved(self._workbench.session.saved_at)
        self._status_line.notice(sentence)
        self._keep_while_opening(sentence)

    @Slot(bool)
    def _on_playing_changed(self, playing: bool) -> None:
        self._tool_bar.show_playing(playing)

    @Slot(str)
    def _on_device_known(self, device: str) -> None:
        self._device = device
        self._status_line.set_device(device)

    @Slot(float)
    def _on_speed_known(self, frames_per_second: float) -> None:
        self._status_line.set_device(_with_speed(self._device, frames_per_second))


def _with_speed(device: str, frames_per_second: float | None) -> str:
    """Return, say, "CPU · OpenVINO · 31 frames/s"; without a speed that was measured, none."""
    if frames_per_second is None:
        return device
    digits = 0 if frames_per_second >= 10 else 1
    speed = say("{speed} frames/s").format(speed=f"{frames_per_second:.{digits}f}")
    return f"{device} · {speed}"


def _notice(mode: Mode, expected: str) -> str:
    """Return what the canvas says of a mode; beside the outcome of a dry run it is the present."""
    if mode is Mode.RETRACK:
        return QCoreApplication.translate("Retrack", "Now")
    return say_composed(expected) if mode is not Mode.REVIEW else ""
