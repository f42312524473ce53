"""A video whose truth is known, and projects made of it: with true tracks, or with a tracker's."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.geometry import iou_matrix
from trackmend_core.project import Project, RunWriter, VideoInfo
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import (
    Float64Array,
    FloatArray,
    FrameDetections,
    IntArray,
    MotTable,
    RunId,
    TrackedBox,
)

MATCH_IOU: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrueFrame:
    """One frame of a video whose truth is known.

    Attributes:
        identities: (N,) int64, positive.
        boxes_xyxy: (N, 4) float64, pixels.
        embeddings: (N, D) float32, what the model sees at the middle of each true box.
        detections: what the model finds by itself.
    """

    identities: IntArray
    boxes_xyxy: Float64Array
    embeddings: FloatArray
    detections: FrameDetections


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrueVideo:
    """A video whose truth is known, seen through a model.

    Attributes:
        name: for tables.
        frames: in order.
        frame_rate: per second.
        size: width and height, pixels.
        tracker: settings that suit the model.
    """

    name: str
    frames: tuple[TrueFrame, ...]
    frame_rate: float
    size: tuple[int, int]
    tracker: TrackerSettings

    @property
    def minutes(self) -> float:
        """Return how long the video is."""
        return len(self.frames) / self.frame_rate / 60

    @property
    def box_count(self) -> int:
        """Return how many true boxes there are."""
        return sum(len(frame.identities) for frame in self.frames)

    def truth(self) -> MotTable:
        """Return the true boxes as a table."""
        ids = np.concatenate([frame.identities for frame in self.frames])
        numbers = [
            np.full(len(frame.identities), index + 1) for index, frame in enumerate(self.frames)
        ]
        boxes = np.concatenate([frame.boxes_xyxy for frame in self.frames])
        return as_table(frames=np.concatenate(numbers), ids=ids, boxes_xyxy=boxes)


def as_detected(video: TrueVideo, *, score_min: float = 0.3) -> TrueVideo:
    """Return the same people, but with the boxes and embeddings that the model finds by itself.

    People whom it does not find (IoU 0.5) are missing: these tracks have the holes and the jitter
    of real ones, and yet true identities.
    """
    return replace(video, frames=tuple(_detected(frame, score_min) for frame in video.frames))


def in_turns(video: TrueVideo, *, seed: int) -> TrueVideo:
    """Return the same people, each there for the first or for the second half of their time only.

    Who leaves and who comes are never seen together then, so that one may be taken for the other.
    """
    spans: dict[int, tuple[int, int]] = {}
    for index, frame in enumerate(video.frames):
        for identity in frame.identities.tolist():
            spans[identity] = (spans.get(identity, (index, index))[0], index)
    rng = np.random.default_rng(seed)
    kept = {}
    for place, identity in enumerate(rng.permutation(sorted(spans)).tolist()):
        first, last = spans[identity]
        middle = first + round((last - first) * float(rng.uniform(0.4, 0.6)))
        kept[identity] = (middle + 1, last) if place % 2 else (first, middle)
    frames = []
    for index, frame in enumerate(video.frames):
        stay = [kept[one][0] <= index <= kept[one][1] for one in frame.identities.tolist()]
        mask = np.array(stay, np.bool_)
        frames.append(
            replace(
                frame,
                identities=frame.identities[mask],
                boxes_xyxy=frame.boxes_xyxy[mask],
                embeddings=frame.embeddings[mask],
            )
        )
    return replace(video, frames=tuple(frames))


def _detected(frame: TrueFrame, score_min: float) -> TrueFrame:
    found = frame.detections.select(frame.detections.scores >= score_min)
    boxes = found.boxes_xyxy.astype(np.float64)
    overlaps = iou_matrix(frame.boxes_xyxy, boxes)
    worth = np.where(overlaps >= MATCH_IOU, overlaps, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    kept = worth[rows, columns] > 0
    rows, columns = rows[kept], columns[kept]
    return TrueFrame(
        identities=frame.identities[rows],
        boxes_xyxy=boxes[columns],
        embeddings=found.embeddings[columns],
        detections=frame.detections,
    )


def as_table(*, frames: IntArray, ids: IntArray, boxes_xyxy: Float64Array) -> MotTable:
    """Return boxes as MOTChallenge rows that all count; frames from 1."""
    count = len(frames)
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    return MotTable(
        frames=frames.astype(np.int64),
        ids=ids.astype(np.int64),
        boxes_xywh=np.concatenate([boxes_xyxy[:, :2], sides], axis=1),
        scores=np.ones(count),
        classes=np.ones(count, np.int64),
        visibilities=np.ones(count),
    )


def project_of_truth(path: Path, video: TrueVideo) -> tuple[Project, RunId]:
    """Make a project whose run has the true tracks, with the embeddings the model gives them."""
    project, writer_of = _new_project(path, video, "true tracks")
    with writer_of as writer:
        for index, frame in enumerate(video.frames):
            count = len(frame.identities)
            detections = FrameDetections(frame.boxes_xyxy, np.ones(count), frame.embeddings)
            tracked = [
                TrackedBox(track_id=int(identity), box_xyxy=box, score=1.0, detection_index=row)
                for row, (identity, box) in enumerate(
                    zip(frame.identities, frame.boxes_xyxy, strict=True)
                )
            ]
            writer.write(index, detections, tracked)
    return project, writer.run_id


def project_of_tracker(path: Path, video: TrueVideo) -> tuple[Project, RunId]:
    """Make a project whose run is what the tracker makes of the model's detections."""
    project, writer_of = _new_project(path, video, "tracker")
    tracker = Tracker(video.tracker)
    with writer_of as writer:
        for index, frame in enumerate(video.frames):
            writer.write(index, frame.detections, tracker.step(frame.detections))
    return project, writer.run_id


def _new_project(path: Path, video: TrueVideo, description: str) -> tuple[Project, RunWriter]:
    project = Project.create(path)
    width, height = video.size
    video_id = project.add_video(
        VideoInfo(
            path=path.with_suffix(".mp4"),
            fingerprint=video.name,
            frame_count=len(video.frames),
            frame_rate=video.frame_rate,
            width=width,
            height=height,
        )
    )
    writer = project.start_run(
        video_id,
        model_id=None,
        tracker_settings=video.tracker.to_dict(),
        detector_settings={},
        description=description,
    )
    return project, writer
