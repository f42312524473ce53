"""Keeps the history panel in step with the project, and goes where it points."""

from PySide6.QtCore import QObject, QTimer, Slot

from trackmend_app.history.history_model import HistoryLine, history_lines
from trackmend_app.history.history_panel import HistoryPanel
from trackmend_app.repairs import Repairs
from trackmend_app.review.review_queue import ReviewQueue
from trackmend_app.session import Session
from trackmend_app.travel import Travel
from trackmend_app.verification import Verification
from trackmend_core.project import Verdict
from trackmend_core.types import RunId

SETTLE_MS = 60


class HistoryPresenter(QObject):
    """Between the session and the panel; a hidden panel costs nothing."""

    def __init__(
        self,
        panel: HistoryPanel,
        *,
        session: Session,
        repairs: Repairs,
        travel: Travel,
        review: ReviewQueue,
        verification: Verification,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._session = session
        self._repairs = repairs
        self._travel = travel
        self._is_shown = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self.refresh)
        session.tracks_changed.connect(self._settled.start)
        session.project_changed.connect(self._settled.start)
        review.changed.connect(self._settled.start)
        verification.changed.connect(self._settled.start)
        session.selection_changed.connect(self._on_selection_changed)
        panel.only_selected_changed.connect(self.refresh)
        panel.line_activated.connect(self._on_line_activated)
        panel.return_asked.connect(self._on_return_asked)

    @Slot(bool)
    def set_shown(self, shown: bool) -> None:
        """Say whether the panel is visible."""
        self._is_shown = shown
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the history anew."""
        project, run = self._session.project, self._session.run
        if not self._is_shown:
            return
        if project is None or run is None:
            self._panel.set_lines(())
            return
        only = self._panel.only_selected.isChecked()
        self._panel.set_lines(
            history_lines(
                [edit for edit in project.edits() if edit.run_id == run.run_id],
                project.checkpoints(),
                project.touched_tracks(run.run_id),
                [one for one in project.verdicts(run.video_id) if _is_told(one, run.run_id)],
                of_tracks=frozenset(self._session.selection.track_ids) if only else None,
            )
        )

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._panel.only_selected.isChecked():
            self._settled.start()

    @Slot(object)
    def _on_line_activated(self, line: HistoryLine) -> None:
        if line.frames is not None:
            self._travel.to(line.frames[0])
        there = [one.track_id for one in line.touched if self._session.track(one.track_id)]
        if there:
            self._session.select_tracks(there)

    @Slot(object)
    def _on_return_asked(self, line: HistoryLine) -> None:
        if line.checkpoint is not None:
            self._repairs.go_back_to(line.checkpoint.checkpoint_id, line.checkpoint.name)


def _is_told(verdict: Verdict, run_id: RunId) -> bool:
    """Answers hold for every run of the video, verified stretches for their own."""
    return verdict.answer is not None or verdict.run_id == run_id
