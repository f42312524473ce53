"""Runs of a street with three people, under names that a test gives, and a mended one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from trackmend_core.jobs.carry_over import CarriedOver, carry_over
from trackmend_core.project import Project, VideoInfo
from trackmend_core.project.edits import SwapTracks
from trackmend_core.types import FrameDetections, RunId, TrackedBox, TrackId, VideoId

FRAMES = 30
DIM = 8
Box = tuple[float, float, float, float]
Names = Callable[[int, int], int | None]
"""(person, frame) -> the id that the tracker gives, None where it misses them."""


def place(person: int, frame: int) -> Box:
    left = 20.0 + 120 * person + 2.0 * frame
    return left, 60.0, left + 40, 180.0


@contextmanager
def street_project(folder: Path) -> Iterator[Project]:
    """Make a project with the street's video."""
    with Project.create(folder / "street.trackmend") as made:
        made.add_video(
            VideoInfo(
                path=folder / "street.mp4",
                fingerprint="street",
                frame_count=FRAMES,
                frame_rate=25.0,
                width=640,
                height=480,
            )
        )
        yield made


def add_run(
    project: Project, names: Names, *, ghost: int | None = None, shift: float = 0.0
) -> RunId:
    """Track people 1 to 3, and a ghost that is nobody, under the names given."""
    with project.start_run(
        VideoId(1), model_id=None, tracker_settings={}, detector_settings={}, description="run"
    ) as writer:
        for frame in range(FRAMES):
            seen = [(p, name) for p in (1, 2, 3) if (name := names(p, frame)) is not None]
            boxes = [np.array(place(p, frame)) + shift for p, _ in seen]
            if ghost is not None:
                seen.append((4, ghost))
                boxes.append(np.array([20.0, 300, 60, 420]))
            looks = np.eye(5, DIM)[[p for p, _ in seen]]
            tracked = [
                TrackedBox(track_id=name, box_xyxy=box, score=0.9, detection_index=row)
                for row, ((_, name), box) in enumerate(zip(seen, boxes, strict=True))
            ]
            detections = FrameDetections(np.array(boxes), np.full(len(boxes), 0.9), looks)
            writer.write(frame, detections, tracked)
    return writer.run_id


def as_themselves(person: int, _frame: int) -> int:
    return person


def swapped_late(person: int, frame: int) -> int:
    return {1: 2, 2: 1}.get(person, person) if frame >= 15 else person


def track_at(project: Project, run_id: RunId, person: int, frame: int) -> TrackId:
    centre = place(person, frame)[0] + 20
    (box,) = [
        one
        for one in project.boxes_in_frame(run_id, frame)
        if one.box_xyxy[0] < centre < one.box_xyxy[2] and one.box_xyxy[1] < 100
    ]
    return box.track_id


def carry(project: Project, from_run: RunId, to_run: RunId) -> CarriedOver:
    job = carry_over(project, from_run=from_run, to_run=to_run)
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: CarriedOver = end.value
            return result


def mend_swap(project: Project, run_id: RunId) -> None:
    first, second = (track_at(project, run_id, person, 14) for person in (1, 2))
    project.edit(SwapTracks(track_a=first, track_b=second, first_frame=15))
