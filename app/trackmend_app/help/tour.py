"""The tour of about 90 seconds on the sample: find, see why, mend, take back, and what came of it.

Each step waits for the person to do the thing itself; nothing is played or pretended. What came of
it is measured: the sample's street was drawn, so it is known who is who.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QElapsedTimer, QObject, Slot

from trackmend_app.action_set import ActionSet
from trackmend_app.help.tour_card import TourCard
from trackmend_app.help.tour_score import right_identities
from trackmend_app.jobs.runner import JobRunner
from trackmend_app.review.queue_state import QueueState
from trackmend_app.review.queue_words import duration_text
from trackmend_app.sample_place import sample_folder, sample_project, sample_truth
from trackmend_app.wording import noted, say
from trackmend_app.wording.shown_keys import with_keys
from trackmend_app.workbench import Workbench


class Step(IntEnum):
    """Where the tour is."""

    AWAY = 0
    WAITING = 1
    FIND = 2
    WHY = 3
    MEND = 4
    UNDO = 5
    GO_ON = 6
    DONE = 7


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    text: str
    button: str = ""


_WORDS = {
    Step.WAITING: _Words(
        noted("The sample is made ready"),
        noted("A drawn street, tracked by the model. What looks like an error is looked for."),
    ),
    Step.FIND: _Words(
        noted("Find"),
        noted(
            "{known} % of the identities in this street are right (IDF1). Press {next_suspicion}: "
            "it goes to what looks most like an error."
        ),
    ),
    Step.WHY: _Words(
        noted("See why"),
        noted(
            "The card says why in one sentence, with pictures from before and after. {loop} "
            "plays the place over and over."
        ),
        noted("Go on"),
    ),
    Step.MEND: _Words(
        noted("Mend"),
        noted(
            "{accept_fix} makes the proposed fix. It is in the file before you see it; there is "
            "nothing to save."
        ),
    ),
    Step.UNDO: _Words(
        noted("Take it back"),
        noted("{undo} takes it back, as often as you like, even tomorrow. Try it."),
    ),
    Step.GO_ON: _Words(
        noted("Now yourself"),
        noted(
            "{next_suspicion} for the next, {accept_fix} to mend, {not_an_error} for “not an "
            "error”. Stop when you like."
        ),
        noted("What came of it?"),
    ),
}


class Tour(QObject):
    """Leads through the tour; owns its card."""

    def __init__(
        self,
        workbench: Workbench,
        actions: ActionSet,
        *,
        open_sample: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.card = TourCard()
        self._workbench = workbench
        self._actions = actions
        self._open_sample = open_sample
        self._step = Step.AWAY
        self._known: float | None = None
        self._clock = QElapsedTimer()
        self._judge = JobRunner(self)
        self._judge.finished.connect(self._on_judged)
        self._judge.failed.connect(lambda _error: self.leave())
        workbench.review.changed.connect(self._on_queue_changed)
        workbench.review.current_changed.connect(self._on_current_changed)
        workbench.session.edited.connect(self._on_edited)
        workbench.session.project_changed.connect(self._on_project_changed)
        workbench.session.project_closing.connect(self._judge.stop_and_wait)
        self.card.go_on_asked.connect(self._on_go_on)
        self.card.leave_asked.connect(self.leave)

    @property
    def step(self) -> Step:
        """Return where the tour is."""
        return self._step

    @property
    def known_share(self) -> float | None:
        """Return how many identities were right when the tour began, 0..1."""
        return self._known

    def start(self) -> None:
        """Open the sample and begin."""
        self._known = None
        self._show(Step.WAITING)
        if self._is_on_sample():
            self._on_queue_changed()
        else:
            self._open_sample()

    @Slot()
    def leave(self) -> None:
        """End the tour where it is."""
        self._step = Step.AWAY
        self.card.hide()

    def shut_down(self) -> None:
        """End what computes."""
        self._judge.stop_and_wait()

    def _is_on_sample(self) -> bool:
        project = self._workbench.session.project
        return project is not None and project.path == sample_project(sample_folder())

    def _show(self, step: Step) -> None:
        self._step = step
        words = _WORDS[step]
        shown = step - Step.WAITING
        count = f"{shown}/{Step.GO_ON - Step.WAITING}" if shown else ""
        button = say(words.button) if words.button else ""
        self.card.show_step(
            say(words.title), self._filled(say(words.text)), count=count, go_on=button
        )

    def _filled(self, text: str) -> str:
        known = f"{100 * (self._known or 0.0):.1f}"
        ids = ("next_suspicion", "loop", "accept_fix", "undo", "not_an_error")
        return text.format(known=known, **{one: self._key(one) for one in ids})

    def _key(self, action_id: str) -> str:
        return with_keys(f"‹{action_id}›")

    @Slot()
    def _on_project_changed(self) -> None:
        """Leave when another project is opened, or none; wait on while the sample comes."""
        if self._step > Step.WAITING and not self._is_on_sample():
            self.leave()

    @Slot()
    def _on_queue_changed(self) -> None:
        ready = self._workbench.review.state is QueueState.READY
        if self._step is Step.WAITING and ready and self._is_on_sample():
            self._judge_now()

    @Slot()
    def _on_current_changed(self) -> None:
        if self._step is Step.FIND and self._workbench.review.current is not None:
            self._show(Step.WHY)

    @Slot(object, bool)
    def _on_edited(self, _changes: object, undone: bool) -> None:
        if undone:
            if self._step is Step.UNDO:
                self._show(Step.GO_ON)
        elif self._step in (Step.FIND, Step.WHY, Step.MEND):
            self._show(Step.UNDO)

    @Slot()
    def _on_go_on(self) -> None:
        if self._step is Step.WHY:
            self._show(Step.MEND)
        elif self._step is Step.GO_ON:
            self._judge_now()
        elif self._step is Step.DONE:
            self.leave()

    def _judge_now(self) -> None:
        session = self._workbench.session
        project, video = session.project, session.video
        if project is None or video is None or self._judge.is_running:
            return
        truth = sample_truth(sample_folder())
        self._judge.start(
            "Comparing with the truth", lambda: right_identities(project, video.video_id, truth)
        )

    @Slot(object)
    def _on_judged(self, share: float) -> None:
        if self._step is Step.WAITING:
            self._known = share
            self._clock.start()
            self._show(Step.FIND)
        elif self._step is Step.GO_ON:
            self._show_result(share)

    def _show_result(self, share: float) -> None:
        self._step = Step.DONE
        time = duration_text(self._clock.elapsed() / 1000)
        text = say("Right identities: {before} % → {after} %, {time}").format(
            before=f"{100 * (self._known or 0.0):.1f}", after=f"{100 * share:.1f}", time=time
        )
        self.card.show_step(
            text,
            say(
                "Every answer and every edit is in the sample's file; open a video of your own "
                "with {key}."
            ).format(key=self._key("open_video")),
            count="",
            go_on=say("Done"),
        )
