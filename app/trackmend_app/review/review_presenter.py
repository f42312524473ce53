"""Keeps panel, canvas, timeline and track list in step with the review queue."""

from PySide6.QtCore import QObject, QRectF, Slot

from trackmend_app.canvas import VideoCanvas
from trackmend_app.canvas_presenter import CanvasPresenter
from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.panels import Panels
from trackmend_app.review.proposal_preview import ProposalPreview
from trackmend_app.review.queue_snapshot import QueueSnapshot
from trackmend_app.review.queue_state import QueueState
from trackmend_app.review.queue_words import empty_words, header_text, proposal_parts
from trackmend_app.review.review_panel import ReviewPanel
from trackmend_app.timeline import TimelineView
from trackmend_app.tracks_presenter import TracksPresenter
from trackmend_app.workbench import Workbench
from trackmend_core.review import Crop, Suspicion
from trackmend_core.types import ImageArray

CROPS_FOR = "review"


class ReviewPresenter(QObject):
    """Between the queue and whatever shows it."""

    def __init__(
        self,
        panel: ReviewPanel,
        *,
        workbench: Workbench,
        panels: Panels,
        canvas: VideoCanvas,
        canvas_presenter: CanvasPresenter,
        timeline: TimelineView,
        tracks_presenter: TracksPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._workbench = workbench
        self._panels = panels
        self._queue = workbench.review
        self._canvas = canvas
        self._canvas_presenter = canvas_presenter
        self._timeline = timeline
        self._tracks_presenter = tracks_presenter
        self._is_new = False
        self._told: QueueSnapshot | None = None
        self._listed: tuple[object, ...] = ()
        queue, session = self._queue, workbench.session
        queue.changed.connect(self._on_queue_changed)
        queue.current_changed.connect(self._on_current_changed)
        queue.preview_changed.connect(self._on_preview_changed)
        workbench.retracking.active_changed.connect(self._on_preview_changed)
        workbench.runs.state_changed.connect(self._on_runs_changed)
        canvas_presenter.frame_shown.connect(self._show_ghosts)
        workbench.crops.crop_ready.connect(self._on_crop_ready)
        for sign in (session.frame_changed, session.selection_changed, session.committed):
            sign.connect(self._say_summary)
        panel.card_chosen.connect(self._on_card_chosen)
        panel.answer_bar.fix_chosen.connect(queue.choose)
        panel.open_card.crop_clicked.connect(self._on_crop_clicked)
        panel.open_card.note_changed.connect(queue.set_note)
        panel.open_card.note_ended.connect(canvas.setFocus)
        panel.answer_back_asked.connect(queue.forget_answer)
        panel.place_asked.connect(workbench.travel.to)
        panel.look_again_asked.connect(queue.look_again)
        self._on_queue_changed()

    def step(self, by: int) -> None:
        """Show the panel and take the next (1) or previous (-1) suspicion in hand.

        The video gets the keys: a list or a matrix would keep the Enter that accepts.
        """
        self._panels.show("review")
        self._canvas.setFocus()
        self._queue.step(by)

    @Slot()
    def _on_queue_changed(self) -> None:
        self._list()
        if self._queue.snapshot is not self._told:
            self._told = self._queue.snapshot
            self._panel.show_answers(self._told.answers)
            suspicion = self._queue.map
            self._tracks_presenter.show_suspicion(suspicion.of_track, suspicion.of_frame)
        self._say_summary()

    @Slot()
    def _on_current_changed(self) -> None:
        current = self._queue.current
        self._list()
        self._is_new = current is not None
        if current is None:
            return
        card = self._panel.open_card
        card.set_suspicion(current, note=self._queue.note)
        self._panel.answer_bar.set_suspicion(current, choice=self._queue.choice)
        path, crops = self._workbench.video_path(), self._workbench.crops
        card.set_pictures(crops.ask(path, card.crops.keys, for_whom=CROPS_FOR))
        self._panel.show_queue_page()
        self._panel.scroll_to_open()

    @Slot()
    def _on_preview_changed(self) -> None:
        preview = self._queue.preview
        if self._queue.current is not None:
            self._panel.answer_bar.set_preview(self._queue.choice, preview)
        shown = self._shown_preview
        self._timeline.set_ghosts(shown.stretches if shown is not None else ())
        is_tried = self._workbench.retracking.is_active
        self._canvas.set_proposal(() if is_tried else proposal_parts(self._queue.chosen))
        self._show_ghosts()

    @property
    def _shown_preview(self) -> ProposalPreview | None:
        """What the proposal would do; nothing beside a dry run, which shows what that would do."""
        return None if self._workbench.retracking.is_active else self._queue.preview

    @Slot()
    def _show_ghosts(self) -> None:
        """Show on the frame what the chosen proposal would do to it."""
        preview, frame = self._shown_preview, self._canvas_presenter.shown_frame
        self._bring_into_view(frame)
        self._canvas.set_ghosts(preview.ghosts.get(frame, ()) if preview is not None else ())

    def _bring_into_view(self, frame_index: int) -> None:
        """Move a picture that is zoomed in so that the event just taken in hand is seen."""
        current, canvas, preview = self._queue.current, self._canvas, self._queue.preview
        if not self._is_new or current is None or frame_index != current.frame:
            return
        boxes = self._workbench.session.boxes_at(frame_index)
        mine = [box.box_xyxy for box in boxes if box.track_id in current.tracks]
        if not mine and preview is None:
            return  # a missed box is known only with what the proposal would put there
        self._is_new = False
        if not mine and preview is not None:
            mine = [ghost.box_xyxy for ghost in preview.ghosts.get(frame_index, ())]
        if not mine or canvas.is_fitted:
            return
        x1, y1, x2, y2 = (
            min(box[0] for box in mine),
            min(box[1] for box in mine),
            max(box[2] for box in mine),
            max(box[3] for box in mine),
        )
        if not QRectF(canvas.rect()).contains(canvas.transform.rect_to_widget(x1, y1, x2, y2)):
            canvas.centre_on((x1 + x2) / 2, (y1 + y2) / 2)

    @Slot()
    def _on_runs_changed(self) -> None:
        self._timeline.set_awaits_run(self._workbench.runs.runner.is_running)
        self._list()

    def _list(self) -> None:
        """Show the queue, or why there is none."""
        queue, snapshot = self._queue, self._queue.snapshot
        state = queue.state
        if state is QueueState.NO_RUN and self._workbench.runs.runner.is_running:
            state = QueueState.RUN_GOES_ON  # it has begun, and loads the model
        listed = (snapshot, queue.current, state if not snapshot.open else None)
        if listed == self._listed:
            return
        self._listed = listed
        if snapshot.open and queue.state in (QueueState.READY, QueueState.UPDATING):
            self._panel.show_queue(snapshot.open, queue.current)
        else:
            title, hint = empty_words(state, done=snapshot.done_count)
            self._panel.show_message(title, hint, may_look_again=queue.state is QueueState.FAILED)

    @Slot()
    def _say_summary(self) -> None:
        snapshot = self._queue.snapshot
        if self._queue.state not in (QueueState.READY, QueueState.UPDATING):
            self._panel.set_summary("")
            return
        self._panel.set_summary(
            header_text(
                left=len(snapshot.open),
                done=snapshot.done_count,
                seconds=self._workbench.activity.seconds,
            )
        )

    @Slot(object)
    def _on_card_chosen(self, suspicion: Suspicion) -> None:
        self._queue.take(suspicion)
        self._canvas.setFocus()

    @Slot(object)
    def _on_crop_clicked(self, crop: Crop) -> None:
        self._workbench.travel.to(crop.frame)

    @Slot(object, object)
    def _on_crop_ready(self, key: CropKey, picture: ImageArray) -> None:
        self._panel.open_card.set_pictures({key: picture})
