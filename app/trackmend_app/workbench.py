"""Everything behind the window that is no widget: session, threads and controls, made and ended."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from trackmend_app.activity import ActivityClock
from trackmend_app.blast_radius import BlastRadius
from trackmend_app.by_hand import ByHand
from trackmend_app.chooser import Chooser
from trackmend_app.corrections import Corrections
from trackmend_app.dialogs.questions import Questions
from trackmend_app.edit_plans import EditPlans
from trackmend_app.foreign_edits import ForeignEdits
from trackmend_app.jobs.crop_loader import CropLoader
from trackmend_app.jobs.frame_loader import FrameLoader, OpenedVideo
from trackmend_app.jobs.glimpse_maker import GlimpseMaker
from trackmend_app.jobs.right_of_way import RightOfWay
from trackmend_app.leaving import may_close
from trackmend_app.model_shelf import DetectorShelf
from trackmend_app.moments import MomentKeeper
from trackmend_app.opener import Opener
from trackmend_app.playback import Playback
from trackmend_app.repairs import Repairs
from trackmend_app.retracking.control import RetrackControl
from trackmend_app.review.queue_state import QueueState
from trackmend_app.review.review_queue import ReviewQueue
from trackmend_app.run_control import RunControl
from trackmend_app.session import Session
from trackmend_app.similarity.control import SimilarityControl
from trackmend_app.similarity.worker import SimilarityWorker
from trackmend_app.situation import Situation
from trackmend_app.steps import Steps
from trackmend_app.training.control import TrainingControl
from trackmend_app.training.interrupted import Interrupted
from trackmend_app.travel import Travel
from trackmend_app.verification import Verification
from trackmend_app.video_finder import VideoFinder
from trackmend_core.errors import UserError
from trackmend_core.project import check_same_video
from trackmend_core.similarity import MapCache
from trackmend_core.video import FrameCache, Glimpses

FRAME_CACHE_BYTES = 512 * 1024 * 1024
MAP_CACHE_BYTES = 256 * 1024 * 1024


class Workbench(QObject):
    """Owns the session, the threads and the controls that work on it.

    Signals:
        situation_changed(): what is possible may have changed.
        video_ready(OpenedVideo): frames of the session's video can be shown.
        said(sentence); failed(error): from any control.
        refused(error): an edit was not made, and nothing has changed.
    """

    situation_changed = Signal()
    video_ready = Signal(object)
    said = Signal(str)
    failed = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        *,
        questions: Questions,
        shelf: DetectorShelf | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.questions = questions
        self.shelf = shelf or DetectorShelf()
        self.frames = FrameCache(FRAME_CACHE_BYTES)
        self.maps = MapCache(MAP_CACHE_BYTES)
        self.session = Session(self)
        self.glimpses = Glimpses()
        self.way = RightOfWay()
        self.loader = FrameLoader(self.frames, glimpses=self.glimpses, way=self.way, parent=self)
        self.crops = CropLoader(self.frames, way=self.way, parent=self)
        self.playback = Playback(parent=self)
        self.by_hand = ByHand(self.session)
        self.plans = EditPlans(self.session)
        self.blast_radius = BlastRadius(self.session, self.plans, parent=self)
        self.corrections = Corrections(
            self.session,
            by_hand=self.by_hand,
            plans=self.plans,
            questions=questions,
            parent=self,
        )
        self.repairs = Repairs(self.session, self.plans, parent=self)
        self.verification = Verification(self.session, parent=self)
        self.retracking = RetrackControl(
            self.session, self.corrections, self.verification, parent=self
        )
        self.activity = ActivityClock(self.session, parent=self)
        self.moments = MomentKeeper(self.session, parent=self)
        self.chooser = Chooser(self.session, self.corrections, parent=self)
        self.travel = Travel(
            self.session,
            self.playback,
            event_range=lambda: self.review.event_range,
            parent=self,
        )
        self.review = ReviewQueue(
            self.session,
            by_hand=self.by_hand,
            verification=self.verification,
            go_to=self.travel.to_event,
            parent=self,
        )
        self.verification.in_turn = partial(self.review.in_turn, at_any_rate=True)
        self.steps = Steps(self.session, self.review, self.verification, parent=self)
        self.opener = Opener(
            self.session, questions=questions, may_leave=self.may_leave_project, parent=self
        )
        self.finder = VideoFinder(self.session, questions=questions, parent=self)
        self.runs = RunControl(
            self.session,
            shelf=self.shelf,
            frames=self.frames,
            video_path=self.video_path,
            parent=self,
        )
        self.activity.is_led = lambda: self.runs.is_leading
        self._similarity_worker = SimilarityWorker(
            self.shelf, frames=self.frames, maps=self.maps, way=self.way, parent=self
        )
        self.similarity = SimilarityControl(
            self.session,
            self._similarity_worker,
            shelf=self.shelf,
            is_busy=lambda: self.runs.runner.is_running or self.playback.is_playing,
            video_path=self.video_path,
            parent=self,
        )
        self.training = TrainingControl(self.session, parent=self)
        self.glimpse_maker = GlimpseMaker(
            self.glimpses,
            is_busy=lambda: (
                self.runs.runner.is_running
                or self.playback.is_playing
                or self.training.is_running
                or self.retracking.runner.is_running
            ),
            parent=self,
        )
        self._opened: OpenedVideo | None = None
        self._video_lost = False
        self._side_views = 0
        self._foreign = ForeignEdits(self.session, self)
        self._connect()

    def _connect(self) -> None:
        session = self.session
        self._foreign.found.connect(self._on_foreign_edit)
        session.video_changed.connect(self._on_video_changed)
        session.range_changed.connect(self._on_range_changed)
        session.frame_changed.connect(self.glimpse_maker.disturb)
        self.loader.video_opened.connect(self._on_video_opened)
        self.loader.open_failed.connect(self._on_open_failed)
        self.playback.playing_changed.connect(self.similarity.look)
        self.runs.runner.ended.connect(self.similarity.look)
        self.playback.frame_due.connect(session.go_to)
        self.review.current_changed.connect(self._on_event_changed)
        self.review.changed.connect(self._on_queue_changed)
        for signal in (
            session.project_changed,
            session.run_changed,
            session.tracks_changed,
            session.selection_changed,
            session.range_changed,
            self.playback.loop_changed,
            self.corrections.mode_changed,
            self.playback.playing_changed,
            self.runs.state_changed,
            self.training.state_changed,
            self.review.current_changed,
            self.review.changed,
            self.verification.said,
            self.steps.said,
            self.retracking.changed,
            self.retracking.active_changed,
        ):
            signal.connect(self.situation_changed)
        for control in (
            self.corrections,
            self.verification,
            self.review,
            self.chooser,
            self.playback,
            self.steps,
            self.opener,
            self.finder,
            self.runs,
            self.similarity,
            self.training,
            self.retracking,
        ):
            control.said.connect(self.said)
        self.corrections.considered.connect(self.blast_radius.consider)
        self.corrections.mode_changed.connect(self.blast_radius.set_mode)
        for refusing in (
            self.corrections,
            self.repairs,
            self.retracking,
            self.verification,
            self.review,
        ):
            refusing.refused.connect(self.refused)
        self.training.interrupted.connect(
            self._on_training_interrupted,
            Qt.ConnectionType.QueuedConnection,
        )
        for failing in (
            self.opener,
            self.finder,
            self.runs,
            self.review,
            self.similarity,
            self.training,
            self.retracking,
        ):
            failing.failed.connect(self.failed)
        self.loader.read_failed.connect(lambda _index, error: self.said.emit(str(error)))

    @Slot()
    def _on_foreign_edit(self) -> None:
        self.review.look_again()
        self.said.emit("Somebody changed this project in another window; it is shown as it is now")

    @property
    def opened_video(self) -> OpenedVideo | None:
        """Return the video whose frames can be shown."""
        return self._opened

    def video_path(self) -> Path | None:
        """Return where the shown video is; None while it cannot be read."""
        return self._opened.path if self._opened is not None else None

    def situation(self) -> Situation:
        """Return what is possible at this moment."""
        session = self.session
        project, runner = session.project, self.runs.runner
        undo_title, redo_title = self.steps.titles()
        return Situation(
            has_project=project is not None,
            has_video=self._opened is not None,
            has_run=session.run is not None,
            video_lost=self._video_lost,
            job_runs=runner.is_running,
            job_paused=runner.is_paused,
            training_runs=self.training.is_running,
            run_can_continue=self.runs.can_continue,
            selected_tracks=len(session.selection.track_ids),
            box_selected=session.selection.box_id is not None,
            side_views=self._side_views,
            range_selected=session.frame_range is not None,
            event_at_hand=self.review.current is not None,
            undo_title=undo_title,
            redo_title=redo_title,
            mode=self.corrections.mode,
            retrack_ready=self.retracking.can_accept,
        )

    @Slot(object)
    def _on_training_interrupted(self, cut_off: Interrupted) -> None:
        self.questions.tell(cut_off.message, cut_off.hint)

    def set_side_views(self, count: int) -> None:
        """Say how many views are open beside the main one."""
        self._side_views = count
        self.situation_changed.emit()

    def may_leave_project(self) -> bool:
        """Ask before jobs are ended that work on the open project, and end them.

        A project whose file was deleted or replaced is saved beside it first, and that is told.
        """
        busy = [
            what
            for what, runs in (
                ("the run", self.runs.runner.is_running),
                ("the training", self.training.is_running),
            )
            if runs
        ]
        if busy:
            if not self.questions.confirm(
                f"Stop {' and '.join(busy)}?",
                "What has been found so far is kept: a run can be continued later, "
                "a training leaves its last checkpoint.",
                "Stop and go on",
            ):
                return False
            self.training.stop_and_wait()
            self.runs.runner.stop_and_wait()
        project = self.session.project
        return project is None or may_close(project, self.questions)

    def shut_down(self) -> None:
        """End every thread and process, then close the project."""
        self.playback.stop()
        self.training.stop_and_wait()
        self.opener.runner.stop_and_wait()
        self.finder.runner.stop_and_wait()
        self.runs.runner.stop_and_wait()
        self.retracking.leave()
        self.retracking.runner.stop_and_wait()
        self._similarity_worker.shut_down()
        self.loader.shut_down()
        self.glimpse_maker.shut_down()
        self.crops.shut_down()
        self.session.close_project()

    @Slot()
    def _on_video_changed(self) -> None:
        self._opened, self._video_lost = None, False
        self.playback.stop()
        self._similarity_worker.close_video()
        self.glimpse_maker.close_video()
        project, video = self.session.project, self.session.video
        if project is None or video is None:
            self.loader.close_video()
            return
        try:
            path = project.locate_video(video.video_id)
        except UserError as error:
            self._video_lost = True
            self.loader.close_video()
            self.finder.look_for(video, error)
        else:
            self.loader.open(path)

    @Slot()
    def _on_queue_changed(self) -> None:
        """Load the network for the maps once the queue is there: what comes next selects tracks."""
        if self.review.state is QueueState.READY:
            self.similarity.prepare()

    @Slot()
    def _on_range_changed(self) -> None:
        """Let the loop follow the range; without a range nothing is looped."""
        if self.playback.loop is not None:
            self.playback.set_loop(self.session.frame_range)

    @Slot()
    def _on_event_changed(self) -> None:
        """Let the loop of a suspicion end when it is put down."""
        if self.review.current is None and self.travel.loops_event:
            self.playback.set_loop(None)
            self.playback.stop()

    @Slot(object)
    def _on_video_opened(self, video: OpenedVideo) -> None:
        self._opened = video
        self.glimpse_maker.open(video.path)
        self.playback.set_video(video.timestamps_s)
        self.loader.request(self.session.frame_index)
        self.video_ready.emit(video)
        self.situation_changed.emit()
        if self.session.video is not None:
            try:
                check_same_video(
                    self.session.video,
                    frame_count=video.frame_count,
                    width=video.width,
                    height=video.height,
                )
            except UserError as error:
                self.failed.emit(error)

    @Slot(object)
    def _on_open_failed(self, error: Exception) -> None:
        self._video_lost = True
        self.situation_changed.emit()
        self.failed.emit(error)
