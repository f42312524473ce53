"""What a step, a click and an edit read does not grow with the video: look-ups use an index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from project_scenes import begin_run, record_run, track_numbered, write_frames
from sqlalchemy import event

from trackmend_core.project import Project
from trackmend_core.project.edits import SetBox, SplitTrack, SwapTracks
from trackmend_core.project.schema import frame_detections, laid_boxes, run_boxes, strands
from trackmend_core.project.summaries import expand_spans, find_spans, refresh_summaries
from trackmend_core.types import DetectionId, RunId, VideoId

LARGE = [table.name for table in (laid_boxes, strands, run_boxes, frame_detections)]
ALIASES = ["laid", "now", "frame", "last"]
Call = Callable[[Project, RunId], object]


@contextmanager
def listening(project: Project) -> Iterator[list[tuple[str, object]]]:
    said: list[tuple[str, object]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    engine = project._database.engine
    event.listen(engine, "before_cursor_execute", hear)
    yield said
    event.remove(engine, "before_cursor_execute", hear)


def plans(project: Project, call: Call, run_id: RunId) -> list[str]:
    with listening(project) as said:
        call(project, run_id)
    found = []
    with project._database.reading() as connection:
        for statement, parameters in said:
            if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                rows = connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}",
                    parameters,  # type: ignore[arg-type]
                )
                found += [str(row[3]) for row in rows]
    assert found
    return found


@pytest.mark.parametrize(
    "call",
    [
        lambda project, run_id: project.boxes_in_frame(run_id, 7),
        lambda project, run_id: project.boxes_in_range(run_id, 7, 9),
        lambda project, run_id: project.boxes_of_track(1),
        lambda project, run_id: project.box(1),
        lambda project, run_id: project.tracks(run_id),
        lambda project, run_id: project.detections(run_id, 7),
        lambda project, run_id: project.embeddings([DetectionId(5), DetectionId(9)]),
        lambda project, run_id: next(project.iter_detections(run_id, first_frame=7)),
        lambda project, run_id: (project.undo_title, project.redo_title),
        lambda project, run_id: project.edit(SplitTrack(track_id=1, at_frame=9)),
        lambda project, run_id: project.edit(SwapTracks(track_a=1, track_b=2, first_frame=3)),
        lambda project, run_id: project.edit(SetBox(box_id=1, box_xyxy=(1.0, 2.0, 3.0, 4.0))),
        lambda project, run_id: (project.undo(), project.redo()),
        lambda project, run_id: resume(project, run_id),
    ],
    ids=[
        *("frame", "range", "track", "box", "tracks", "detections", "embeddings", "iterate"),
        *("titles", "split", "swap", "set", "undo", "resume"),
    ],
)
def test_no_look_up_walks_a_large_table(project: Project, run_id: RunId, call: Call) -> None:
    project.edit(SplitTrack(track_id=track_numbered(project, run_id, 4), at_frame=20))
    walked = [
        plan
        for plan in plans(project, call, run_id)
        for name in (*LARGE, *ALIASES)
        # The view must be looked through: written out it would be as large as all boxes.
        if plan.split(" USING")[0] in (f"SCAN {name}", "MATERIALIZE boxes", "CO-ROUTINE boxes")
    ]
    assert walked == []


def test_a_look_up_without_its_index_would_be_noticed(project: Project, run_id: RunId) -> None:
    with project._database.writing() as connection:
        connection.exec_driver_sql("DROP INDEX laid_by_frame")
    found = plans(project, lambda project, run_id: project.boxes_in_frame(run_id, 7), run_id)
    assert any(plan.startswith("SCAN laid") for plan in found)


def resume(project: Project, run_id: RunId) -> None:
    with project.resume_run(run_id) as writer:
        write_frames(writer, range(writer.next_frame, writer.next_frame + 3))


def test_opening_reads_no_boxes(project: Project, run_id: RunId) -> None:
    """Summaries are kept: the list of tracks is complete without the boxes."""
    with listening(project) as said:
        assert [track.box_count for track in project.tracks(run_id)] == [40] * 4
    assert [statement for statement, _ in said if "FROM boxes" in statement] == []


def test_summaries_that_are_missing_are_computed(project: Project, run_id: RunId) -> None:
    before = project.tracks(run_id)
    with project._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM track_summaries")
    computed = project.tracks(run_id)
    assert [(track.number, track.spans) for track in computed] == [
        (track.number, track.spans) for track in before
    ]
    with project._database.writing() as connection:
        refresh_summaries(connection, [track.track_id for track in before])
    assert project.tracks(run_id) == computed


def test_a_run_resumed_after_an_edit_continues_the_summaries(
    project: Project, video_id: VideoId
) -> None:
    run_id = record_run(project, video_id, frames=range(10), tracker_ids=(1, 2))
    project.edit(SplitTrack(track_id=track_numbered(project, run_id, 1), at_frame=5))
    with project.resume_run(run_id) as writer:
        write_frames(writer, [12, 13], (1,))
    assert project.tracks(run_id)[2].spans == [(5, 9), (12, 13)]


@pytest.mark.parametrize("frames", [[3], [0, 1, 2], [0, 2, 4], [1, 2, 5, 6, 7, 90]])
def test_spans_and_frames_are_the_same_thing(frames: list[int]) -> None:
    assert expand_spans(find_spans(np.array(frames))).tolist() == frames


def test_a_batch_shrinks_and_grows_with_the_time_it_holds_the_lock(
    project: Project, video_id: VideoId
) -> None:
    with begin_run(project, video_id) as writer:
        writer._adapt(1.0, 32)
        assert writer._batch_frames == 16
        for _ in range(9):
            writer._adapt(1.0, 32)
        assert writer._batch_frames == 4
        for _ in range(9):
            writer._adapt(0.001, 4)
        assert writer._batch_frames == 32
