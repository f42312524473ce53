"""Small projects for the tests: a made-up video, and runs whose walkers move in straight lines."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from trackmend_core.project import BoxRecord, Project, RunWriter, VideoInfo
from trackmend_core.types import FrameDetections, RunId, TrackedBox, TrackId, VideoId

FRAME_COUNT = 200
WIDTH, HEIGHT = 640, 480
EMBEDDING_DIM = 8


def video_info(path: Path, *, fingerprint: str = "street") -> VideoInfo:
    return VideoInfo(
        path=path,
        fingerprint=fingerprint,
        frame_count=FRAME_COUNT,
        frame_rate=25.0,
        width=WIDTH,
        height=HEIGHT,
    )


def add_street(project: Project) -> VideoId:
    return project.add_video(video_info(project.path.parent / "street.mp4"))


def begin_run(project: Project, video_id: VideoId, *, description: str = "first") -> RunWriter:
    return project.start_run(
        video_id,
        model_id=None,
        tracker_settings={"score_threshold": 0.4},
        detector_settings={"min_score": 0.1},
        description=description,
    )


def frame_output(
    frame_index: int, tracker_ids: Iterable[int]
) -> tuple[FrameDetections, list[TrackedBox]]:
    """Return what detector and tracker say in a frame in which these walkers are seen."""
    ids = list(tracker_ids)
    rng = np.random.default_rng([frame_index, *ids])
    boxes = np.array([_place(frame_index, walker) for walker in ids], np.float64).reshape(-1, 4)
    scores = rng.uniform(0.3, 1.0, len(ids))
    embeddings = rng.normal(size=(len(ids), EMBEDDING_DIM))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    detections = FrameDetections(boxes, scores, embeddings)
    tracked = [
        TrackedBox(
            track_id=walker,
            box_xyxy=boxes[row] + rng.normal(scale=0.1, size=4),
            score=float(detections.scores[row]),
            detection_index=row,
        )
        for row, walker in enumerate(ids)
    ]
    return detections, tracked


def _place(frame_index: int, walker: int) -> tuple[float, float, float, float]:
    x, y = 10.0 * walker + frame_index / 3, 20.0 + 7.0 * walker
    return x, y, x + 40.1, y + 99.7


def write_frames(
    writer: RunWriter, frames: Iterable[int], tracker_ids: Iterable[int] = (1, 2, 3, 4)
) -> None:
    ids = list(tracker_ids)
    for frame_index in frames:
        writer.write(frame_index, *frame_output(frame_index, ids))


def record_run(
    project: Project,
    video_id: VideoId,
    *,
    frames: Iterable[int] = range(40),
    tracker_ids: Iterable[int] = (1, 2, 3, 4),
) -> RunId:
    with begin_run(project, video_id) as writer:
        write_frames(writer, frames, tracker_ids)
    return writer.run_id


def track_numbered(project: Project, run_id: RunId, number: int) -> TrackId:
    return next(track.track_id for track in project.tracks(run_id) if track.number == number)


def numbers_by_frame(project: Project, run_id: RunId) -> Iterator[tuple[int, list[int]]]:
    for frame_index in range(FRAME_COUNT):
        yield frame_index, [box.number for box in project.boxes_in_frame(run_id, frame_index)]


def frames_of(project: Project, run_id: RunId, number: int) -> list[int]:
    track_id = track_numbered(project, run_id, number)
    return [box.frame_index for box in project.boxes_of_track(track_id)]


def box_at(project: Project, run_id: RunId, number: int, frame: int) -> BoxRecord:
    return next(box for box in project.boxes_in_frame(run_id, frame) if box.number == number)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Let a write fail as on a drive that takes no larger file; POSIX only."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
