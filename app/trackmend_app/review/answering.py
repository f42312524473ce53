"""The part of the review queue that stores answers, takes them back and gives them again."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from trackmend_app.review import index_tasks
from trackmend_app.review.index_thread import IndexThread
from trackmend_app.review.queue_snapshot import QueueSnapshot, take_snapshot
from trackmend_app.review.queue_state import QueueState
from trackmend_app.session import Session
from trackmend_core.project import ReviewAnswer
from trackmend_core.review import Decision, ReviewIndex, Suspicion, say_answer


class Answering(QObject):
    """Answers that change no track; see `ReviewQueue`, whose state this part shares."""

    said = Signal(str)
    _session: Session
    _go_to: Callable[[int], None]
    _thread: IndexThread | None
    _snapshot: QueueSnapshot
    _state: QueueState
    _current: Suspicion | None
    _go_on_at: int | None
    _pending: int
    _note: str

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._note_back = ""
        self._storing: list[str] = []

    def reject(self) -> None:
        """Say that this is no error, and go on to the next suspicion."""
        self._answer(Decision.REJECTED)

    def leave_unsure(self) -> None:
        """Say that nobody can tell, and go on to the next suspicion."""
        self._answer(Decision.UNSURE)

    def _answer(self, decision: Decision) -> None:
        current = self._current
        if current is None or not self._is_in_step():
            return
        self._go_on_at = self._snapshot.place(current.key)
        title, project = say_answer(current, decision), self._session.required_project()
        task = partial(
            index_tasks.decide,
            suspicion=current,
            decision=decision,
            note=self._note,
            after_edit_id=project.newest_edit,
        )
        self._change_answers(task, title=title, said=f"{title} · ‹undo› takes it back")

    @property
    def storing(self) -> str | None:
        """Return what an answer is called that is not in the file yet, None if all are."""
        return self._storing[-1] if self._storing else None

    def forget_answer(self, answer_id: int) -> None:
        """Forget an answer; what it kept out of the queue waits again, with its note."""
        if self._state is QueueState.READY:
            known = (one for one in self._snapshot.answers if one.answer_id == answer_id)
            self._note_back = next((one.note for one in known), "")
            self._set_state(QueueState.UPDATING)
            self._post(partial(index_tasks.forget, answer_id=answer_id))

    def undo_answer(self, answer: ReviewAnswer, *, title: str) -> bool:
        """Take an answer back; False if it is not about what this queue looks at."""
        if answer.answer_id is None or not self._is_about_shown_video(answer):
            return False
        task = partial(index_tasks.undo_answer, answer_id=answer.answer_id)
        self._note_back = answer.note
        self._go_to(answer.frame_index)
        self._change_answers(task, title=title, said=f"Undone: {title}")
        return True

    def redo_answer(self, answer: ReviewAnswer, *, title: str) -> bool:
        """Give an answer again and go on; False if it is not about what this queue looks at."""
        if answer.answer_id is None or not self._is_about_shown_video(answer):
            return False
        task = partial(index_tasks.redo_answer, answer_id=answer.answer_id)
        self._change_answers(task, title=title, said=f"Redone: {title}")
        return True

    def _is_about_shown_video(self, answer: ReviewAnswer) -> bool:
        video = self._session.video
        return self._thread is not None and video is not None and video.video_id == answer.video_id

    def _change_answers(
        self, task: Callable[[ReviewIndex], Sequence[str]], *, title: str, said: str
    ) -> None:
        """Store, take back or give again; it is said when the file has it."""
        assert self._thread is not None
        self._storing.append(title)
        if self._state is QueueState.READY:
            self._set_state(QueueState.UPDATING)
        at = None if self._current is None else self._snapshot.place(self._current.key)
        self._pending += 1
        self._thread.post("queue", task, take_snapshot, partial(self._on_stored, said, at))

    def _on_stored(self, said: str, at: int | None, snapshot: QueueSnapshot | None) -> None:
        self._storing.pop(0)
        self.said.emit(said)
        had = self._current
        self._take_over(snapshot)
        waiting = self._snapshot.open
        if had is not None and self._current is None and at is not None and waiting:
            self.take(waiting[min(at, len(waiting) - 1)])  # the one at hand was answered again

    def take(self, suspicion: Suspicion, *, choice: int = 0, note: str = "") -> None:
        """See `ReviewQueue`."""
        raise NotImplementedError

    def _is_in_step(self) -> bool:
        raise NotImplementedError

    def _set_state(self, state: QueueState) -> None:
        raise NotImplementedError

    def _post(self, task: Callable[[ReviewIndex], Sequence[str]]) -> None:
        raise NotImplementedError

    def _take_over(self, snapshot: QueueSnapshot | None) -> None:
        raise NotImplementedError
