"""Each edit does what its title says, or refuses in words and changes nothing."""

import numpy as np
import pytest
from project_scenes import FRAME_COUNT, begin_run, frames_of, track_numbered, write_frames

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.edits import (
    AddBox,
    DeleteBox,
    DeleteTrack,
    DeleteTrackFrom,
    Edit,
    MergeTracks,
    ReassignBoxes,
    SetBox,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.types import BoxId, BoxSource, RunId, TrackId, VideoId

ALL = range(40)


def place(project: Project, run_id: RunId, number: int, frame_index: int) -> tuple[float, ...]:
    (box,) = [box for box in project.boxes_in_frame(run_id, frame_index) if box.number == number]
    return box.box_xyxy


def refused(project: Project, edit: Edit, *, because: str) -> UserError:
    before = project.digest()
    with pytest.raises(UserError, match=because) as raised:
        project.edit(edit)
    assert raised.value.hint
    assert project.digest() == before
    assert project.edits() == []
    return raised.value


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (10, None, "from frame 11 on"),
        (10, 10, "in frame 11"),
        (10, 19, "in frames 11 to 20"),
    ],
)
def test_a_swap_trades_the_boxes_of_the_stretch_only(
    project: Project, run_id: RunId, first: int, last: int | None, words: str
) -> None:
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    before = {f: (place(project, run_id, 1, f), place(project, run_id, 2, f)) for f in ALL}
    changes = project.edit(SwapTracks(track_a=a, track_b=b, first_frame=first, last_frame=last))
    for frame_index in ALL:
        swapped = first <= frame_index <= (39 if last is None else last)
        one, two = before[frame_index]
        assert place(project, run_id, 1, frame_index) == (two if swapped else one)
        assert place(project, run_id, 2, frame_index) == (one if swapped else two)
    assert changes.title == f"Swap track 1 and track 2 {words}"
    assert changes.tracks == {a, b}
    assert changes.frames == (first, 39 if last is None else last)
    assert changes.box_count == 2 * (changes.frames[1] - changes.frames[0] + 1)


def test_a_swap_moves_what_only_one_track_has(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, range(10), (1, 2))
        write_frames(writer, range(10, 20), (1,))
    run_id = writer.run_id
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    project.edit(SwapTracks(track_a=a, track_b=b, first_frame=5))
    assert frames_of(project, run_id, 1) == list(range(10))
    assert frames_of(project, run_id, 2) == list(range(20))


def test_a_track_that_gives_all_of_its_boxes_away_is_gone(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, range(10), (1,))
        write_frames(writer, range(10, 20), (2,))
    run_id = writer.run_id
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    changes = project.edit(SwapTracks(track_a=a, track_b=b, first_frame=10))
    assert [track.number for track in project.tracks(run_id)] == [1]
    assert changes.tracks == {a, b}


def test_swaps_that_make_no_sense_are_refused(project: Project, run_id: RunId) -> None:
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    refused(project, SwapTracks(track_a=a, track_b=a, first_frame=0), because="same track")
    refused(project, SwapTracks(track_a=a, track_b=b, first_frame=50), because="Neither")
    refused(
        project,
        SwapTracks(track_a=a, track_b=b, first_frame=9, last_frame=8),
        because="must begin inside the video",
    )
    refused(
        project,
        SwapTracks(track_a=a, track_b=b, first_frame=-1),
        because="must begin inside the video",
    )
    refused(
        project,
        SwapTracks(track_a=a, track_b=TrackId(99), first_frame=0),
        because="not there any more",
    )


def test_boxes_can_be_given_to_a_new_track(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 1)
    changes = project.edit(ReassignBoxes(track_id=a, to_track_id=None, first_frame=5, last_frame=9))
    assert changes.title == "Give track 1 to a new track in frames 6 to 10"
    assert frames_of(project, run_id, 5) == [5, 6, 7, 8, 9]
    assert frames_of(project, run_id, 1) == [*range(5), *range(10, 40)]


