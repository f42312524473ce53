"""What an edit makes the views do: no more than it changed, and all of it."""

import pytest
from window_stage import Stage

from trackmend_app.edit_marks import edit_marks
from trackmend_core.project.edits import RevertTo, SetBox, SplitTrack, SwapTracks


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    stage.open_video()
    stage.run_model()
    return stage


def move_a_box(stage: Stage, frame: int, by: float) -> None:
    box = stage.session.project.boxes_in_frame(stage.session.run.run_id, frame)[0]
    x1, y1, x2, y2 = box.box_xyxy
    stage.session.edit(SetBox(box_id=box.box_id, box_xyxy=(x1 + by, y1, x2 + by, y2)))


def all_marks(stage: Stage) -> set[tuple[int, int]]:
    return set(edit_marks(stage.session.project, stage.session.run.run_id))


def test_a_moved_box_leaves_the_list_and_the_lanes_alone(tracked: Stage) -> None:
    move_a_box(tracked, 10, 1.0)  # the first one makes the score that of a person
    model = tracked.window.track_table._model
    told: list[object] = []
    model.dataChanged.connect(lambda *what: told.append(what))
    model.modelReset.connect(lambda: told.append("reset"))
    before = tracked.session.tracks()
    move_a_box(tracked, 10, 2.0)
    assert tracked.session.tracks() is before
    assert told == []
    one, other = before[:2]
    tracked.session.edit(SplitTrack(track_id=one.track_id, at_frame=20))
    assert len(tracked.session.tracks()) == len(before) + 1
    assert told, "a split is seen in the list"
    assert len(tracked.window.timeline._content.tracks) == len(before) + 1
    assert other.track_id in {track.track_id for track in tracked.session.tracks()}


def test_the_trail_follows_a_moved_box(tracked: Stage) -> None:
    tracked.session.go_to(12)
    tracked.wait(lambda: tracked.window.canvas_presenter._shown_frame == 12)
    box = tracked.session.boxes_at(12)[0]
    x1, y1, x2, y2 = box.box_xyxy
    tracked.session.edit(SetBox(box_id=box.box_id, box_xyxy=(x1 + 7, y1, x2 + 7, y2)))
    trails, _ = tracked.window.canvas_presenter._trails.until(
        tracked.session.project, tracked.session.run.run_id, 12
    )
    frame, x, _ = trails[box.track_id][-1]
    assert (frame, x) == (12, pytest.approx((x1 + x2) / 2 + 7))
    assert tracked.session.touched_frames is None, "only while it is told"


def test_marks_kept_from_edit_to_edit_are_those_of_the_history(tracked: Stage) -> None:
    session = tracked.session
    one, other = session.tracks()[:2]
    assert session.edit_marks() == []
    move_a_box(tracked, 10, 1.0)
    move_a_box(tracked, 14, 1.0)
    session.edit(SwapTracks(track_a=one.track_id, track_b=other.track_id, first_frame=20))
    assert set(session.edit_marks()) == all_marks(tracked) != set()
    session.undo()
    session.undo()
    assert set(session.edit_marks()) == all_marks(tracked)
    session.redo()
    assert set(session.edit_marks()) == all_marks(tracked)
    move_a_box(tracked, 17, 1.0)
    assert set(session.edit_marks()) == all_marks(tracked)
    moment = session.project.add_checkpoint("a moment")
    move_a_box(tracked, 19, 1.0)
    move_a_box(tracked, 25, 1.0)
    before = set(session.edit_marks())
    session.edit(RevertTo(run_id=session.run.run_id, checkpoint_id=moment, name="a moment"))
    assert set(session.edit_marks()) == all_marks(tracked) != before
