"""A person edits while the model runs: both land, none is overwritten, undo stays whole."""

import threading
import time

import pytest
from project_scenes import (
    begin_run,
    frame_output,
    frames_of,
    track_numbered,
    write_frames,
)

from trackmend_core.errors import UserError
from trackmend_core.project import Project, RunWriter
from trackmend_core.project.edits import (
    AddBox,
    DeleteBox,
    DeleteTrack,
    DeleteTrackFrom,
    MergeTracks,
    ReassignBoxes,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.types import RunId, TrackId, VideoId


def numbers(project: Project, run_id: RunId) -> dict[int, list[int]]:
    return {
        track.number: [box.frame_index for box in project.boxes_of_track(track.track_id)]
        for track in project.tracks(run_id)
    }


def flushed(writer: RunWriter, frames: range, tracker_ids: tuple[int, ...]) -> None:
    write_frames(writer, frames, tracker_ids)
    writer.flush()


def test_what_the_run_adds_after_a_swap_stays_swapped(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(10), (1, 2))
        run_id = writer.run_id
        one, two = (track_numbered(project, run_id, number) for number in (1, 2))
        project.edit(SwapTracks(track_a=one, track_b=two, first_frame=5))
        flushed(writer, range(10, 20), (1, 2))
    _, tracked = frame_output(15, (1, 2))
    boxes = project.boxes_in_frame(run_id, 15)
    assert [box.box_xyxy for box in boxes] == [
        tuple(tracked[1].box_xyxy),
        tuple(tracked[0].box_xyxy),
    ]
    assert project.digest() == project.replay_digest()


def test_undoing_a_swap_takes_back_what_the_run_added_to_it(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(10), (1, 2))
        run_id = writer.run_id
        one, two = (track_numbered(project, run_id, number) for number in (1, 2))
        project.edit(SwapTracks(track_a=one, track_b=two, first_frame=5))
        flushed(writer, range(10, 20), (1, 2))
    swapped = project.digest()
    project.undo()
    for frame_index in range(20):
        _, tracked = frame_output(frame_index, (1, 2))
        boxes = project.boxes_in_frame(run_id, frame_index)
        assert [box.box_xyxy for box in boxes] == [tuple(box.box_xyxy) for box in tracked]
    assert project.digest() == project.replay_digest()
    project.redo()
    assert project.digest() == swapped


def test_a_track_split_off_goes_on_and_returns_whole_on_undo(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(10), (1,))
        run_id = writer.run_id
        project.edit(SplitTrack(track_id=track_numbered(project, run_id, 1), at_frame=5))
        flushed(writer, range(10, 15), (1, 2))
        assert numbers(project, run_id) == {
            1: list(range(5)),
            2: list(range(5, 15)),
            3: list(range(10, 15)),
        }
        project.undo()
        assert numbers(project, run_id) == {1: list(range(15)), 3: list(range(10, 15))}
        flushed(writer, range(15, 20), (1, 2))
    assert numbers(project, run_id) == {1: list(range(20)), 3: list(range(10, 20))}
    assert project.digest() == project.replay_digest()


def test_chains_of_edits_are_followed_and_unwound(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(10), (1, 2))
        run_id = writer.run_id
        one, two = (track_numbered(project, run_id, number) for number in (1, 2))
        states = [project.digest()]
        project.edit(SwapTracks(track_a=one, track_b=two, first_frame=4))
        project.edit(ReassignBoxes(track_id=two, to_track_id=None, first_frame=8, last_frame=9))
        flushed(writer, range(10, 12), (1, 2))
    assert frames_of(project, run_id, 3) == [8, 9, 10, 11]
    project.undo()
    assert numbers(project, run_id) == {1: list(range(12)), 2: list(range(12))}
    project.undo()
    first = [project.boxes_in_frame(run_id, frame)[0].box_xyxy for frame in range(12)]
    assert first == [tuple(frame_output(f, (1, 2))[1][0].box_xyxy) for f in range(12)]
    assert states[0] != project.digest()
    project.redo()
    project.redo()
    assert frames_of(project, run_id, 3) == [8, 9, 10, 11]
    assert project.digest() == project.replay_digest()


def test_a_tracker_id_whose_last_box_was_deleted_starts_a_new_track(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(10), (1, 2, 3))
        run_id = writer.run_id
        project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
        project.edit(DeleteTrackFrom(track_id=track_numbered(project, run_id, 2), from_frame=5))
        project.edit(DeleteBox(box_id=project.boxes_in_frame(run_id, 5)[0].box_id))
        flushed(writer, range(10, 12), (1, 2, 3))
    assert numbers(project, run_id) == {
        2: list(range(5)),
        3: [*range(5), *range(6, 12)],
        4: [10, 11],
        5: [10, 11],
    }
    while project.undo() is not None:
        assert project.digest() == project.replay_digest()
    assert numbers(project, run_id)[1] == list(range(10))


def test_two_tracker_ids_merged_into_one_track_part_when_both_are_seen(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(5), (1,))
        flushed(writer, range(5, 10), (2,))
        run_id = writer.run_id
        one, two = (track_numbered(project, run_id, number) for number in (1, 2))
        project.edit(MergeTracks(keep=one, absorb=two))
        flushed(writer, range(10, 12), (2,))
        flushed(writer, range(12, 15), (1, 2))
    assert numbers(project, run_id) == {1: list(range(15)), 3: [12, 13, 14]}
    project.undo()
    assert numbers(project, run_id) == {
        1: [*range(5), 12, 13, 14],
        2: list(range(5, 12)),
        3: [12, 13, 14],
    }
    assert project.digest() == project.replay_digest()


def test_undo_never_puts_two_boxes_of_a_frame_into_one_track(
    project: Project, video_id: VideoId
) -> None:
    """Tracker 1 and 2 are merged, split again, then both go on: undoing the split must work."""
    with begin_run(project, video_id) as writer:
        flushed(writer, range(5), (1,))
        flushed(writer, range(5, 10), (2,))
        run_id = writer.run_id
        one, two = (track_numbered(project, run_id, number) for number in (1, 2))
        project.edit(MergeTracks(keep=one, absorb=two))
        project.edit(SplitTrack(track_id=one, at_frame=5))
        flushed(writer, range(10, 12), (1, 2))
    while project.undo() is not None:
        assert project.digest() == project.replay_digest()
    while project.redo() is not None:
        assert project.digest() == project.replay_digest()


def test_a_box_drawn_ahead_of_the_run_is_not_overwritten(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(5), (1, 2))
        run_id = writer.run_id
        one = track_numbered(project, run_id, 1)
        project.edit(
            AddBox(run_id=run_id, frame_index=6, box_xyxy=(1.0, 2.0, 3.0, 4.0), track_id=one)
        )
        flushed(writer, range(5, 10), (1, 2))
    assert numbers(project, run_id) == {1: list(range(10)), 2: list(range(10))}
    assert project.boxes_in_frame(run_id, 6)[0].box_xyxy == (1.0, 2.0, 3.0, 4.0)
    assert len(project.detections(run_id, 6).detections) == 2
    project.undo()
    assert frames_of(project, run_id, 1) == [*range(6), *range(7, 10)]
    assert project.digest() == project.replay_digest()


def test_a_redo_that_the_run_has_overtaken_is_refused_in_words(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(5), (1,))
        flushed(writer, range(5, 10), (2,))
        run_id = writer.run_id
        one, two = (track_numbered(project, run_id, number) for number in (1, 2))
        project.edit(MergeTracks(keep=one, absorb=two))
        project.undo()
        flushed(writer, range(10, 12), (1, 2))
    before = project.digest()
    with pytest.raises(UserError, match="cannot be redone: the run has gone on"):
        project.redo()
    assert project.digest() == before
    assert project.redo_title == "Merge track 2 into track 1"


def test_numbers_taken_by_edits_do_not_clash_with_new_tracker_ids(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        flushed(writer, range(5), (1, 2))
        run_id = writer.run_id
        project.edit(SplitTrack(track_id=track_numbered(project, run_id, 1), at_frame=2))
        project.undo()
        flushed(writer, range(5, 8), (1, 2, 3, 4))
        assert [track.number for track in project.tracks(run_id)] == [1, 2, 4, 5]
        project.redo()
    assert [track.number for track in project.tracks(run_id)] == [1, 2, 3, 4, 5]


def test_the_window_edits_and_reads_while_the_tracker_writes(
    project: Project, video_id: VideoId
) -> None:
    writer = begin_run(project, video_id)
    run_id = writer.run_id
    flushed(writer, range(3), (1, 2, 3, 4))
    failures: list[BaseException] = []
    edited = threading.Event()

    def track() -> None:
        try:
            with writer:
                for frame_index in range(3, 80):
                    writer.write(frame_index, *frame_output(frame_index, (1, 2, 3, 4)))
                    time.sleep(0.001)
                    if frame_index == 40:
                        assert edited.wait(60)  # however slow the window is
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=track)
    thread.start()
    made = 0
    while thread.is_alive():
        one, two = (project.tracks(run_id)[row].track_id for row in (0, 1))
        last = project.run(run_id).next_frame - 1
        project.edit(SwapTracks(track_a=one, track_b=two, first_frame=last - 1))
        assert len(project.boxes_in_frame(run_id, last)) == 4
        if made % 3 == 0:
            assert project.undo() is not None
        made += 1
        edited.set()
    thread.join()
    assert failures == []
    assert made > 0
    assert sum(track.box_count for track in project.tracks(run_id)) == 320
    assert project.digest() == project.replay_digest()
    while project.undo() is not None:
        pass
    assert numbers(project, run_id) == {number: list(range(80)) for number in (1, 2, 3, 4)}
    assert project.digest() == project.replay_digest()


def test_edits_of_another_run_do_not_disturb_the_running_one(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as first:
        flushed(first, range(10), (1, 2))
    with begin_run(project, video_id) as second:
        flushed(second, range(5), (1, 2))
        project.edit(DeleteTrack(track_id=track_numbered(project, first.run_id, 1)))
        flushed(second, range(5, 10), (1, 2))
    assert numbers(project, second.run_id) == {1: list(range(10)), 2: list(range(10))}
    assert project.digest() == project.replay_digest()
    assert TrackId(1) not in {track.track_id for track in project.tracks(second.run_id)}