def test_boxes_can_be_given_to_a_track_that_is_not_there_then(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, range(10), (1,))
        write_frames(writer, range(10, 20), (2,))
    run_id = writer.run_id
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    project.edit(ReassignBoxes(track_id=b, to_track_id=a, first_frame=10, last_frame=14))
    assert frames_of(project, run_id, 1) == list(range(15))
    assert frames_of(project, run_id, 2) == list(range(15, 20))


def test_boxes_are_not_given_to_a_track_that_is_there(project: Project, run_id: RunId) -> None:
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    error = refused(
        project,
        ReassignBoxes(track_id=a, to_track_id=b, first_frame=3, last_frame=5),
        because="Track 2 already has a box in 3 frames, the first is 4",
    )
    assert "Swap" in error.hint
    refused(
        project,
        ReassignBoxes(track_id=a, to_track_id=b, first_frame=60, last_frame=70),
        because="Track 1 has no box",
    )


def test_a_merge_joins_two_stretches_of_one_person(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, range(10), (1, 3))
        write_frames(writer, range(15, 20), (2, 3))
    run_id = writer.run_id
    keep, absorb = (track_numbered(project, run_id, number) for number in (1, 2))
    changes = project.edit(MergeTracks(keep=keep, absorb=absorb))
    assert changes.title == "Merge track 2 into track 1"
    assert [track.number for track in project.tracks(run_id)] == [1, 3]
    assert project.tracks(run_id)[0].spans == [(0, 9), (15, 19)]


def test_tracks_seen_together_are_not_merged(project: Project, run_id: RunId) -> None:
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    error = refused(
        project,
        MergeTracks(keep=a, absorb=b),
        because="Tracks 1 and 2 are both seen in 40 frames, the first is 1",
    )
    assert "swap" in error.hint


def test_a_split_gives_the_later_boxes_a_new_number(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 3)
    changes = project.edit(SplitTrack(track_id=a, at_frame=12))
    assert changes.title == "Split track 3 at frame 13"
    assert frames_of(project, run_id, 3) == list(range(12))
    assert frames_of(project, run_id, 5) == list(range(12, 40))


@pytest.mark.parametrize("at_frame", [0, -3, 40])
def test_a_split_needs_boxes_on_both_sides(project: Project, run_id: RunId, at_frame: int) -> None:
    a = track_numbered(project, run_id, 3)
    refused(project, SplitTrack(track_id=a, at_frame=at_frame), because="All boxes of track 3")


def test_a_number_is_never_given_twice(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 3)
    project.edit(SplitTrack(track_id=a, at_frame=12))
    project.undo()
    project.edit(SplitTrack(track_id=a, at_frame=20))
    assert [track.number for track in project.tracks(run_id)] == [1, 2, 3, 4, 6]


def test_deleting_a_box_leaves_the_rest_of_the_track(project: Project, run_id: RunId) -> None:
    box = project.boxes_in_frame(run_id, 7)[1]
    changes = project.edit(DeleteBox(box_id=box.box_id))
    assert changes.title == "Delete the box of track 2 in frame 8"
    assert (changes.frames, changes.box_count, changes.tracks) == ((7, 7), 1, {box.track_id})
    assert frames_of(project, run_id, 2) == [*range(7), *range(8, 40)]
    with pytest.raises(UserError, match="not there"):
        project.box(box.box_id)


def test_deleting_the_rest_of_a_track_keeps_its_beginning(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 2)
    changes = project.edit(DeleteTrackFrom(track_id=a, from_frame=30))
    assert changes.title == "Delete track 2 from frame 31 on"
    assert frames_of(project, run_id, 2) == list(range(30))


def test_deleting_from_beyond_the_end_is_refused(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 2)
    refused(project, DeleteTrackFrom(track_id=a, from_frame=40), because="no box from frame 41")


def test_deleting_a_track_says_how_much_goes(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 2)
    changes = project.edit(DeleteTrack(track_id=a))
    assert (changes.title, changes.box_count) == ("Delete track 2", 40)
    assert [track.number for track in project.tracks(run_id)] == [1, 3, 4]
    assert project.boxes_of_track(a) == []


