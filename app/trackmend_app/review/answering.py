"""The part of the review queue that stores answers, takes them back and gives them again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from trackmend_app.review import index_tasks
from trackmend_app.review.index_thread import IndexThread
from trackmend_app.review.queue_snapshot import QueueSnapshot, take_snapshot
from trackmend_app.review.queue_state import QueueState
from trackmend_app.session import Session
from trackmend_app.verdict_words import title_of_verdict
from trackmend_core.project import ReviewAnswer, Verdict, VerdictKind
from trackmend_core.review import Decision, ReviewIndex, Suspicion, say_answer

Task = Callable[[ReviewIndex], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What was asked for while an answer was on its way into the file.

    Attributes:
        act: to be done after it.
        at_any_rate: also if the queue is closed before.
    """

    act: Callable[[], None]
    at_any_rate: bool


class Answering(QObject):
    """Answers that change no track; see `ReviewQueue`, whose state this part shares.

    Signals:
        said(sentence).
        stored(): an answer is in the file, or one was opened again: undo means something else now.
    """

    said = Signal(str)
    stored = Signal()
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
        self._waiting: list[_Waiting] = []

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
        self._store(task, title=title, said=f"{title} · ‹undo› takes it back")

    @property
    def storing(self) -> str | None:
        """Return what an answer is called that is not in the file yet, None if all are."""
        return self._storing[-1] if self._storing else None

    def in_turn(self, act: Callable[[], None], *, at_any_rate: bool = False) -> None:
        """Do it after the answers that are on their way into the file; at once if there are none.

        Args:
            act: what changes the line of what was done, which is in the order of the keys.
            at_any_rate: also when the queue is closed before its turn has come.
        """
        if not self._storing and not self._waiting:
            act()
            return
        self._waiting.append(_Waiting(act, at_any_rate))
        if not self.ask(index_tasks.nothing, self._do_waiting):
            self._do_all_waiting()

    def _do_waiting(self, _nothing: object) -> None:
        if self._waiting:
            self._waiting.pop(0).act()

    def _do_all_waiting(self) -> None:
        """Do what nobody may lose: no more answers are stored before it."""
        while self._waiting:
            waiting = self._waiting.pop(0)
            if waiting.at_any_rate:
                waiting.act()

    def forget_answer(self, answer_id: int) -> None:
        """Open an answered suspicion again, as a step: it waits again, with its note."""
        if self._state is not QueueState.READY:
            return
        run = self._session.required_run()
        opened = self._session.required_project().open_again(run.run_id, answer_id)
        if opened is not None and opened.answer is not None:
            self.follow_verdict(opened, undone=False)
            self.stored.emit()
            self.said.emit(f"{title_of_verdict(opened)} · ‹undo› takes it back")

    def follow_verdict(self, verdict: Verdict, *, undone: bool) -> None:
        """Look at the queue anew after the file took an answer back, or gave it again.

        An answer that counts no longer puts its card back, opened and with its note. Nothing is
        done if it is not about what this queue looks at.
        """
        answer = verdict.answer
        if answer is None or not self._is_about_shown_video(answer):
            return
        opens = (verdict.kind is VerdictKind.ANSWERED) is undone
        if opens:
            self._note_back = answer.note
            self._go_to(answer.frame_index)
        task = partial(index_tasks.read_answers, opens=answer if opens else None)
        self._post_change(task, self._on_followed)

    def _is_about_shown_video(self, answer: ReviewAnswer) -> bool:
        video = self._session.video
        return self._thread is not None and video is not None and video.video_id == answer.video_id

    def _store(self, task: Task, *, title: str, said: str) -> None:
        """Let the thread store an answer; it is said when the file has it."""
        self._storing.append(title)
        self._post_change(task, partial(self._on_stored, said))

    def _post_change(
        self, task: Task, take: Callable[[int | None, QueueSnapshot | None], None]
    ) -> None:
        assert self._thread is not None
        if self._state is QueueState.READY:
            self._set_state(QueueState.UPDATING)
        at = None if self._current is None else self._snapshot.place(self._current.key)
        self._pending += 1
        self._thread.post("queue", task, take_snapshot, partial(take, at))

    def _on_stored(self, said: str, at: int | None, snapshot: QueueSnapshot | None) -> None:
        self._storing.pop(0)
        self.stored.emit()
        self.said.emit(said)
        self._on_followed(at, snapshot)

    def _on_followed(self, at: int | None, snapshot: QueueSnapshot | None) -> None:
        had = self._current
        self._take_over(snapshot)
        waiting = self._snapshot.open
        if had is not None and self._current is None and at is not None and waiting:
            self.take(waiting[min(at, len(waiting) - 1)])  # the one at hand was answered again

    def take(self, suspicion: Suspicion, *, choice: int = 0, note: str = "") -> None:
        """See `ReviewQueue`."""
        raise NotImplementedError

    def ask(self, task: Callable[[ReviewIndex], object], take: Callable[[object], None]) -> bool:
        """See `ReviewQueue`."""
        raise NotImplementedError

    def _is_in_step(self) -> bool:
        raise NotImplementedError

    def _set_state(self, state: QueueState) -> None:
        raise NotImplementedError

    def _take_over(self, snapshot: QueueSnapshot | None) -> None:
        raise NotImplementedError
