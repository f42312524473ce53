"""Whatever is done, undone, redone and reopened: the layer is what the log says."""

import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from project_scenes import FRAME_COUNT, add_street, record_run, write_frames

from trackmend_core.errors import UserError
from trackmend_core.project import Project, strands
from trackmend_core.project.altered import altered_boxes
from trackmend_core.project.edits import (
    AddBox,
    CarryOver,
    ConfirmBox,
    DeleteBox,
    DeleteStretch,
    DeleteTrack,
    DeleteTrackFrom,
    DeleteTracks,
    DescribeTracks,
    Edit,
    JoinOverlapping,
    MarkOutside,
    MergeMany,
    MergeTracks,
    PlaceBoxes,
    ReassignBoxes,
    ReassignPieces,
    RefineTracks,
    Retrack,
    RevertTo,
    SetBox,
    SetOcclusion,
    SplitTrack,
    SwapTracks,
    kind_of,
    to_payload,
)
from trackmend_core.types import BoxId, RunId, TrackId

RUN_FRAMES = 12
ids = st.integers(0, 14)
frames = st.integers(-1, RUN_FRAMES + 6)
side = st.floats(-50, 700, width=64) | st.sampled_from([float("nan"), float("inf"), 0.1, 1e-300])
corners = st.tuples(side, side, side, side)
near = st.tuples(st.floats(0, 99), st.floats(0, 99), st.floats(100, 300), st.floats(100, 300))
pieces = st.lists(st.tuples(ids, frames, frames, st.integers(-2, 14)), min_size=1, max_size=3).map(
    tuple
)
small_edit: st.SearchStrategy[Edit] = st.one_of(
    st.builds(
        SwapTracks,
        track_a=ids,
        track_b=ids,
        first_frame=frames,
        last_frame=st.none() | frames,
    ),
    st.builds(
        ReassignBoxes,
        track_id=ids,
        to_track_id=st.none() | ids,
        first_frame=frames,
        last_frame=frames,
    ),
    st.builds(MergeTracks, keep=ids, absorb=ids),
    st.builds(SplitTrack, track_id=ids, at_frame=frames),
    st.builds(DeleteBox, box_id=st.integers(0, 90).map(BoxId)),
    st.builds(DeleteTrackFrom, track_id=ids, from_frame=frames),
    st.builds(DeleteTrack, track_id=ids.map(TrackId)),
    st.builds(SetBox, box_id=st.integers(0, 90).map(BoxId), box_xyxy=corners),
    st.builds(
        AddBox,
        run_id=st.integers(1, 3),
        frame_index=st.one_of(frames, st.just(FRAME_COUNT)),
        box_xyxy=corners,
        track_id=st.none() | ids,
    ),
    st.builds(DeleteTracks, track_ids=st.lists(ids, max_size=3).map(tuple)),
    st.builds(MergeMany, keep=ids, absorb=st.lists(ids, max_size=3).map(tuple)),
    st.builds(ConfirmBox, box_id=st.integers(0, 90).map(BoxId)),
    st.builds(
        SetOcclusion,
        track_id=ids,
        first_frame=frames,
        last_frame=frames,
        is_occluded=st.booleans(),
    ),
    st.builds(MarkOutside, track_id=ids, first_frame=frames, last_frame=frames),
    st.builds(
        DescribeTracks,
        track_ids=st.lists(ids, max_size=2).map(tuple),
        label=st.none() | st.text(max_size=5),
        attributes=st.none() | st.dictionaries(st.text(max_size=3), st.text(max_size=3)),
    ),
    st.builds(
        lambda track_id, first, boxes: PlaceBoxes(
            track_id=track_id,
            frames=tuple(range(first, first + len(boxes))),
            boxes_xyxy=tuple(boxes),
            scores=(0.5,) * len(boxes),
            detection_ids=(None,) * len(boxes),
        ),
        track_id=ids,
        first=frames,
        boxes=st.lists(
            st.tuples(st.floats(0, 99), st.floats(0, 99), st.floats(100, 300), st.floats(100, 300)),
            max_size=6,
        ),
    ),
    st.builds(DeleteStretch, track_id=ids, first_frame=frames, last_frame=frames),
    st.builds(JoinOverlapping, keep=ids, absorb=ids),
    st.builds(ReassignPieces, pieces=pieces),
    st.builds(
        RefineTracks,
        chains=st.lists(st.lists(ids, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple),
        gaps=st.lists(
            st.builds(
                lambda track_id, first, boxes: (
                    track_id,
                    tuple(range(first, first + len(boxes))),
                    tuple(boxes),
                    (0.5,) * len(boxes),
                ),
                track_id=ids,
                first=frames,
                boxes=st.lists(near, min_size=1, max_size=3),
            ),
            max_size=1,
        ).map(tuple),
        delete=st.lists(ids, max_size=2).map(tuple),
    ),
    st.builds(
        Retrack,
        run_id=st.integers(1, 2),
        from_frame=st.just(0),
        pieces=st.just(()) | pieces,
        removed=st.lists(st.tuples(ids, frames, frames), max_size=2).map(tuple),
        added=st.lists(
            st.tuples(
                st.integers(-3, 14), st.integers(0, 9), near, st.just(0.5), st.integers(1, 20)
            ),
            max_size=3,
        ).map(tuple),
    ),
)
any_edit: st.SearchStrategy[Edit] = st.one_of(
    small_edit,
    st.builds(
        lambda run_id, steps: CarryOver(
            run_id=run_id,
            from_run=3 - run_id,
            steps=tuple((kind_of(step), to_payload(step)) for step in steps),
            spans=(),
        ),
        run_id=st.integers(1, 2),
        steps=st.lists(small_edit, min_size=1, max_size=3),
    ),
    st.builds(
        RevertTo, run_id=st.integers(1, 2), checkpoint_id=st.integers(1, 3), name=st.just("then")
    ),
)
walkers = st.lists(st.integers(1, 5), unique=True, max_size=5)


class Reviewing(RuleBasedStateMachine):
    """A person edits while a run goes on, undoes, redoes, closes and opens the project."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.project = Project.create(Path(self._folder.name) / "p.trackmend")
        self.run_id = RunId(0)

    @initialize()
    def run_the_model(self) -> None:
        video_id = add_street(self.project)
        self.run_id = record_run(
            self.project, video_id, frames=range(RUN_FRAMES // 2), tracker_ids=(1, 2, 3)
        )
        record_run(self.project, video_id, frames=range(3), tracker_ids=(1, 2))

    @rule(edit=any_edit)
    def edit(self, edit: Edit) -> None:
        before = self.project.digest()
        count = len(self.project.edits())
        try:
            previewed = self.project.preview(edit)
        except UserError:
            previewed = None
        assert self.project.digest() == before
        try:
            changes = self.project.edit(edit)
        except UserError as refusal:
            assert refusal.message and refusal.hint
            assert previewed is None
            assert self.project.digest() == before
            assert len(self.project.edits()) == count
        else:
            assert previewed is not None
            assert (changes.tracks, changes.box_count) == (previewed.tracks, previewed.box_count)
            assert self.project.digest() != before

    @rule()
    def undo(self) -> None:
        before, title = self.project.digest(), self.project.undo_title
        changes = self.project.undo()
        assert (changes is None) == (title is None)
        assert (self.project.digest() == before) == (changes is None)

    @rule()
    def redo(self) -> None:
        before, title = self.project.digest(), self.project.redo_title
        try:
            changes = self.project.redo()
        except UserError:
            assert self.project.digest() == before
        else:
            assert (changes is None) == (title is None)

    @rule()
    def reopen(self) -> None:
        before = self.project.digest()
        self.project.close()
        self.project = Project.open(self.project.path)
        assert self.project.digest() == before

    @rule(seen=st.lists(walkers, min_size=1, max_size=3))
    @precondition(lambda self: self.project.run(self.run_id).next_frame < RUN_FRAMES)
    def let_the_run_go_on(self, seen: list[list[int]]) -> None:
        with self.project.resume_run(self.run_id) as writer:
            for tracker_ids in seen:
                write_frames(writer, [writer.next_frame], tracker_ids)

    @rule()
    def name_the_moment(self) -> None:
        self.project.add_checkpoint("then")

    @rule(moment=st.integers(1, 3))
    def go_back(self, moment: int) -> None:
        self.edit(RevertTo(run_id=self.run_id, checkpoint_id=moment, name="then"))

    @rule(first=frames, length=st.integers(0, 9), track_id=st.none() | ids)
    def verify(self, first: int, length: int, track_id: TrackId | None) -> None:
        with suppress(UserError):
            self.project.verify(self.run_id, first, first + length, track_id=track_id)

    @invariant()
    def fingerprints_agree_with_the_boxes(self) -> None:
        if self.run_id:
            assert self.project.check_verified(self.run_id)

    @rule()
    def replay(self) -> None:
        assert self.project.replay_digest() == self.project.digest()
        assert altered_boxes(self.project.path) == 0

    @invariant()
    def summaries_agree_with_the_boxes(self) -> None:
        if not self.run_id:
            return
        for track in self.project.tracks(self.run_id):
            boxes = self.project.boxes_of_track(track.track_id)
            seen = [box.frame_index for box in boxes]
            spanned = [frame for first, last in track.spans for frame in range(first, last + 1)]
            assert spanned == seen
            assert track.box_count == len(seen)
            assert abs(track.mean_score - sum(box.score for box in boxes) / len(boxes)) < 1e-9

    def teardown(self) -> None:
        if self.run_id:
            self._undo_all_and_redo_all()
        self.project.close()
        self._folder.cleanup()

    def _undo_all_and_redo_all(self) -> None:
        before = self.project.digest()
        assert self.project.replay_digest() == before
        undone = 0
        while self.project.undo() is not None:
            undone += 1
        assert self.project.replay_digest() == self.project.digest()
        assert altered_boxes(self.project.path) == 0
        for _ in range(undone):
            assert self.project.redo() is not None
        assert self.project.digest() == before


class ReviewingOnShortStrands(Reviewing):
    """The same where boxes lie on strands of two frames, which change hands as a whole."""

    def __init__(self) -> None:
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(strands, "SHIFT", 1)
        super().__init__()

    @invariant()
    def no_strand_is_without_boxes(self) -> None:
        with closing(sqlite3.connect(self.project.path)) as file:
            found = file.execute(
                "SELECT id FROM strands WHERE id NOT IN (SELECT strand_id FROM laid_boxes)"
            )
            assert found.fetchall() == []

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self._patch.undo()


_SETTINGS = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestReviewing = Reviewing.TestCase
TestReviewing.settings = _SETTINGS
TestReviewingOnShortStrands = ReviewingOnShortStrands.TestCase
TestReviewingOnShortStrands.settings = _SETTINGS
