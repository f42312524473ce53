from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot
from trackmend_core.jobs import continue_run, export_project, file_stem, track_into_project
from trackmend_core.project import Project, RunStatus, VideoInfo
from trackmend_core.project.edits import DeleteBox
from trackmend_core.similarity.learnt import SIGNATURE_LENGTH
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import FrameDetections, ImageArray, RunId, VideoId

SETTINGS = TrackerSettings.default(30, score_threshold=0.4)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "walk.trackmend") as project:
        yield project


def add_video(project: Project, name: str = "walk.mp4") -> VideoId:
    info = VideoInfo(
        path=project.path.parent / name,
        fingerprint=name,
        frame_count=40,
        frame_rate=30,
        width=400,
        height=300,
    )
    return project.add_video(info)


def run(project: Project, video_id: VideoId, source: Any, detector: Any) -> Any:
    return track_into_project(
        project=project,
        video_id=video_id,
        model_id=project.add_model("none", project.path.with_name("none"), "none", metadata={}),
        source=source,
        detector=detector,
        settings=SETTINGS,
        detector_settings={},
        description="test",
    )


def finish(job: Any) -> Any:
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def layer(project: Project, run_id: RunId) -> list[tuple[int, int, tuple[float, ...]]]:
    boxes = project.boxes_in_range(run_id, 0, 999)
    return [(box.frame_index, box.number, box.box_xyxy) for box in boxes]


def test_a_run_goes_into_the_project_frame_by_frame(
    project: Project, frames: Any, walkers: Any
) -> None:
    video_id = add_video(project)
    run_id = finish(run(project, video_id, frames(40), walkers))
    record = project.run(run_id)
    assert (record.status, record.next_frame) == (RunStatus.FINISHED, 40)
    assert [track.box_count for track in project.tracks(run_id)] == [40, 40]
    assert len(project.detections(run_id, 7).detections) == 3
    assert TrackerSettings.from_dict(record.tracker_settings) == SETTINGS


@pytest.mark.parametrize("stop_after", [1, 13, 39])
def test_a_cancelled_run_goes_on_as_if_it_had_never_stopped(
    project: Project, frames: Any, walkers: Any, stop_after: int
) -> None:
    video_id = add_video(project)
    whole = finish(run(project, video_id, frames(40), walkers))
    job = run(project, video_id, frames(40), walkers)
    for _ in range(stop_after):
        next(job)
    job.close()
    stopped = project.runs(video_id)[-1]
    assert (stopped.status, stopped.next_frame) == (RunStatus.CANCELLED, stop_after)
    source = frames(40)
    finish(continue_run(project=project, run_id=stopped.run_id, source=source, detector=walkers))
    assert project.run(stopped.run_id).status is RunStatus.FINISHED
    assert min(source.read_frames) == stop_after, "what was tracked is not decoded again"
    ours, expected = layer(project, stopped.run_id), layer(project, whole)
    assert [row[:2] for row in ours] == [row[:2] for row in expected]
    np.testing.assert_array_equal([row[2] for row in ours], [row[2] for row in expected])


class Coloured:
    """What a detector sees, with colours beside its embeddings since the model was renewed."""

    def __init__(self, walkers: Any, *, more: int) -> None:
        self._walkers, self._more = walkers, more

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        seen: FrameDetections = self._walkers.detect(image_bgr)
        beside = np.full((len(seen), self._more), 0.6 / self._more**0.5)
        looks = np.concatenate((0.8 * seen.embeddings, beside), axis=1)
        return replace(seen, embeddings=looks.astype(np.float32))


def stopped_run(project: Project, video_id: VideoId, frames: Any, walkers: Any) -> RunId:
    job = run(project, video_id, frames(40), walkers)
    for _ in range(13):
        next(job)
    job.close()
    return project.runs(video_id)[-1].run_id


def test_a_run_that_began_without_colours_goes_on_without_them(
    project: Project, frames: Any, walkers: Any
) -> None:
    video_id = add_video(project)
    whole = finish(run(project, video_id, frames(40), walkers))
    run_id = stopped_run(project, video_id, frames, walkers)
    renewed = Coloured(walkers, more=SIGNATURE_LENGTH)
    finish(continue_run(project=project, run_id=run_id, source=frames(40), detector=renewed))
    assert [row[:2] for row in layer(project, run_id)] == [row[:2] for row in layer(project, whole)]
    lengths = {stored.detections.embeddings.shape[1] for stored in project.iter_detections(run_id)}
    assert lengths == {project.detections(whole, 7).detections.embeddings.shape[1]}


