"""Detections of a drawn crowd: people who cross, vanish, look alike, are seen twice or wrongly."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trackmend_core.types import Float64Array, FrameDetections, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdSettings:
    people: int = 25
    frames: int = 60
    seed: int = 0
    embedding_dim: int = 32
    frame_wh: tuple[int, int] = (1280, 720)
    miss: float = 0.06
    vanish: float = 0.01
    """Chance a frame that a person is hidden for up to `longest_absence` frames."""
    longest_absence: int = 40
    duplicate: float = 0.03
    exact_copies: bool = False
    """Whether a person seen twice is seen at the very same place, so that costs tie."""
    false: float = 0.04
    appearance_noise: float = 0.35
    box_noise_px: float = 1.5
    empty_every: int = 0
    classes: int = 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CrowdFrame:
    """What is seen, and of whom: identities (N,) are 0-based, -1 where there is nobody."""

    detections: FrameDetections
    identities: IntArray
    true_boxes_xyxy: Float64Array
    present: IntArray


def unit(features: Float64Array) -> Float64Array:
    return features / np.linalg.norm(features, axis=-1, keepdims=True)


def crowd(settings: CrowdSettings) -> Iterator[CrowdFrame]:
    draw = np.random.default_rng(settings.seed)
    count, dim = settings.people, settings.embedding_dim
    limits = np.array(settings.frame_wh, np.float64)
    centres = draw.uniform(0, limits, (count, 2))
    speeds = draw.normal(0, 3, (count, 2)) * (draw.random((count, 1)) > 0.15)
    heights = draw.uniform(50, 220, count)
    looks = unit(draw.standard_normal((count, dim)))
    looks[1::6] = unit(
        looks[0::6][: len(looks[1::6])] + draw.normal(0, 0.1, (len(looks[1::6]), dim))
    )
    kinds = np.arange(count) % settings.classes
    hidden = np.zeros(count, np.int64)
    for frame in range(settings.frames):
        centres = centres + speeds
        speeds = np.where((centres < 0) | (centres > limits), -speeds, speeds)
        vanishing = draw.random(count) < settings.vanish
        hidden[vanishing] = draw.integers(1, settings.longest_absence + 1, vanishing.sum())
        hidden = np.maximum(hidden - 1, 0)
        true_boxes = boxes_of(centres, heights)
        seen = np.flatnonzero((hidden == 0) & (draw.random(count) >= settings.miss))
        if settings.empty_every and frame % settings.empty_every == settings.empty_every - 1:
            seen = seen[:0]
        who = np.r_[seen, seen[draw.random(len(seen)) < settings.duplicate]]
        noise = draw.normal(0, settings.box_noise_px, (count, 4))
        features = unit(
            looks + draw.normal(0, settings.appearance_noise / np.sqrt(dim), looks.shape)
        )
        boxes, embeddings = true_boxes[who] + noise[who], features[who]
        if not settings.exact_copies:
            boxes[len(seen) :] += draw.normal(0, 2, (len(who) - len(seen), 4))
        ghosts = int((draw.random(max(1, len(seen))) < settings.false).sum()) if len(seen) else 0
        boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 4)
        wrong = boxes_of(draw.uniform(0, limits, (ghosts, 2)), draw.uniform(40, 200, ghosts))
        boxes = np.concatenate([boxes, wrong])
        embeddings = np.concatenate([embeddings, unit(draw.standard_normal((ghosts, dim)))])
        identities = np.r_[who, np.full(ghosts, -1)]
        scores = np.where(identities < 0, draw.uniform(0.3, 0.6, len(identities)), 0.0)
        scores += np.where(identities < 0, 0.0, draw.uniform(0.35, 0.98, len(identities)))
        order = np.argsort(-scores, kind="stable")
        yield CrowdFrame(
            detections=FrameDetections(
                boxes[order],
                scores[order],
                embeddings[order].astype(np.float32),
                np.where(identities < 0, 0, kinds[identities])[order],
            ),
            identities=identities[order],
            true_boxes_xyxy=true_boxes,
            present=np.flatnonzero(hidden == 0),
        )


def boxes_of(centres: Float64Array, heights: Float64Array) -> Float64Array:
    halves = np.column_stack([0.205 * heights, 0.5 * heights])
    return np.concatenate([centres - halves, centres + halves], axis=1)
