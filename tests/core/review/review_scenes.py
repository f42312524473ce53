"""Constructed walkers: each scene has exactly one error, or none, and everything else is right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from trackmend_core.project import Project, VideoInfo
from trackmend_core.review.bench.truth import TrueFrame, TrueVideo
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections, RunId, TrackedBox, TrackId

FRAME_COUNT = 200
WIDTH, HEIGHT = 640, 480
FRAME_RATE = 25.0
EMBEDDING_DIM = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """A person who walks on a straight line, and what the tracker and the detector make of it.

    Attributes:
        person: decides what it looks like; equal persons look alike.
        x: centre in frame 0, pixels; `speed` pixels per frame.
        foot: bottom edge, pixels.
        frames: in which the detector sees it.
        number: the tracker's id in the first of them; `renamed` gives (from frame, id) changes.
        untracked: frames in which it is detected but tracked as nobody.
        jump: (from frame, pixels) by which it is displaced from then on.
        scale: (from frame, factor) of its height from then on.
        score: of its detections.
        fades: (from frame, person) whom it looks more and more like, until the end.
    """

    person: int
    x: float
    speed: float
    foot: float = 400.0
    height: float = 120.0
    frames: Sequence[int] = field(default_factory=lambda: range(FRAME_COUNT))
    number: int = 1
    renamed: tuple[tuple[int, int], ...] = ()
    untracked: Sequence[int] = ()
    jump: tuple[int, float] | None = None
    scale: tuple[int, float] | None = None
    score: float = 0.9
    fades: tuple[int, int] | None = None

    def number_at(self, frame: int) -> int:
        number = self.number
        for since, renamed in self.renamed:
            number = renamed if frame >= since else number
        return number

    def box_at(self, frame: int) -> Float64Array:
        x = self.x + self.speed * frame
        if self.jump is not None and frame >= self.jump[0]:
            x += self.jump[1]
        height = self.height
        if self.scale is not None and frame >= self.scale[0]:
            height *= self.scale[1]
        half = height * 0.2
        return np.array([x - half, self.foot - height, x + half, self.foot])

    def look_at(self, frame: int) -> Float64Array:
        look = appearance(self.person)
        if self.fades is not None and frame >= self.fades[0]:
            share = (frame - self.fades[0]) / (FRAME_COUNT - self.fades[0])
            look = (1 - share) * look + share * appearance(self.fades[1])
        rng = np.random.default_rng([self.person, frame])
        noisy = look + 0.08 * rng.normal(size=EMBEDDING_DIM)
        unit: Float64Array = noisy / np.linalg.norm(noisy)
        return unit


def appearance(person: int) -> Float64Array:
    """People are orthogonal; 100 + n looks nearly like n."""
    if person >= 100:
        twin = 0.97 * appearance(person - 100) + 0.24 * appearance(15)
        look: Float64Array = twin / np.linalg.norm(twin)
        return look
    return np.eye(EMBEDDING_DIM)[person]


def bystanders() -> list[Walker]:
    """Three people far from everybody, so that the run has something to compare with."""
    return [
        Walker(person=10 + n, x=90.0 + 40 * n, speed=0.4 * n, foot=120, height=70, number=50 + n)
        for n in range(3)
    ]


def record_walkers(path: Path, walkers: Iterable[Walker]) -> tuple[Project, RunId]:
    """Make a project whose run is what the tracker makes of these people."""
    everybody = [*walkers]
    project = Project.create(path)
    video_id = project.add_video(
        VideoInfo(
            path=path.with_suffix(".mp4"),
            fingerprint="walkers",
            frame_count=FRAME_COUNT,
            frame_rate=FRAME_RATE,
            width=WIDTH,
            height=HEIGHT,
        )
    )
    return project, add_run(project, video_id, everybody)


def add_run(
    project: Project, video_id: int, walkers: Iterable[Walker], *, stopped_at: int = FRAME_COUNT
) -> RunId:
    everybody = [*walkers]
    rng = np.random.default_rng(0)
    with project.start_run(
        video_id,  # type: ignore[arg-type]
        model_id=None,
        tracker_settings={},
        detector_settings={},
        description="walkers",
    ) as writer:
        for frame in range(stopped_at):
            seen = [walker for walker in everybody if frame in walker.frames]
            boxes = [walker.box_at(frame) + rng.normal(scale=0.3, size=4) for walker in seen]
            detections = FrameDetections(
                np.array(boxes).reshape(-1, 4),
                [walker.score for walker in seen],
                np.array([walker.look_at(frame) for walker in seen]).reshape(-1, EMBEDDING_DIM),
            )
            tracked = [
                TrackedBox(
                    track_id=walker.number_at(frame),
                    box_xyxy=boxes[row],
                    score=walker.score,
                    detection_index=row,
                )
                for row, walker in enumerate(seen)
                if frame not in walker.untracked
            ]
            writer.write(frame, detections, tracked)
    return writer.run_id


def track_at(project: Project, run_id: RunId, walker: Walker, frame: int) -> TrackId:
    """Return the track that has a walker's box in a frame now."""
    wanted = walker.box_at(frame)
    found = min(
        project.boxes_in_frame(run_id, frame),
        key=lambda box: float(np.abs(np.array(box.box_xyxy) - wanted).sum()),
    )
    return found.track_id


def true_video(walkers: list[Walker]) -> TrueVideo:
    """Everybody is seen as they are, and the detector finds everybody."""
    frames = []
    rng = np.random.default_rng(3)
    for frame in range(FRAME_COUNT):
        seen = [(number, w) for number, w in enumerate(walkers, 1) if frame in w.frames]
        boxes = np.array([walker.box_at(frame) for _, walker in seen]).reshape(-1, 4)
        looks = np.array([walker.look_at(frame) for _, walker in seen])
        looks = looks.reshape(-1, EMBEDDING_DIM).astype(np.float32)
        found = boxes + rng.normal(scale=0.5, size=boxes.shape)
        frames.append(
            TrueFrame(
                identities=np.array([number for number, _ in seen], np.int64),
                boxes_xyxy=boxes,
                embeddings=looks,
                detections=FrameDetections(found, np.full(len(seen), 0.9), looks),
            )
        )
    return TrueVideo(
        name="walkers",
        frames=tuple(frames),
        frame_rate=FRAME_RATE,
        size=(WIDTH, HEIGHT),
        tracker=TrackerSettings.default(FRAME_RATE),
    )
