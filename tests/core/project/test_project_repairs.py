"""Edits that lay boxes anew, describe tracks, and go back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from older_files import make_older
from project_scenes import (
    EMBEDDING_DIM,
    add_street,
    begin_run,
    box_at,
    frame_output,
    frames_of,
    record_run,
    track_numbered,
    write_frames,
)

from trackmend_core.errors import UserError
from trackmend_core.project import EditState, Project
from trackmend_core.project.edits import (
    ConfirmBox,
    DeleteBox,
    DeleteTrack,
    DeleteTracks,
    DescribeTracks,
    Edit,
    MarkOutside,
    MergeMany,
    PlaceBoxes,
    RevertTo,
    SetBox,
    SetOcclusion,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.project.interpolation import plan_interpolation
from trackmend_core.types import BoxSource, FrameDetections, RunId, TrackId, VideoId


def there_and_back(project: Project, edit: Edit) -> None:
    """Make an edit, take it back and make it again; the log must tell the same each time."""
    before = project.digest()
    project.edit(edit)
    after = project.digest()
    assert after != before
    project.undo()
    assert project.digest() == before
    project.redo()
    assert project.digest() == after == project.replay_digest()


def test_several_tracks_are_deleted_and_brought_back_in_one_step(
    project: Project, run_id: RunId
) -> None:
    tracks = tuple(track_numbered(project, run_id, number) for number in (1, 3))
    there_and_back(project, DeleteTracks(track_ids=tracks))
    assert [track.number for track in project.tracks(run_id)] == [2, 4]
    assert project.undo_title == "Delete track 1 and track 3"
    project.undo()
    assert [track.number for track in project.tracks(run_id)] == [1, 2, 3, 4]


def test_several_tracks_are_merged_in_one_step(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        for walker in (1, 2, 3):
            write_frames(writer, range(10 * walker, 10 * walker + 5), (walker,))
    run_id = writer.run_id
    keep, *absorb = (track_numbered(project, run_id, number) for number in (1, 2, 3))
    there_and_back(project, MergeMany(keep=keep, absorb=tuple(absorb)))
    assert len(frames_of(project, run_id, 1)) == 15
    assert len(project.edits()) == 1


def test_a_merge_of_several_that_fails_at_the_last_changes_nothing(
    project: Project, run_id: RunId
) -> None:
    one = track_numbered(project, run_id, 1)
    project.edit(SplitTrack(track_id=one, at_frame=20))
    later, other = (track_numbered(project, run_id, number) for number in (5, 2))
    before = project.digest()
    with pytest.raises(UserError, match="both seen"):
        project.edit(MergeMany(keep=one, absorb=(later, other)))
    assert project.digest() == before


@pytest.mark.parametrize("tracks", [(), (1, 1), (1, 99)])
def test_a_list_of_tracks_must_make_sense(
    project: Project, run_id: RunId, tracks: tuple[int, ...]
) -> None:
    with pytest.raises(UserError):
        project.edit(DeleteTracks(track_ids=tuple(map(TrackId, tracks))))


def test_a_label_and_attributes_are_kept_and_taken_back(project: Project, run_id: RunId) -> None:
    track = track_numbered(project, run_id, 2)
    edit = DescribeTracks(track_ids=(track,), label=" goalkeeper ", attributes={"team": "blue"})
    there_and_back(project, edit)
    (summary,) = [one for one in project.tracks(run_id) if one.track_id == track]
    assert (summary.label, summary.attributes) == ("goalkeeper", {"team": "blue"})
    project.undo()
    (summary,) = [one for one in project.tracks(run_id) if one.track_id == track]
    assert (summary.label, summary.attributes) == ("", {})
    with pytest.raises(UserError, match="needs a name"):
        project.edit(DescribeTracks(track_ids=(track,), attributes={" ": "x"}))
    with pytest.raises(UserError, match="at most"):
        project.edit(DescribeTracks(track_ids=(track,), label="x" * 201))


def test_occlusion_is_marked_over_a_stretch_and_unmarked(project: Project, run_id: RunId) -> None:
    track = track_numbered(project, run_id, 1)
    mark = SetOcclusion(track_id=track, first_frame=5, last_frame=9, is_occluded=True)
    there_and_back(project, mark)
    hidden = [box.frame_index for box in project.boxes_of_track(track) if box.is_occluded]
    assert hidden == [5, 6, 7, 8, 9]
    with pytest.raises(UserError, match="no box to mark"):
        project.edit(mark)
    project.edit(SetOcclusion(track_id=track, first_frame=0, last_frame=7, is_occluded=False))
    hidden = [box.frame_index for box in project.boxes_of_track(track) if box.is_occluded]
    assert hidden == [8, 9]


def test_outside_takes_boxes_away_but_never_the_last(project: Project, run_id: RunId) -> None:
    track = track_numbered(project, run_id, 1)
    there_and_back(project, MarkOutside(track_id=track, first_frame=10, last_frame=19))
    assert frames_of(project, run_id, 1) == [*range(10), *range(20, 40)]
    with pytest.raises(UserError, match="no box left"):
        project.edit(MarkOutside(track_id=track, first_frame=0, last_frame=39))
    with pytest.raises(UserError, match="no box in frames"):
        project.edit(MarkOutside(track_id=track, first_frame=12, last_frame=14))


def test_a_keyframe_stays_where_it_is_and_is_a_persons(project: Project, run_id: RunId) -> None:
    box = box_at(project, run_id, 1, 7)
    there_and_back(project, ConfirmBox(box_id=box.box_id))
    now = project.box(box.box_id)
    assert (now.box_xyxy, now.source) == (box.box_xyxy, BoxSource.PERSON)
    with pytest.raises(UserError, match="already"):
        project.edit(ConfirmBox(box_id=box.box_id))


def gap_without_detections(project: Project, video_id: VideoId) -> RunId:
    """Walker 1 is lost in frames 10 to 14; nothing at all is detected there."""
    with begin_run(project, video_id) as writer:
        write_frames(writer, range(10), (1,))
        for frame in range(10, 15):
            writer.write(frame, FrameDetections.empty(EMBEDDING_DIM), [])
        write_frames(writer, range(15, 30), (1,))
    return writer.run_id


def test_a_gap_is_filled_along_the_line(project: Project, video_id: VideoId) -> None:
    run_id = gap_without_detections(project, video_id)
    track = track_numbered(project, run_id, 1)
    before, after = box_at(project, run_id, 1, 9), box_at(project, run_id, 1, 15)
    there_and_back(project, plan_interpolation(project, run_id, track, frame_index=12))
    assert frames_of(project, run_id, 1) == list(range(30))
    for frame in range(10, 15):
        share = (frame - 9) / 6
        line = np.array(before.box_xyxy) * (1 - share) + np.array(after.box_xyxy) * share
        box = box_at(project, run_id, 1, frame)
        assert box.box_xyxy == pytest.approx(tuple(line))
        assert (box.source, box.detection_id) == (BoxSource.INTERPOLATED, None)


def test_a_gap_is_filled_with_the_detections_that_nobody_uses(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, range(10), (1, 8))
        for frame in range(10, 15):  # the model saw both, the tracker kept one
            detections, tracked = frame_output(frame, (1, 8))
            writer.write(frame, detections, tracked[1:])
        write_frames(writer, range(15, 30), (1, 8))
    run_id = writer.run_id
    track = track_numbered(project, run_id, 1)
    edit = plan_interpolation(project, run_id, track, frame_index=11)
    there_and_back(project, edit)
    for frame in range(10, 15):
        seen = project.detections(run_id, frame)
        box = box_at(project, run_id, 1, frame)
        assert box.detection_id == seen.ids[0]
        assert box.box_xyxy == tuple(map(float, seen.detections.boxes_xyxy[0]))
        assert box.score == float(seen.detections.scores[0])
    project.undo()
    straight = plan_interpolation(project, run_id, track, frame_index=11, follow_detections=False)
    assert straight.detection_ids == (None,) * 5


def test_keyframes_around_a_frame_lay_what_is_between_anew(project: Project, run_id: RunId) -> None:
    track = track_numbered(project, run_id, 1)
    for frame, shift in ((5, 0.0), (15, 100.0)):
        box = box_at(project, run_id, 1, frame)
        x1, y1, x2, y2 = box.box_xyxy
        project.edit(SetBox(box_id=box.box_id, box_xyxy=(x1 + shift + 1, y1, x2 + shift + 1, y2)))
    edit = plan_interpolation(project, run_id, track, frame_index=10, follow_detections=False)
    assert edit.frames == tuple(range(6, 15))
    there_and_back(project, edit)
    lefts = [box_at(project, run_id, 1, frame).box_xyxy[0] for frame in range(5, 16)]
    assert np.diff(lefts) == pytest.approx((lefts[-1] - lefts[0]) / 10)
    assert box_at(project, run_id, 1, 5).source is BoxSource.PERSON


def test_all_gaps_of_a_range_are_filled_at_once(project: Project, run_id: RunId) -> None:
    track = track_numbered(project, run_id, 1)
    for frame in (6, 7, 12, 30):
        project.edit(DeleteBox(box_id=box_at(project, run_id, 1, frame).box_id))
    edit = plan_interpolation(project, run_id, track, frame_index=0, frame_range=(5, 20))
    assert edit.frames == (6, 7, 12)
    there_and_back(project, edit)


def test_where_there_is_no_gap_nothing_is_interpolated(project: Project, run_id: RunId) -> None:
    track = track_numbered(project, run_id, 1)
    for frame in (0, 20, 100):
        with pytest.raises(UserError, match="no gap"):
            plan_interpolation(project, run_id, track, frame_index=frame)


def test_a_box_by_a_person_is_never_replaced_by_a_computed_one(
    project: Project, run_id: RunId
) -> None:
    box = box_at(project, run_id, 1, 7)
    project.edit(SetBox(box_id=box.box_id, box_xyxy=(1.0, 2.0, 30.0, 40.0)))
    project.edit(
        PlaceBoxes(
            track_id=box.track_id,
            frames=(6, 7, 8),
            boxes_xyxy=((5.0, 5.0, 9.0, 9.0),) * 3,
            scores=(1.0,) * 3,
            detection_ids=(None,) * 3,
        )
    )
    assert project.box(box.box_id).box_xyxy == (1.0, 2.0, 30.0, 40.0)
    assert box_at(project, run_id, 1, 6).box_xyxy == (5.0, 5.0, 9.0, 9.0)


Steps = list[Callable[[Project, RunId], object]]


def delete(number: int) -> Callable[[Project, RunId], object]:
    return lambda project, run_id: project.edit(
        DeleteTrack(track_id=track_numbered(project, run_id, number))
    )


def undo(project: Project, _run_id: RunId) -> object:
    return project.undo()


@pytest.mark.parametrize(
    "after",
    [
        [delete(3)],
        [delete(3), delete(4)],
        [undo],
        [undo, delete(2), delete(4)],
        [undo, undo, delete(4), delete(3)],
        [undo, undo],
    ],
)
def test_going_back_to_a_named_moment_is_one_edit_that_can_be_undone(
    project: Project, run_id: RunId, after: Steps
) -> None:
    delete(1)(project, run_id)
    delete(2)(project, run_id)
    checkpoint = project.add_checkpoint("two gone")
    then = project.digest()
    for step in after:
        step(project, run_id)
    now = project.digest()
    assert now != then
    changes = project.edit(RevertTo(run_id=run_id, checkpoint_id=checkpoint, name="two gone"))
    assert changes.title == "Go back to “two gone”"
    assert project.digest() == then == project.replay_digest()
    project.undo()
    assert project.digest() == now == project.replay_digest()
    project.redo()
    assert project.digest() == then


def test_one_can_go_back_and_forth_between_named_moments(project: Project, run_id: RunId) -> None:
    moments = {"raw": project.add_checkpoint("raw")}
    digests = {"raw": project.digest()}
    for number in (1, 2, 3):
        delete(number)(project, run_id)
        moments[str(number)] = project.add_checkpoint(str(number))
        digests[str(number)] = project.digest()
    for name in ("1", "3", "raw", "2"):
        project.edit(RevertTo(run_id=run_id, checkpoint_id=moments[name], name=name))
        assert project.digest() == digests[name] == project.replay_digest()
    in_effect = [edit.title for edit in project.edits() if edit.is_in_effect]
    assert "Delete track 3" not in in_effect
    assert "Delete track 2" in in_effect
    with pytest.raises(UserError, match="change nothing"):
        project.edit(RevertTo(run_id=run_id, checkpoint_id=moments["2"], name="2"))
    with pytest.raises(UserError, match="not there"):
        project.edit(RevertTo(run_id=run_id, checkpoint_id=99, name="2"))


def test_frames_of_reverted_edits_no_longer_count_as_corrected(
    project: Project, run_id: RunId
) -> None:
    checkpoint = project.add_checkpoint("raw")
    delete(1)(project, run_id)
    assert project.frames_of_edits(run_id) == [(0, 39)]
    project.edit(RevertTo(run_id=run_id, checkpoint_id=checkpoint, name="raw"))
    assert project.frames_of_edits(run_id) == []
    assert [edit.state for edit in project.edits()] == [EditState.APPLIED] * 2


def test_the_history_knows_which_tracks_an_edit_touched(project: Project, run_id: RunId) -> None:
    a, b, c = (track_numbered(project, run_id, number) for number in (1, 2, 3))
    swap = project.edit(SwapTracks(track_a=a, track_b=b, first_frame=10, last_frame=12))
    label = project.edit(DescribeTracks(track_ids=(c,), label="x"))
    touched = project.touched_tracks(run_id)
    assert swap.edit_id is not None and label.edit_id is not None
    assert [(one.track_id, one.frames) for one in touched[swap.edit_id]] == [
        (a, (10, 12)),
        (b, (10, 12)),
    ]
    assert [(one.track_id, one.frames) for one in touched[label.edit_id]] == [(c, None)]


def test_what_an_older_version_logged_is_known_after_the_migration(tmp_path: Path) -> None:
    with Project.create(tmp_path / "old.trackmend") as project:
        run_id = record_run(project, add_street(project))
        a, b = (track_numbered(project, run_id, number) for number in (1, 2))
        project.edit(SwapTracks(track_a=a, track_b=b, first_frame=10))
        project.edit(SetBox(box_id=project.boxes_of_track(a)[3].box_id, box_xyxy=(1, 2, 30, 40)))
        digest, touched = project.digest(), project.touched_tracks(run_id)
    make_older(tmp_path / "old.trackmend", tmp_path / "older.trackmend", version=1)
    with Project.open(tmp_path / "older.trackmend") as project:
        assert project.digest() == digest
        assert project.touched_tracks(run_id) == touched
        project.edit(SetOcclusion(track_id=a, first_frame=0, last_frame=3, is_occluded=True))
        project.undo()
        assert project.undo() is not None
        assert project.replay_digest() == project.digest()