def test_a_run_does_not_go_on_with_embeddings_of_another_model(
    project: Project, frames: Any, walkers: Any
) -> None:
    video_id = add_video(project)
    run_id = stopped_run(project, video_id, frames, walkers)
    other = Coloured(walkers, more=5)
    with pytest.raises(UserError, match="began with embeddings"):
        finish(continue_run(project=project, run_id=run_id, source=frames(40), detector=other))
    assert project.run(run_id).next_frame == 13


def test_a_run_may_be_stopped_and_taken_up_many_times(
    project: Project, frames: Any, walkers: Any
) -> None:
    video_id = add_video(project)
    whole = finish(run(project, video_id, frames(40), walkers))
    job = run(project, video_id, frames(40), walkers)
    next(job)
    job.close()
    run_id = project.runs(video_id)[-1].run_id
    for _ in range(9):
        job = continue_run(project=project, run_id=run_id, source=frames(40), detector=walkers)
        for _ in range(4):
            next(job)
        job.close()
    finish(continue_run(project=project, run_id=run_id, source=frames(40), detector=walkers))
    assert layer(project, run_id) == layer(project, whole)


def test_a_failing_detector_leaves_a_failed_run_with_what_was_there(
    project: Project, frames: Any, walkers: Any
) -> None:
    class Breaks:
        def detect(self, image_bgr: Any) -> Any:
            if image_bgr[0, 0, 0] == 5:
                raise RuntimeError("out of memory")
            return walkers.detect(image_bgr)

    video_id = add_video(project)
    with pytest.raises(RuntimeError, match="out of memory"):
        finish(run(project, video_id, frames(40), Breaks()))
    failed = project.runs(video_id)[-1]
    assert (failed.status, failed.next_frame) == (RunStatus.FAILED, 5)
    assert "out of memory" in failed.message
    finish(continue_run(project=project, run_id=failed.run_id, source=frames(40), detector=walkers))
    assert project.run(failed.run_id).next_frame == 40


def test_the_export_holds_every_box_of_the_edited_tracks(
    project: Project, frames: Any, walkers: Any, tmp_path: Path
) -> None:
    video_id = add_video(project)
    run_id = finish(run(project, video_id, frames(40), walkers))
    project.edit(DeleteBox(box_id=project.boxes_in_frame(run_id, 3)[0].box_id))
    out = tmp_path / "tracks.txt"
    (video,) = finish(export_project(project, out))
    assert (video.path, video.box_count) == (out, 79)
    table = read_mot(out)
    assert len(table) == 79
    assert (table.frames == 4).sum() == 1


def test_each_video_gets_a_file_and_one_without_tracks_is_told(
    project: Project, frames: Any, walkers: Any, tmp_path: Path
) -> None:
    for name in ("a/walk.mp4", "b/walk.mp4", "c/empty.mp4"):
        video_id = add_video(project, name)
        if "walk" in name:
            finish(run(project, video_id, frames(3), walkers))
    folder = tmp_path / "out"
    exported = finish(export_project(project, folder))
    assert [video.path.name if video.path else None for video in exported] == [
        "walk.txt",
        "walk-2.txt",
        None,
    ]
    assert [video.box_count for video in exported] == [6, 6, 0]
    with pytest.raises(UserError, match="2 videos have tracks"):
        finish(export_project(project, tmp_path / "one.txt"))


def test_a_project_without_tracks_is_told(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no tracks yet"):
        finish(export_project(project, tmp_path / "tracks.txt"))


@pytest.mark.parametrize(
    ("video", "stem"),
    [
        ("2026-11-27T10:30.mp4", "2026-11-27T10_30"),
        ("what?.mp4", "what_"),
        ("con.mp4", "_con"),
        ("Aux.left.mp4", "_Aux.left"),
        ("street. .mp4", "street"),
        ("straße 日本.mp4", "straße 日本"),
    ],
)
def test_a_video_named_elsewhere_gets_a_name_that_windows_takes(video: str, stem: str) -> None:
    assert file_stem(video, is_windows=True) == stem
    assert file_stem(video, is_windows=False) == Path(video).stem
