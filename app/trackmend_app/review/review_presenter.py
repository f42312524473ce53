"""Keeps panel, canvas, timeline and track list in step with the review queue."""

from PySide6.QtCore import QObject, Slot

from trackmend_app.canvas import VideoCanvas
from trackmend_app.canvas_presenter import CanvasPresenter
from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.panels import Panels
from trackmend_app.review.queue_words import empty_words, header_text
from trackmend_app.review.review_panel import ReviewPanel
from trackmend_app.review.review_queue import QueueState
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
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._workbench = workbench
        self._panels = panels
        self._queue = workbench.review
        self._canvas = canvas
        self._canvas_presenter = canvas_presenter
        queue, session = self._queue, workbench.session
        queue.changed.connect(self._on_queue_changed)
        queue.current_changed.connect(self._on_current_changed)
        queue.preview_changed.connect(self._on_preview_changed)
        workbench.crops.crop_ready.connect(self._on_crop_ready)
        for sign in (session.frame_changed, session.selection_changed, session.committed):
            sign.connect(self._say_summary)
        panel.card_chosen.connect(self._on_card_chosen)
        panel.open_card.fix_chosen.connect(queue.choose)
        panel.open_card.crop_clicked.connect(self._on_crop_clicked)
        panel.open_card.note_changed.connect(queue.set_note)
        panel.open_card.note_ended.connect(canvas.setFocus)
        panel.answer_back_asked.connect(queue.forget_answer)
        panel.place_asked.connect(workbench.travel.to)
        panel.look_again_asked.connect(queue.look_again)
        self._on_queue_changed()

    def step(self, by: int) -> None:
        """Show the panel and take the next (1) or previous (-1) suspicion in hand."""
        self._panels.show("review")
        self._queue.step(by)

    @Slot()
    def _on_queue_changed(self) -> None:
        self._list()
        self._panel.show_answers(self._queue.snapshot.answers)
        self._say_summary()

    @Slot()
    def _on_current_changed(self) -> None:
        current = self._queue.current
        self._list()
        if current is None:
            return
        card = self._panel.open_card
        card.set_suspicion(current, choice=self._queue.choice, note=self._queue.note)
        path, crops = self._workbench.video_path(), self._workbench.crops
        card.set_pictures(crops.ask(path, card.crops.keys, for_whom=CROPS_FOR))
        self._panel.show_queue_page()
        self._panel.scroll_to_open()

    @Slot()
    def _on_preview_changed(self) -> None:
        if self._queue.current is not None:
            self._panel.open_card.set_preview(self._queue.choice, self._queue.preview)

    def _list(self) -> None:
        """Show the queue, or why there is none."""
        queue, snapshot = self._queue, self._queue.snapshot
        if snapshot.open and queue.state in (QueueState.READY, QueueState.UPDATING):
            self._panel.show_queue(snapshot.open, queue.current)
        else:
            title, hint = empty_words(queue.state, done=len(snapshot.answers))
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
                done=len(snapshot.answers),
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
