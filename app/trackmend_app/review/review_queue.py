"""The queue of suspicions that the window works through: which is at hand, and what is answered."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.by_hand import ByHand
from trackmend_app.review import index_tasks
from trackmend_app.review.answering import Answering
from trackmend_app.review.index_process import FROM_BOXES
from trackmend_app.review.index_thread import IndexThread
from trackmend_app.review.proposal_preview import ProposalPreview, preview
from trackmend_app.review.queue_snapshot import (
    QueueSnapshot,
    SuspicionMap,
    choices,
    frames_around,
    suspicion_map,
    take_snapshot,
)
from trackmend_app.review.queue_state import QueueState, why_no_step
from trackmend_app.session import Selection, Session
from trackmend_app.verification import Verification
from trackmend_core.errors import UserError
from trackmend_core.project import Changes, RunStatus, VerifiedStretch
from trackmend_core.review import Proposal, ReviewIndex, Suspicion
from trackmend_core.types import EditId, RunId


class ReviewQueue(Answering):
    """Keeps the review index of the shown run, in a thread of its own, in step with every edit.

    Attributes:
        own_process_from: a run of so many boxes has its index in a process of its own.

    Signals:
        changed(): the queue, its state or the answers differ.
        current_changed(): another suspicion is at hand, or none, or another of its proposals.
        preview_changed(): what the chosen proposal would do is known, or is known no more.
        said(sentence); refused(UserError); failed(error).
    """

    changed = Signal()
    current_changed = Signal()
    preview_changed = Signal()
    refused = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        *,
        by_hand: ByHand,
        verification: Verification,
        go_to: Callable[[int], None],
        parent: QObject | None = None,
    ) -> None:
        """Follow a session; `go_to` shows a frame."""
        super().__init__(parent)
        self._session, self._by_hand = session, by_hand
        self._verification = verification
        self._go_to = go_to
        self.own_process_from = FROM_BOXES
        self._thread: IndexThread | None = None
        self._looked_at: tuple[RunId, int] | None = None
        self._state = QueueState.NO_RUN
        self._snapshot = QueueSnapshot()
        self._map: SuspicionMap | None = None
        self._current: Suspicion | None = None
        self._choice = 0
        self._preview: ProposalPreview | None = None
        self._note = ""
        self._go_on_at: int | None = None
        self._pending = self._asked = 0
        self._previewed_with: tuple[VerifiedStretch, ...] = ()
        self._accepting: Suspicion | None = None
        self._accepted: dict[EditId, tuple[Suspicion, str]] = {}
        session.project_closing.connect(self.close)
        session.project_changed.connect(self._follow_run)
        session.run_changed.connect(self._follow_run)
        session.video_changed.connect(self._follow_run)
        session.edited.connect(self._on_edited)
        verification.changed.connect(self._on_verification_changed)

    # What there is

    @property
    def state(self) -> QueueState:
        """Return what the queue is busy with."""
        return self._state

    @property
    def snapshot(self) -> QueueSnapshot:
        """Return what waits and what is answered."""
        return self._snapshot

    @property
    def map(self) -> SuspicionMap:
        """Return how suspicious each track and frame is."""
        if self._map is None:
            video = self._session.video
            count, rate = (video.frame_count, video.frame_rate) if video is not None else (0, 0.0)
            self._map = suspicion_map(self._snapshot.open, frame_count=count, frame_rate=rate)
        return self._map

    @property
    def events_left(self) -> int | None:
        """Return how many suspicions wait, None while that is not known."""
        known = self._state in (QueueState.READY, QueueState.UPDATING)
        return len(self._snapshot.open) if known else None

    @property
    def current(self) -> Suspicion | None:
        """Return the suspicion at hand."""
        return self._current

    @property
    def event_range(self) -> tuple[int, int] | None:
        """Return the frames around the suspicion at hand that are worth watching over and over."""
        video = self._session.video
        if self._current is None or video is None:
            return None
        return frames_around(
            self._current, frame_count=video.frame_count, frame_rate=video.frame_rate
        )

    @property
    def chosen(self) -> Proposal | None:
        """Return what accepting would do."""
        if self._current is None:
            return None
        options = choices(self._current)
        return options[min(self._choice, len(options) - 1)] if options else None

    @property
    def choice(self) -> int:
        """Return which of the proposals is chosen: 0, or 1 for the runner-up."""
        return self._choice

    @property
    def preview(self) -> ProposalPreview | None:
        """Return what the chosen proposal would do, None while that is worked out."""
        return self._preview

    @property
    def note(self) -> str:
        """Return what will be noted with the answer."""
        return self._note

    @property
    def may_answer(self) -> bool:
        """Return whether a suspicion is at hand and the queue is in step with the tracks."""
        return self._current is not None and self._state is QueueState.READY

    # Moving

    def step(self, by: int) -> None:
        """Take the next (1) or the previous (-1) suspicion in hand; around the end."""
        waiting = self._snapshot.open
        if self._state in (QueueState.LOOKING, QueueState.UPDATING):
            at = None if self._current is None else self._snapshot.place(self._current.key)
            if self._go_on_at is None:
                self._go_on_at = 0 if at is None else max(0, at + by)
            return
        if self._state is QueueState.READY and waiting:
            at = None if self._current is None else self._snapshot.place(self._current.key)
            start = at if at is not None else (-1 if by > 0 else 0)
            self.take(waiting[(start + by) % len(waiting)])
            return
        self.said.emit(why_no_step(self._state))

    def take(self, suspicion: Suspicion, *, choice: int = 0, note: str = "") -> None:
        """Take a suspicion in hand: go to its frame and select its tracks."""
        if note or self._current is None or self._current.key != suspicion.key:
            self._note = note
        self._set_current(suspicion, choice)
        self._go_to(suspicion.frame)
        self._session.select_tracks(suspicion.tracks)

    def put_down(self) -> None:
        """Have no suspicion at hand, and nothing selected that it had selected."""
        if self._current is not None:
            self._set_current(None)
            self._session.select(Selection())

    def choose(self, choice: int) -> None:
        """Choose one of the proposals of the suspicion at hand."""
        if self._current is not None and 0 <= choice < len(choices(self._current)):
            self._set_current(self._current, choice)

    def choose_other(self) -> None:
        """Choose the other proposal, if there are two."""
        if self._current is not None and len(choices(self._current)) > 1:
            self.choose(1 - self._choice)
        elif self._current is not None:
            self.said.emit(self.tr("There is no other fix for this one"))

    def set_note(self, note: str) -> None:
        """Keep a note for the answer to come."""
        self._note = note.strip()

    # Answering

    def accept(self) -> None:
        """Make the chosen edit and go on to the next suspicion."""
        proposal, current = self.chosen, self._current
        if not self._is_in_step() or proposal is None or proposal.edit is None:
            return
        self._go_on_at = self._snapshot.place(current.key) if current is not None else None
        self._accepting = current
        try:
            self._by_hand.edit(proposal.edit)
        except UserError as error:
            self._go_on_at = None
            self.refused.emit(error)
        finally:
            self._accepting = None

    def _is_in_step(self) -> bool:
        if self._current is not None and self._state is QueueState.UPDATING:
            self.said.emit(self.tr("The queue is being brought up to date; a moment"))
        return self.may_answer

    # Following the session

    @Slot()
    def _follow_run(self) -> None:
        """Look at the shown run once nobody writes it; let go of any other."""
        run = self._session.run
        goes_on = run is not None and run.status is RunStatus.RUNNING
        wanted = None if run is None or goes_on else (run.run_id, run.next_frame)
        if wanted is not None and wanted == self._looked_at:
            return
        self._end_thread()
        if wanted is not None:
            self._look(wanted)
        else:
            self._set_state(QueueState.RUN_GOES_ON if goes_on else QueueState.NO_RUN)

    @Slot()
    def look_again(self) -> None:
        """Begin anew after a failure."""
        self._looked_at = None
        self._follow_run()

    def _look(self, wanted: tuple[RunId, int]) -> None:
        self._looked_at = wanted
        boxes = sum(track.box_count for track in self._session.tracks())
        self._thread = IndexThread(
            self._session.required_project(),
            wanted[0],
            self,
            elsewhere=boxes >= self.own_process_from,
        )
        self._thread.done.connect(self._on_done)
        self._thread.failed.connect(self._on_failed)
        self._set_state(QueueState.LOOKING)
        self._post(index_tasks.nothing)
        for changes, edit in self._by_hand.take_kept(wanted[0]):
            follow = partial(index_tasks.follow_edit, changes=changes, accepted=None)
            self._post(partial(follow, by_hand=edit))
        self._thread.start()

    @Slot()
    def close(self) -> None:
        """Let go of the run and wait for the thread: the project is about to be closed."""
        self._by_hand.forget()
        self._end_thread()
        self._set_state(QueueState.NO_RUN)

    def _end_thread(self) -> None:
        thread, self._thread, self._looked_at = self._thread, None, None
        self._go_on_at, self._pending = None, 0
        self._accepted.clear()
        self._storing.clear()
        if thread is not None:
            thread.end()
            thread.deleteLater()
            self._do_all_waiting()
        self._snapshot, self._map = QueueSnapshot(), None
        if self._current is not None:
            self._set_current(None)

    def _post(self, task: Callable[[ReviewIndex], Sequence[str]]) -> None:
        """Let the thread do a task and look at the queue after it."""
        if self._thread is not None:
            self._pending += 1
            self._thread.post("queue", task, take_snapshot, self._take_over)

    def ask(self, task: Callable[[ReviewIndex], object], take: Callable[[object], None]) -> bool:
        """Hand `take` what a task finds in the index; False while there is none to ask."""
        if self._thread is not None:
            self._asked += 1  # every question is of a kind of its own: none makes another outdated
            question = f"question {self._asked}"
            self._thread.post(
                question, index_tasks.nothing, partial(index_tasks.find_out, task), take
            )
        return self._thread is not None

    @Slot(object, bool)
    def _on_edited(self, changes: Changes, undone: bool) -> None:
        if self._thread is None or self._looked_at is None:
            self._by_hand.keep(changes)
            return
        if changes.run_id != self._looked_at[0]:
            return
        edit_id = changes.edit_id
        accepted: tuple[Suspicion, str] | None = None
        if self._accepting is not None and edit_id is not None:
            accepted = self._accepted[edit_id] = (self._accepting, self._note)
            self._note = ""
        elif edit_id is not None and not undone:
            accepted = self._accepted.get(edit_id)
        waiting = frozenset(one.key for one in self._snapshot.open)
        self._set_state(QueueState.UPDATING)
        if undone:
            self._note_back = self._accepted[edit_id][1] if edit_id in self._accepted else ""
            self._post(partial(index_tasks.follow_undo, changes=changes, waiting=waiting))
        else:
            follow = partial(index_tasks.follow_edit, changes=changes, accepted=accepted)
            self._post(partial(follow, by_hand=self._by_hand.making))

    # What the thread found

    @Slot(object, object, object)
    def _on_done(self, thread: IndexThread, take: Callable[[object], None], result: object) -> None:
        if thread is self._thread:
            take(result)

    @Slot(object, object)
    def _on_failed(self, thread: IndexThread, error: Exception) -> None:
        if thread is not self._thread:
            return
        looked_at = self._looked_at
        self._end_thread()
        self._looked_at = looked_at
        self._set_state(QueueState.FAILED)
        self.failed.emit(error)

    def _take_over(self, snapshot: QueueSnapshot | None) -> None:
        self._pending -= 1
        if self._pending or snapshot is None:
            return  # what comes next knows more
        self._snapshot, self._map = snapshot, None
        self._state = QueueState.READY
        self.changed.emit()
        goes_on_at, self._go_on_at = self._go_on_at, None
        reopened = next((snapshot.find(key) for key in snapshot.reopened), None)
        note, self._note_back = self._note_back, ""
        if reopened is not None:
            self.take(reopened, note=note)
        elif goes_on_at is not None and snapshot.open:
            self.take(snapshot.open[min(goes_on_at, len(snapshot.open) - 1)])
        elif goes_on_at is not None:
            self.put_down()
            self.said.emit(self.tr("Nothing suspicious is left in this video"))
        elif self._current is not None:
            self._set_current(snapshot.find(self._current.key), self._choice)

    def _set_state(self, state: QueueState) -> None:
        if state is not self._state:
            self._state = state
            self.changed.emit()

    def _set_current(self, suspicion: Suspicion | None, choice: int = 0) -> None:
        self._current = suspicion
        count = len(choices(suspicion)) if suspicion is not None else 0
        self._choice = min(choice, max(0, count - 1))
        self._preview = None
        self.current_changed.emit()
        self.preview_changed.emit()
        self._ask_for_preview()

    @Slot()
    def _on_verification_changed(self) -> None:
        """Say anew what the proposal would touch, now that other stretches are verified."""
        if tuple(self._verification.stretches) != self._previewed_with:
            self._ask_for_preview()

    def _ask_for_preview(self) -> None:
        proposal = self.chosen
        self._previewed_with = tuple(self._verification.stretches)
        if self._thread is None or proposal is None or proposal.edit is None:
            return
        stretches = self._previewed_with
        self._thread.post(
            "preview",
            index_tasks.nothing,
            partial(index_tasks.find_out, partial(preview, edit=proposal.edit, verified=stretches)),
            partial(self._take_preview, proposal),
        )

    def _take_preview(self, proposal: Proposal, found: ProposalPreview | None) -> None:
        if found is not None and proposal is self.chosen:
            self._preview = found
            self.preview_changed.emit()
