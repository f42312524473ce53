"""Undo and redo through everything that a person did, edits and answers, in the order of doing."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from trackmend_app.review import index_tasks
from trackmend_app.review.review_queue import ReviewQueue
from trackmend_app.session import Session
from trackmend_app.wording import say, say_composed
from trackmend_core.project import ReviewAnswer, Step
from trackmend_core.project.records import frame_number
from trackmend_core.review import SuspicionKind


class Steps(QObject):
    """Takes back what was done last; does again what was taken back last.

    Signals:
        said(sentence): an answer about a video that is not shown was taken back or given again.
    """

    said = Signal(str)

    def __init__(
        self, session: Session, review: ReviewQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._review = review

    def titles(self) -> tuple[str | None, str | None]:
        """Return what undo and redo would do; None where there is nothing."""
        project = self._session.project
        if project is None:
            return None, None
        last, following = project.steps()
        return self._review.storing or _title(last), _title(following)

    def undo(self) -> None:
        """Take back what was done last, and go to its place."""
        if self._waits_for_file(self.undo):
            return
        step, _ = self._session.required_project().steps()
        if step is None or step.answer is None or step.answer.answer_id is None:
            self._session.undo()
        elif not self._review.undo_answer(step.answer, title=_title(step) or ""):
            self._session.required_project().take_answer_back(step.answer.answer_id)
            self.said.emit(f"Undone: {_title(step)}")

    def redo(self) -> None:
        """Do again what was taken back last, and go to its place."""
        if self._waits_for_file(self.redo):
            return
        _, step = self._session.required_project().steps()
        if step is None or step.answer is None or step.answer.answer_id is None:
            self._session.redo()
        elif not self._review.redo_answer(step.answer, title=_title(step) or ""):
            self._session.required_project().answer_again(step.answer.answer_id)
            self.said.emit(f"Redone: {_title(step)}")

    def _waits_for_file(self, act: Callable[[], None]) -> bool:
        """Do it once the answer is stored that a key has just given; False if there is none."""
        if self._review.storing is None:
            return False
        return self._review.ask(index_tasks.nothing, lambda _nothing: act())


def _title(step: Step | None) -> str | None:
    if step is None or step.title or step.answer is None:
        return step.title if step is not None else None
    return title_of_answer(step.answer)


def title_of_answer(answer: ReviewAnswer) -> str:
    """Return what a person is told an answer is; those of older versions have no title."""
    if answer.title:
        return say_composed(answer.title)
    kind = say_composed(SuspicionKind(answer.kind).words)
    return say("Answer: {kind}, frame {frame}").format(
        kind=kind, frame=frame_number(answer.frame_index)
    )
