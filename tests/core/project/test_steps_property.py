"""Whatever is edited, said, undone, redone and reopened: the file is what a simple list says."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from project_scenes import add_street, record_run

from trackmend_core.project import Project, ReviewAnswer
from trackmend_core.project.edits import SetBox
from trackmend_core.types import RunId, TrackId

FRAMES = 8
TRACKS = (1, 2, 3)
Place = tuple[int, int]
Scope = tuple[int | None, int, int]

frames = st.integers(0, FRAMES - 1)
tracks = st.sampled_from(TRACKS)
scopes = st.lists(
    st.tuples(st.none() | tracks, frames, st.integers(0, 4)),
    min_size=1,
    max_size=2,
    unique_by=lambda scope: scope[0],
)


@dataclass
class State:
    """What a person sees: where boxes were put, which answers and which stretches count."""

    boxes: dict[Place, float] = field(default_factory=dict)
    answers: list[tuple[str, int]] = field(default_factory=list)
    stretches: list[tuple[Scope, dict[Place, float]]] = field(default_factory=list)

    def inside(self, scope: Scope) -> dict[Place, float]:
        track, first, last = scope
        return {
            (whose, frame): x1
            for (whose, frame), x1 in self.boxes.items()
            if track in (None, whose) and first <= frame <= last
        }


class PutBox:
    is_edit = True

    def __init__(self, place: Place, x1: float) -> None:
        self.place, self.x1 = place, x1

    def do(self, state: State) -> None:
        state.boxes[self.place] = self.x1


class Say:
    is_edit = False

    def __init__(self, name: str, frame: int) -> None:
        self.said = (name, frame)

    def do(self, state: State) -> None:
        state.answers = [one for one in state.answers if one[1] != self.said[1]]
        state.answers.append(self.said)


class OpenAgain:
    is_edit = False

    def __init__(self, name: str) -> None:
        self.name = name

    def do(self, state: State) -> None:
        state.answers = [one for one in state.answers if one[0] != self.name]


class Verify:
    is_edit = False

    def __init__(self, scopes: list[Scope]) -> None:
        self.scopes = scopes

    def do(self, state: State) -> None:
        for track, first, last in self.scopes:
            state.stretches = [
                one
                for one in state.stretches
                if not (one[0][0] == track and first <= one[0][1] and one[0][2] <= last)
            ]
        state.stretches += [(scope, state.inside(scope)) for scope in self.scopes]


class Unverify:
    is_edit = False

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def do(self, state: State) -> None:
        state.stretches = [one for one in state.stretches if one[0] != self.scope]


Done = PutBox | Say | OpenAgain | Verify | Unverify


class Person(RuleBasedStateMachine):
    """Somebody who edits, answers and verifies, and thinks better of it."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.project = Project.create(Path(self._folder.name) / "p.trackmend")
        self.run_id = RunId(0)
        self.done: list[Done] = []
        self.undone: list[Done] = []
        self.count = 0

    @initialize()
    def run_the_model(self) -> None:
        self.video_id = add_street(self.project)
        self.run_id = record_run(
            self.project, self.video_id, frames=range(FRAMES), tracker_ids=TRACKS
        )
        boxes = self.project.boxes_in_range(self.run_id, 0, FRAMES)
        self.box_ids = {(box.number, box.frame_index): box.box_id for box in boxes}
        self.track_ids = {box.number: box.track_id for box in boxes}
        self.numbers = {track_id: number for number, track_id in self.track_ids.items()}
        self.found = {(box.number, box.frame_index): box.box_xyxy[0] for box in boxes}

    def add(self, one: Done) -> None:
        self.undone = [] if one.is_edit else [left for left in self.undone if left.is_edit]
        self.done.append(one)

    def expected(self) -> State:
        state = State(boxes=dict(self.found))
        for one in self.done:
            one.do(state)
        return state

    @rule(track=tracks, frame=frames)
    def put_box(self, track: int, frame: int) -> None:
        self.count += 1
        x1 = float(self.count)
        self.project.edit(SetBox(box_id=self.box_ids[track, frame], box_xyxy=(x1, 0, 900, 99)))
        self.add(PutBox((track, frame), x1))

    @rule(frame=st.integers(0, 2), decision=st.sampled_from(["rejected", "unsure"]))
    def answer(self, frame: int, decision: str) -> None:
        self.count += 1
        earlier = self.project.review_answers(self.video_id)
        self.project.add_review_answer(
            self.run_id,
            ReviewAnswer(
                kind="switch",
                family="continuity",
                frame_index=frame,
                decision=decision,
                note="",
                anchors=(),
                features={},
                title=f"said {self.count}",
            ),
            instead_of=[one.answer_id for one in earlier if one.frame_index == frame],
        )
        self.add(Say(f"said {self.count}", frame))

    @rule(data=st.data())
    @precondition(lambda self: self.expected().answers)
    def open_again(self, data: st.DataObject) -> None:
        answer = data.draw(st.sampled_from(self.project.review_answers(self.video_id)))
        self.project.open_again(self.run_id, answer.answer_id)
        self.add(OpenAgain(answer.title))

    @rule(wanted=scopes)
    def verify(self, wanted: list[tuple[int | None, int, int]]) -> None:
        told = [(track, first, min(first + more, FRAMES - 1)) for track, first, more in wanted]
        self.project.verify_all(
            self.run_id,
            [(None if one is None else self.track_ids[one], *span) for one, *span in told],
        )
        self.add(Verify(told))

    @rule(data=st.data())
    @precondition(lambda self: self.expected().stretches)
    def unverify(self, data: st.DataObject) -> None:
        stretch = data.draw(st.sampled_from(self.project.verified(self.run_id)))
        self.project.unverify(stretch.stretch_id)
        number = self.number(stretch.track_id)
        self.add(Unverify((number, stretch.first_frame, stretch.last_frame)))

    def number(self, track_id: TrackId | None) -> int | None:
        return None if track_id is None else self.numbers[track_id]

    @rule()
    def undo(self) -> None:
        step = self.project.steps()[0]
        assert (step is None) == (not self.done)
        if step is None:
            return
        last = self.done.pop()
        self.undone.insert(0, last)
        assert (step.verdict_id is None) == last.is_edit
        if step.verdict_id is None:
            self.project.undo()
        else:
            self.project.take_verdict_back(step.verdict_id)

    @rule()
    def redo(self) -> None:
        step = self.project.steps()[1]
        assert (step is None) == (not self.undone)
        if step is None:
            return
        following = self.undone.pop(0)
        self.done.append(following)
        assert (step.verdict_id is None) == following.is_edit
        if step.verdict_id is None:
            self.project.redo()
        else:
            self.project.give_verdict_again(step.verdict_id)

    @rule()
    def reopen(self) -> None:
        self.project.close()
        self.project = Project.open(self.project.path)

    @invariant()
    def the_file_says_the_same(self) -> None:
        if not self.run_id:
            return
        expected = self.expected()
        boxes = self.project.boxes_in_range(self.run_id, 0, FRAMES)
        assert {(b.number, b.frame_index): b.box_xyxy[0] for b in boxes} == expected.boxes
        answers = self.project.review_answers(self.video_id)
        assert sorted((one.title, one.frame_index) for one in answers) == sorted(expected.answers)
        shown = [
            (str((self.number(one.track_id), one.first_frame, one.last_frame)), one.is_intact)
            for one in self.project.verified(self.run_id)
        ]
        assert sorted(shown) == sorted(
            (str(scope), expected.inside(scope) == then) for scope, then in expected.stretches
        )
        assert self.project.check_verified(self.run_id)
        told = self.project.verdicts(self.video_id)
        applied = [one for one in told if one.state == "applied"]
        assert len(applied) == sum(not one.is_edit for one in self.done)

    def teardown(self) -> None:
        if self.run_id:
            while self.done:
                self.undo()
            self.the_file_says_the_same()
            while self.undone:
                self.redo()
            self.the_file_says_the_same()
            assert self.project.replay_digest() == self.project.digest()
        self.project.close()
        self._folder.cleanup()


TestPerson = Person.TestCase
TestPerson.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
