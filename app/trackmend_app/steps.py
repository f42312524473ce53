"""Undo and redo through everything that a person did, edits and verdicts, in the order of doing."""

from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.review.review_queue import ReviewQueue
from trackmend_app.session import Session
from trackmend_app.step_place import go_to_run, said_of_step
from trackmend_app.verdict_words import title_of_verdict
from trackmend_app.verification import Verification
from trackmend_core.project import Step, Verdict


class Steps(QObject):
    """Takes back what was done last; does again what was taken back last.

    What they are called is asked for with every change of anything, so it is read once after each
    change of the line.

    Signals:
        said(sentence): a verdict was taken back or given again.
    """

    said = Signal(str)

    def __init__(
        self,
        session: Session,
        review: ReviewQueue,
        verification: Verification,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._review = review
        self._verification = verification
        self._titles: tuple[str | None, str | None] | None = None
        for changed in (
            session.project_changed,
            session.tracks_changed,
            review.stored,
            verification.said,
            self.said,
        ):
            changed.connect(self._forget_titles)

    def titles(self) -> tuple[str | None, str | None]:
        """Return what undo and redo would do; None where there is nothing."""
        project = self._session.project
        if project is None:
            return None, None
        if self._titles is None:
            last, following = project.steps()
            self._titles = self._title(last), self._title(following)
        undo_title, redo_title = self._titles
        return self._review.storing or undo_title, redo_title

    def undo(self) -> None:
        """Take back what was done last, and go to its place."""
        self._review.in_turn(self._undo)

    def redo(self) -> None:
        """Do again what was taken back last, and go to its place."""
        self._review.in_turn(self._redo)

    def _undo(self) -> None:
        project = self._session.required_project()
        step, _ = project.steps()
        if step is None or step.verdict_id is None:
            self._session.undo()
        else:
            self._follow(project.take_verdict_back(step.verdict_id), undone=True)

    def _redo(self) -> None:
        project = self._session.required_project()
        _, step = project.steps()
        if step is None or step.verdict_id is None:
            self._session.redo()
        else:
            self._follow(project.give_verdict_again(step.verdict_id), undone=False)

    def _follow(self, verdict: Verdict, *, undone: bool) -> None:
        """Show what the file says now, and say it."""
        title = title_of_verdict(verdict)
        gone_to = self._go_to_verdict(verdict)
        if verdict.answer is not None:
            self._review.follow_verdict(verdict, undone=undone)
        else:
            self._verification.follow_verdict(verdict)
        self.said.emit(said_of_step(title, undone=undone, gone_to=gone_to))

    def _go_to_verdict(self, verdict: Verdict) -> str:
        """Show what it is about, and return that; an answer holds for every run of its video."""
        video, answer = self._session.video, verdict.answer
        if answer is not None and video is not None and video.video_id == answer.video_id:
            return ""
        return go_to_run(self._session, verdict.run_id) if verdict.run_id is not None else ""

    @Slot()
    def _forget_titles(self) -> None:
        self._titles = None

    def _title(self, step: Step | None) -> str | None:
        if step is None or step.title or step.verdict_id is None:
            return None if step is None else step.title
        return title_of_verdict(self._session.required_project().verdict(step.verdict_id))
