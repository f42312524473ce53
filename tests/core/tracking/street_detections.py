"""Detections as a fair model would make them of a drawn street, with embeddings to match."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trackmend_core.exchange import mot_table
from trackmend_core.synthetic import StreetFrame, StreetSettings, draw_street
from trackmend_core.types import FrameDetections, MotTable

STREET = StreetSettings(width=320, height=240, frame_count=120, walkers=8, lookalikes=2, seed=3)
EMBEDDING_DIM = 32


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    frames: Sequence[StreetFrame]
    detections: Sequence[FrameDetections]
    truth: MotTable


def street_detections() -> Street:
    frames = list(draw_street(STREET))
    draw = np.random.default_rng(1)
    looks = draw.standard_normal((STREET.walkers + 1, EMBEDDING_DIM))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    detections = [_seen(frame, looks, draw) for frame in frames]
    counts = [len(frame.identities) for frame in frames]
    boxes = np.concatenate([frame.boxes_xyxy for frame in frames]).astype(np.float64)
    visible = np.concatenate([frame.visibilities for frame in frames]) > 0.2
    truth = mot_table(
        frames=np.repeat(np.arange(1, len(frames) + 1), counts),
        ids=np.concatenate([frame.identities for frame in frames]),
        boxes_xywh=np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1),
        scores=np.ones(len(boxes)),
        classes=np.ones(len(boxes), np.int64),
    )
    return Street(frames, detections, truth.select(visible))


def _seen(frame: StreetFrame, looks: np.ndarray, draw: np.random.Generator) -> FrameDetections:
    """Who is hidden scores low or is missed; the less is seen, the less the looks tell."""
    visible = frame.visibilities.astype(np.float64)
    seen = draw.random(len(visible)) < np.clip(2.5 * visible, 0, 0.97)
    count = int(seen.sum())
    boxes = frame.boxes_xyxy[seen] + draw.normal(0, 1, (count, 4))
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 2)
    doubt = 0.25 + 0.5 * (1 - visible[seen, None])
    features = looks[frame.identities[seen]]
    features = features + doubt * draw.normal(0, 1 / np.sqrt(EMBEDDING_DIM), features.shape)
    scores = np.clip(0.2 + 0.8 * visible[seen] + draw.normal(0, 0.05, count), 0.11, 0.99)
    if draw.random() < 0.1:
        corner = draw.uniform(0, [250, 150])
        boxes = np.concatenate([boxes, [np.r_[corner, corner + np.array([20.0, 50.0])]]])
        features = np.concatenate([features, draw.standard_normal((1, EMBEDDING_DIM))])
        scores = np.append(scores, draw.uniform(0.3, 0.6))
    features = features / np.linalg.norm(features, axis=1, keepdims=True)
    order = np.argsort(-scores, kind="stable")
    return FrameDetections(boxes[order], scores[order], features[order].astype(np.float32))
