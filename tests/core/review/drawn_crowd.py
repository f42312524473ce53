"""A crowd in numbers: people who walk to and fro and hide one another, followed by our tracker.

Unlike with the constructed walkers nobody knows beforehand what goes wrong: tracks switch, break
and lack boxes wherever people cross, as in a real square.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trackmend_core.project import Project, VideoInfo
from trackmend_core.review.coverage import hidden_shares
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections, IntArray, RunId, TrackedBox

WIDTH, HEIGHT = 1280, 720
FRAME_RATE = 10.0
EMBEDDING_DIM = 64
_LOST = 0.75
"""Of whom so much is hidden the detector sees nothing."""

_OVERLOOKED, _TWICE = 0.04, 0.03
_ALIKE, _NOISE, _VIEWS = 1.0, 0.12, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How large a crowd is.

    Attributes:
        frames: of the video.
        people: who come by in it.
        stay: frames from somebody's coming to the going, on average.
        seed: of everything by chance.
    """

    frames: int
    people: int
    stay: int
    seed: int = 0


def write_crowd(path: Path, crowd: Crowd) -> RunId:
    """Make a project with one run of the tracker over a crowd."""
    rng = np.random.default_rng(crowd.seed)
    boxes = _walks(crowd, rng)  # (P, F, 4), not a number while somebody is not there
    looks = rng.normal(size=(crowd.people, EMBEDDING_DIM))
    looks = _ALIKE * rng.normal(size=EMBEDDING_DIM) + looks
    looks += 0.8 * looks[rng.permutation(crowd.people)]  # many look like somebody else
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    views = _VIEWS * rng.normal(size=(2, crowd.people, EMBEDDING_DIM)) / EMBEDDING_DIM**0.5
    with Project.create(path) as project:
        video_id = project.add_video(
            VideoInfo(
                path=path.with_suffix(".mp4"),
                fingerprint=f"crowd {crowd.seed}",
                frame_count=crowd.frames,
                frame_rate=FRAME_RATE,
                width=WIDTH,
                height=HEIGHT,
            )
        )
        tracker = Tracker(TrackerSettings.default(FRAME_RATE))
        with project.start_run(
            video_id, model_id=None, tracker_settings={}, detector_settings={}, description="crowd"
        ) as writer:
            for frame in range(crowd.frames):
                turned = np.sin(frame / 40) * views[0] + np.cos(frame / 23) * views[1]
                seen, told = _detections(boxes[:, frame], looks + turned, frame, rng)
                tracked = tracker.step(seen.select(told))
                writer.write(frame, seen, [_as_stored(one, told) for one in tracked])
        return writer.run_id


def _walks(crowd: Crowd, rng: np.random.Generator) -> Float64Array:
    times = np.arange(crowd.frames)
    walks = np.full((crowd.people, crowd.frames, 4), np.nan)
    for walk in walks:
        length = int(crowd.stay * rng.uniform(0.4, 1.6))
        first = int(rng.integers(-length // 2, max(1, crowd.frames - length // 2)))
        foot = rng.uniform(0.6, 0.95) * HEIGHT + 12 * np.sin(times / rng.uniform(20, 60))
        height = 0.32 * foot
        speed = rng.choice((-1.0, 1.0)) * rng.uniform(2, 9)
        x = rng.uniform(0, WIDTH) + speed * (times - first) + 30 * np.sin(times / 25)
        x = np.abs((x + WIDTH) % (2 * WIDTH) - WIDTH)  # at the border they turn round
        half = 0.19 * height
        there = slice(max(0, first), max(0, first + length))
        walk[there] = np.stack([x - half, foot - height, x + half, foot], axis=1)[there]
    return walks


def _detections(
    boxes: Float64Array, looks: Float64Array, frame: int, rng: np.random.Generator
) -> tuple[FrameDetections, IntArray]:
    """Return what a detector makes of those (P, 4) who are there, and what the tracker is told.

    It is told of everybody for fifty frames, then for five of nobody; and of nobody twice.
    """
    there = np.flatnonzero(np.isfinite(boxes[:, 0]))
    hidden = np.zeros(len(boxes))
    hidden[there] = hidden_shares(np.zeros(len(there), np.int64), boxes[there])
    seen = there[(hidden[there] < _LOST) & (rng.random(len(there)) > _OVERLOOKED)]
    told = np.flatnonzero((frame // 5 + 7 * seen) % 11 > 0)
    seen = np.concatenate([seen, seen[rng.random(len(seen)) < _TWICE]])
    height = boxes[seen, 3] - boxes[seen, 1]
    found = boxes[seen] + rng.normal(size=(len(seen), 4)) * 0.015 * height[:, None]
    # Who is half hidden looks a little like whoever stands before.
    others = looks[there].mean(axis=0) if len(there) else np.zeros(EMBEDDING_DIM)
    mixed = looks[seen] + 1.2 * hidden[seen, None] * others
    mixed += _NOISE * rng.normal(size=mixed.shape)
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    scores = np.clip(0.9 - 0.5 * hidden[seen] + 0.05 * rng.normal(size=len(seen)), 0.05, 1.0)
    every = FrameDetections(found.astype(np.float32), scores, mixed.astype(np.float32))
    return every, told


def _as_stored(box: TrackedBox, told: IntArray) -> TrackedBox:
    """Return a box that points at its detection among all of the frame."""
    if box.detection_index is None:
        return box
    return replace(box, detection_index=int(told[box.detection_index]))
