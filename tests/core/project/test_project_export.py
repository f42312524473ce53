"""What is exported is the project as it was at one moment, whatever goes on meanwhile."""

from pathlib import Path

import pytest
from project_scenes import begin_run, track_numbered, write_frames

from trackmend_core.exchange import export_project_mot, mot_chunks, mot_export, read_mot
from trackmend_core.project import Project
from trackmend_core.project.edits import SwapTracks
from trackmend_core.types import RunId, VideoId


def exported(project: Project, run_id: RunId) -> list[tuple[int, int, float]]:
    return [
        (int(frame), int(number), float(box[0]))
        for chunk in mot_chunks(project, run_id)
        for frame, number, box in zip(chunk.frames, chunk.ids, chunk.boxes_xywh, strict=True)
    ]


def test_an_edit_and_a_run_in_the_middle_of_an_export_come_after_it(
    project: Project, video_id: VideoId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mot_export, "_FRAMES_PER_CHUNK", 5)
    with begin_run(project, video_id) as writer:
        run_id = writer.run_id
        write_frames(writer, range(20), (1, 2))
        writer.flush()
        before = exported(project, run_id)
        chunks = mot_chunks(project, run_id)
        seen = [next(chunks)]
        one, two = (track_numbered(project, run_id, number) for number in (1, 2))
        project.edit(SwapTracks(track_a=one, track_b=two, first_frame=0))
        write_frames(writer, range(20, 24), (1, 2))
        writer.flush()
        seen += chunks
        rows = [
            (int(frame), int(number), float(box[0]))
            for chunk in seen
            for frame, number, box in zip(chunk.frames, chunk.ids, chunk.boxes_xywh, strict=True)
        ]
        assert rows == before
        after = exported(project, run_id)
    assert len(after) == 48
    assert after[:40] != before


def test_after_an_export_reads_see_what_is_new(
    project: Project, run_id: RunId, video_id: VideoId, tmp_path: Path
) -> None:
    path = tmp_path / "tracks.txt"
    export_project_mot(project, video_id, path)
    one, two = (track_numbered(project, run_id, number) for number in (1, 2))
    digest = project.digest()
    project.edit(SwapTracks(track_a=one, track_b=two, first_frame=0))
    assert project.digest() != digest
    assert len(read_mot(path)) == 160