def test_a_box_that_was_moved_is_a_persons(project: Project, run_id: RunId) -> None:
    box = project.boxes_in_frame(run_id, 7)[1]
    corners = (1 / 3, 2.000000000000001, 100.1, 200.7)
    changes = project.edit(SetBox(box_id=box.box_id, box_xyxy=corners))
    assert changes.title == "Move or resize the box of track 2 in frame 8"
    moved = project.box(box.box_id)
    assert (moved.box_xyxy, moved.source, moved.score) == (corners, BoxSource.PERSON, 1.0)
    assert moved.detection_id == box.detection_id
    project.undo()
    assert project.box(box.box_id) == box


@pytest.mark.parametrize(
    ("corners", "because"),
    [
        ((5.0, 5.0, 5.0, 9.0), "no area"),
        ((9.0, 5.0, 5.0, 9.0), "no area"),
        ((0.0, 0.0, float("nan"), 9.0), "finite"),
        ((0.0, 0.0, float("inf"), 9.0), "finite"),
        ((-20.0, 0.0, 0.0, 9.0), "outside the picture"),
        ((640.0, 0.0, 650.0, 9.0), "outside the picture"),
    ],
)
def test_boxes_that_cannot_be_are_refused(
    project: Project,
    run_id: RunId,
    corners: tuple[float, float, float, float],
    because: str,
) -> None:
    box = project.boxes_in_frame(run_id, 7)[0]
    refused(project, SetBox(box_id=box.box_id, box_xyxy=corners), because=because)
    refused(
        project,
        AddBox(run_id=run_id, frame_index=60, box_xyxy=corners, track_id=None),
        because=because,
    )


def test_a_box_set_where_it_is_changes_nothing(project: Project, run_id: RunId) -> None:
    box = project.boxes_in_frame(run_id, 7)[0]
    refused(project, SetBox(box_id=box.box_id, box_xyxy=box.box_xyxy), because="already there")


def test_a_box_can_be_drawn_for_a_track_or_as_a_new_one(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 2)
    corners = (-3.5, 10.0, 30.25, 99.0)
    project.edit(AddBox(run_id=run_id, frame_index=41, box_xyxy=corners, track_id=a))
    changes = project.edit(AddBox(run_id=run_id, frame_index=41, box_xyxy=corners))
    assert changes.title == "Add a box as a new track in frame 42"
    drawn = project.boxes_in_frame(run_id, 41)
    assert [box.number for box in drawn] == [2, 5]
    assert {(box.source, box.score, box.box_xyxy, box.detection_id) for box in drawn} == {
        (BoxSource.PERSON, 1.0, corners, None)
    }


def test_boxes_that_have_no_place_are_refused(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 2)
    corners = (0.0, 0.0, 5.0, 5.0)

    def add(frame_index: int, track_id: TrackId | None, run: RunId = run_id) -> AddBox:
        return AddBox(run_id=run, frame_index=frame_index, box_xyxy=corners, track_id=track_id)

    refused(project, add(7, a), because="Track 2 already has a box in frame 8")
    refused(project, add(FRAME_COUNT, a), because="outside the video")
    refused(project, add(-1, a), because="outside the video")
    refused(project, add(7, None, RunId(9)), because="run is not there")


def test_a_preview_counts_and_changes_nothing(project: Project, run_id: RunId) -> None:
    a = track_numbered(project, run_id, 2)
    before = project.digest()
    preview = project.preview(DeleteTrack(track_id=a))
    assert (preview.box_count, preview.track_count, preview.edit_id) == (40, 1, None)
    assert preview.frames == (0, 39)
    assert project.digest() == before
    assert project.edits() == []
    assert project.undo_title is None
    with pytest.raises(UserError):
        project.preview(DeleteTrack(track_id=TrackId(99)))


def test_numbers_of_numpy_are_logged_as_plain_ones(project: Project, run_id: RunId) -> None:
    box = project.boxes_in_frame(run_id, 7)[0]
    corners = np.array([1.5, 2.5, 30.1, 40.2], np.float32)
    project.edit(SetBox(box_id=BoxId(np.int64(box.box_id)), box_xyxy=tuple(corners)))  # type: ignore[arg-type]
    assert project.box(box.box_id).box_xyxy == tuple(float(side) for side in corners)
    assert project.replay_digest() == project.digest()
