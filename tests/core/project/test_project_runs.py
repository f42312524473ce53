"""Runs keep what they have, whatever ends them, and never touch each other."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from project_scenes import (
    EMBEDDING_DIM,
    begin_run,
    frame_output,
    frames_of,
    record_run,
    track_numbered,
    write_frames,
)

from trackmend_core.errors import UserError
from trackmend_core.project import Project, RunStatus, as_stored
from trackmend_core.project.edits import DeleteTrack, SwapTracks
from trackmend_core.types import (
    BoxSource,
    DetectionId,
    FrameDetections,
    RunId,
    TrackedBox,
    VideoId,
)


def test_a_finished_run_says_so(project: Project, video_id: VideoId) -> None:
    run_id = record_run(project, video_id, frames=range(3, 20))
    (run,) = project.runs(video_id)
    assert (run.run_id, run.status, run.is_active) == (run_id, RunStatus.FINISHED, True)
    assert (run.first_frame, run.next_frame) == (3, 20)
    assert run.tracker_settings == {"score_threshold": 0.4}
    assert run.ended_at is not None


def test_boxes_come_back_bit_for_bit(project: Project, video_id: VideoId) -> None:
    run_id = record_run(project, video_id, frames=range(5))
    for frame_index in range(5):
        _, tracked = frame_output(frame_index, (1, 2, 3, 4))
        stored = project.boxes_in_frame(run_id, frame_index)
        assert [box.box_xyxy for box in stored] == [tuple(box.box_xyxy) for box in tracked]
        assert [box.score for box in stored] == [box.score for box in tracked]
        assert [box.number for box in stored] == [1, 2, 3, 4]
        assert {box.source for box in stored} == {BoxSource.MODEL}


def test_detections_come_back_with_embeddings_of_half_precision(
    project: Project, video_id: VideoId
) -> None:
    run_id = record_run(project, video_id, frames=range(5))
    written, _ = frame_output(4, (1, 2, 3, 4))
    stored = project.detections(run_id, 4)
    assert stored.ids.tolist() == [17, 18, 19, 20]
    assert np.array_equal(stored.detections.boxes_xyxy, written.boxes_xyxy)
    assert np.array_equal(stored.detections.scores, written.scores)
    assert np.allclose(stored.detections.embeddings, written.embeddings, atol=2e-3)
    lengths = np.linalg.norm(stored.detections.embeddings, axis=1)
    assert np.allclose(lengths, 1, atol=1e-6)


def test_as_stored_is_exactly_what_is_read_back(project: Project, video_id: VideoId) -> None:
    run_id = record_run(project, video_id, frames=range(2))
    seen = as_stored(frame_output(1, (1, 2, 3, 4))[0])
    stored = project.detections(run_id, 1).detections
    assert np.array_equal(seen.embeddings, stored.embeddings)
    assert seen.embeddings.dtype == np.float32


def test_every_box_leads_to_its_embedding(project: Project, run_id: RunId) -> None:
    for stored in project.iter_detections(run_id):
        for box in project.boxes_in_frame(run_id, stored.frame_index):
            assert box.detection_id is not None
            row = stored.ids.tolist().index(box.detection_id)
            vector = project.embedding(box.detection_id)
            assert vector.shape == (EMBEDDING_DIM,)
            assert np.array_equal(vector, stored.detections.embeddings[row])


def test_embeddings_come_in_the_order_asked_for(project: Project, run_id: RunId) -> None:
    ids = [DetectionId(wanted) for wanted in (150, 3, 4, 3, 77)]
    together = project.embeddings(ids)
    assert np.array_equal(together, np.stack([project.embedding(wanted) for wanted in ids]))
    assert project.embeddings([]).shape == (0, 0)


@pytest.mark.parametrize("wanted", [0, -5, 10**9])
def test_an_unknown_detection_is_refused(project: Project, run_id: RunId, wanted: int) -> None:
    with pytest.raises(UserError, match="not in the project"):
        project.embedding(DetectionId(wanted))


def test_frames_without_detections_are_kept(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        for frame_index in range(4):
            seen = (1, 2) if frame_index == 2 else ()
            writer.write(frame_index, *frame_output(frame_index, seen))
        writer.write(4, FrameDetections.empty(), [])
    stored = list(project.iter_detections(writer.run_id))
    assert [len(frame.detections) for frame in stored] == [0, 0, 2, 0, 0]
    assert project.embedding(DetectionId(2)).shape == (EMBEDDING_DIM,)
    assert project.boxes_in_frame(writer.run_id, 0) == []


def test_detections_without_embeddings_are_kept(project: Project, video_id: VideoId) -> None:
    detections = FrameDetections([[0, 0, 5, 5]], [0.5], np.zeros((1, 0)))
    with begin_run(project, video_id) as writer:
        writer.write(0, detections, [])
    assert project.detections(writer.run_id, 0).detections.embeddings.shape == (1, 0)


def test_a_frame_the_run_has_not_reached_is_refused(project: Project, run_id: RunId) -> None:
    with pytest.raises(UserError, match="no detections of frame 100"):
        project.detections(run_id, 99)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (GeneratorExit, RunStatus.CANCELLED),
        (KeyboardInterrupt, RunStatus.CANCELLED),
        (RuntimeError, RunStatus.FAILED),
    ],
)
def test_a_run_that_ends_early_keeps_what_it_has(
    project: Project, video_id: VideoId, error: type[BaseException], status: RunStatus
) -> None:
    with pytest.raises(error), begin_run(project, video_id) as writer:
        write_frames(writer, range(7))
        raise error("the camera fell")
    run = project.run(writer.run_id)
    assert (run.status, run.next_frame) == (status, 7)
    assert run.message == ("the camera fell" if status is RunStatus.FAILED else "")
    assert project.tracks(writer.run_id)[0].spans == [(0, 6)]


def test_closing_the_project_cancels_a_run_and_keeps_it(tmp_path: Path) -> None:
    from project_scenes import add_street

    project = Project.create(tmp_path / "p.trackmend")
    writer = begin_run(project, add_street(project))
    write_frames(writer, range(3))
    project.close()
    with Project.open(project.path) as again:
        run = again.run(writer.run_id)
        assert (run.status, run.next_frame) == (RunStatus.CANCELLED, 3)
        assert list(tmp_path.glob("*-wal")) != []
    assert list(tmp_path.glob("*-wal")) == []


def test_a_resumed_run_goes_on_in_its_tracks(project: Project, video_id: VideoId) -> None:
    with pytest.raises(GeneratorExit), begin_run(project, video_id) as writer:
        write_frames(writer, range(10))
        raise GeneratorExit
    with project.resume_run(writer.run_id) as again:
        assert again.next_frame == 10
        write_frames(again, range(10, 20), (1, 2, 9))
    assert frames_of(project, writer.run_id, 1) == list(range(20))
    assert frames_of(project, writer.run_id, 3) == list(range(10))
    assert frames_of(project, writer.run_id, 9) == list(range(10, 20))
    assert project.run(writer.run_id).status is RunStatus.FINISHED
    assert project.digest() == project.replay_digest()


def test_a_run_that_is_going_on_cannot_be_resumed(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, range(2))
        with pytest.raises(UserError, match="going on"):
            project.resume_run(writer.run_id)
        with pytest.raises(UserError, match="going on"):
            project.delete_run(writer.run_id)


DYING_RUN = """
import os, sys
sys.path.insert(0, sys.argv[2])
from project_scenes import begin_run, write_frames
from trackmend_core.project import Project
project = Project.open(sys.argv[1])
writer = begin_run(project, project.videos()[0].video_id)
write_frames(writer, range(9))
writer.flush()
write_frames(writer, range(9, 11))
os._exit(9)
"""


def test_a_run_whose_process_died_is_interrupted_and_can_go_on(tmp_path: Path) -> None:
    from project_scenes import add_street

    with Project.create(tmp_path / "p.trackmend") as project:
        video_id = add_street(project)
    here = str(Path(__file__).parent)
    died = subprocess.run([sys.executable, "-c", DYING_RUN, str(project.path), here], check=False)
    assert died.returncode == 9
    with Project.open(project.path) as project:
        (run,) = project.runs(video_id)
        assert project.interrupted_runs == (run.run_id,)
        assert run.status is RunStatus.INTERRUPTED
        assert run.next_frame in (9, 11)
        with project.resume_run(run.run_id) as writer:
            write_frames(writer, range(writer.next_frame, 15))
        assert project.run(run.run_id).status is RunStatus.FINISHED
        assert frames_of(project, run.run_id, 1) == list(range(15))


def test_a_run_in_another_living_window_is_not_called_interrupted(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, range(2))
        with Project.open(project.path) as other:
            assert other.interrupted_runs == ()
            assert other.run(writer.run_id).status is RunStatus.RUNNING
            with pytest.raises(UserError, match="going on"):
                other.resume_run(writer.run_id)


def test_a_writer_notices_that_its_run_was_taken_over(project: Project, video_id: VideoId) -> None:
    import sqlite3

    writer = begin_run(project, video_id)
    write_frames(writer, range(2))
    writer.flush()
    with closing(sqlite3.connect(project.path)) as other:
        other.execute("UPDATE runs SET owner = '1:somebody'")
        other.commit()
    write_frames(writer, range(2, 3))
    with pytest.raises(UserError, match="another window"):
        writer.finish()
    assert project.run(writer.run_id).next_frame == 2


def test_frames_are_taken_in_order_and_once(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, [0, 1, 5])
        with pytest.raises(ValueError, match="frame 3 comes after frame 5"):
            write_frames(writer, [3])
    with pytest.raises(ValueError, match="has ended"):
        write_frames(writer, [9])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_never_reach_the_file(
    project: Project, video_id: VideoId, bad: float
) -> None:
    box = TrackedBox(track_id=1, box_xyxy=np.array([0, 0, bad, 4.0]), score=0.5)
    with begin_run(project, video_id) as writer:
        with pytest.raises(ValueError, match="finite"):
            writer.write(0, FrameDetections.empty(), [box])
        with pytest.raises(ValueError, match="finite"):
            writer.write(0, FrameDetections([[0, 0, 1, 1]], [bad], np.zeros((1, 2))), [])
        write_frames(writer, range(2))
    assert project.run(writer.run_id).next_frame == 2


def test_a_tracker_id_that_comes_twice_in_a_frame_is_refused(
    project: Project, video_id: VideoId
) -> None:
    box = TrackedBox(track_id=1, box_xyxy=np.array([0, 0, 3, 4.0]), score=0.5)
    with begin_run(project, video_id) as writer, pytest.raises(ValueError, match="twice"):
        writer.write(0, FrameDetections.empty(), [box, box])


def test_two_runs_on_a_video_have_layers_of_their_own(project: Project, video_id: VideoId) -> None:
    first = record_run(project, video_id)
    project.edit(
        SwapTracks(
            track_a=track_numbered(project, first, 1),
            track_b=track_numbered(project, first, 2),
            first_frame=5,
        )
    )
    before = project.boxes_in_range(first, 0, 50)
    second = record_run(project, video_id, tracker_ids=(1, 2))
    assert project.active_run(video_id) == project.run(second)
    assert project.boxes_in_range(first, 0, 50) == before
    project.edit(DeleteTrack(track_id=track_numbered(project, second, 1)))
    assert project.boxes_in_range(first, 0, 50) == before
    assert [track.number for track in project.tracks(second)] == [2]
    project.set_active_run(first)
    assert project.active_run(video_id) == project.run(first)
    assert [run.is_active for run in project.runs(video_id)] == [True, False]
    assert project.digest() == project.replay_digest()


def test_tracks_of_different_runs_are_never_mixed(project: Project, video_id: VideoId) -> None:
    first = record_run(project, video_id)
    second = record_run(project, video_id)
    swap = SwapTracks(
        track_a=track_numbered(project, first, 1),
        track_b=track_numbered(project, second, 1),
        first_frame=0,
    )
    with pytest.raises(UserError, match="different runs"):
        project.edit(swap)


def test_deleting_a_run_takes_its_layer_and_edits_and_leaves_a_backup(
    project: Project, video_id: VideoId
) -> None:
    first = record_run(project, video_id)
    second = record_run(project, video_id)
    project.edit(DeleteTrack(track_id=track_numbered(project, first, 1)))
    kept = project.boxes_in_range(second, 0, 50)
    digest = project.digest()
    backup = project.delete_run(first)
    assert [run.run_id for run in project.runs(video_id)] == [second]
    assert project.tracks(first) == []
    assert project.edits() == []
    assert project.undo() is None
    assert project.boxes_in_range(second, 0, 50) == kept
    assert project.digest() == project.replay_digest()
    with Project.open(backup) as saved:
        assert saved.digest() == digest


def test_a_run_of_an_unknown_video_is_refused(project: Project) -> None:
    with pytest.raises(UserError, match="not in the project"):
        begin_run(project, VideoId(7))


def test_spans_show_the_gaps_of_a_track(project: Project, video_id: VideoId) -> None:
    with begin_run(project, video_id) as writer:
        write_frames(writer, [0, 1, 2, 5, 6, 9], (1,))
    (track,) = project.tracks(writer.run_id)
    assert track.spans == [(0, 2), (5, 6), (9, 9)]
    assert (track.first_frame, track.last_frame, track.box_count) == (0, 9, 6)


def test_a_full_disk_loses_nothing_that_was_written(project: Project, video_id: VideoId) -> None:
    writer = begin_run(project, video_id)
    write_frames(writer, range(5))
    writer.flush()
    with project._database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    write_frames(writer, range(5, 9))
    with pytest.raises(UserError, match="disk is full"):
        for _ in range(40):
            write_frames(writer, [writer.next_frame], range(1, 60))
            writer.flush()
    reached = project.run(writer.run_id).next_frame
    assert reached >= 5
    with project._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    writer.finish()
    assert project.run(writer.run_id).next_frame == writer.next_frame
    assert frames_of(project, writer.run_id, 1) == list(range(writer.next_frame))
    assert project.digest() == project.replay_digest()


def test_a_run_whose_last_frames_cannot_be_written_has_failed(
    project: Project, video_id: VideoId, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = begin_run(project, video_id)
    write_frames(writer, range(5))
    writer.flush()
    write_frames(writer, [5])

    def fill_up(*_: object) -> None:
        raise UserError("The disk is full.", "Free some space.")

    monkeypatch.setattr(writer, "_write_batch", fill_up)
    with pytest.raises(UserError, match="full"):
        writer.finish()
    run = project.run(writer.run_id)
    assert (run.status, run.next_frame) == (RunStatus.FAILED, 5)
    assert "disk is full" in run.message


def test_a_run_in_a_closed_project_stops_instead_of_writing(
    project: Project, video_id: VideoId
) -> None:
    writer = begin_run(project, video_id)
    write_frames(writer, range(2))
    project.close()
    with pytest.raises(ValueError, match="has ended"):
        write_frames(writer, [2])
    project.close()
