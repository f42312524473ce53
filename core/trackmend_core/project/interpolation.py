"""Finds where the boxes of a gap belong: on the line between its ends, or on detections near it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Protocol

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.geometry import iou_matrix
from trackmend_core.project.edits import PlaceBoxes
from trackmend_core.project.records import BoxRecord, BoxXyxy, StoredDetections, frame_number
from trackmend_core.types import BoxSource, Float64Array, RunId, TrackId

NEAR_IOU: Final = 0.5
"""A detection is followed when it overlaps the expected box by at least so much."""

FRESH_SCORE: Final = 1.0
"""The score of a box that follows no detection: it is a person's word, not the model's."""


class Layer(Protocol):
    """What is read of a project."""

    def boxes_of_track(self, track_id: TrackId, /) -> list[BoxRecord]:
        """Return the boxes of one track in the order of frames."""
        ...

    def boxes_in_range(self, run_id: RunId, first: int, last: int, /) -> list[BoxRecord]:
        """Return the boxes of frames first..last."""
        ...

    def detections(self, run_id: RunId, frame_index: int, /) -> StoredDetections:
        """Return what the model saw in a frame."""
        ...


@dataclass(slots=True)
class _Plan:
    frames: list[int] = field(default_factory=list)
    boxes: list[BoxXyxy] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    detection_ids: list[int | None] = field(default_factory=list)

    def add(self, frame: int, box: Float64Array, score: float, detection: int | None) -> None:
        x1, y1, x2, y2 = (float(side) for side in box)
        self.frames.append(frame)
        self.boxes.append((x1, y1, x2, y2))
        self.scores.append(score)
        self.detection_ids.append(detection)


def plan_interpolation(
    layer: Layer,
    run_id: RunId,
    track_id: TrackId,
    *,
    frame_index: int,
    frame_range: tuple[int, int] | None = None,
    follow_detections: bool = True,
) -> PlaceBoxes:
    """Return the edit that fills the gap at a frame, or all gaps of a range.

    In a frame in which the track has a box, the boxes between the keyframes (boxes by a person)
    before and after it are laid anew.

    Args:
        layer: the project.
        run_id: of the track.
        track_id: whose gap.
        frame_index: where the person looks.
        frame_range: fill every gap in these frames instead.
        follow_detections: take a detection that no track uses where one is near the line.

    Raises:
        UserError: there is nothing to interpolate.
    """
    boxes = layer.boxes_of_track(track_id)
    ends = _ends_in_range(boxes, frame_range) if frame_range else _ends_at(boxes, frame_index)
    if not ends:
        where = "in the range" if frame_range else f"at frame {frame_number(frame_index)}"
        raise UserError(
            f"The track has no gap {where}, and no two keyframes around it.",
            "Go into a gap between two of its boxes, or make two keyframes with K.",
        )
    plan = _Plan()
    for before, after in ends:
        _fill(plan, layer, run_id, before, after, follow=follow_detections)
    return PlaceBoxes(
        track_id=track_id,
        frames=tuple(plan.frames),
        boxes_xyxy=tuple(plan.boxes),
        scores=tuple(plan.scores),
        detection_ids=tuple(plan.detection_ids),
    )


def on_the_line(before: BoxRecord, after: BoxRecord, frame_index: int) -> BoxXyxy:
    """Return the box at a frame between two others if it moved and grew evenly."""
    share = (frame_index - before.frame_index) / (after.frame_index - before.frame_index)
    start, end = np.array(before.box_xyxy), np.array(after.box_xyxy)
    x1, y1, x2, y2 = (float(side) for side in start + share * (end - start))
    return x1, y1, x2, y2


def neighbours(
    boxes: Sequence[BoxRecord], frame_index: int
) -> tuple[BoxRecord | None, BoxRecord | None]:
    """Return the last box before a frame and the first after it; boxes are in order."""
    frames = [box.frame_index for box in boxes]
    left, right = bisect_left(frames, frame_index), bisect_right(frames, frame_index)
    return (boxes[left - 1] if left else None), (boxes[right] if right < len(boxes) else None)


def _ends_at(boxes: Sequence[BoxRecord], frame_index: int) -> list[tuple[BoxRecord, BoxRecord]]:
    here = any(box.frame_index == frame_index for box in boxes)
    ends = [box for box in boxes if box.source is BoxSource.PERSON] if here else list(boxes)
    before = [box for box in ends if box.frame_index <= frame_index][-1:]
    after = [box for box in ends if box.frame_index > frame_index][:1]
    pairs = list(zip(before, after, strict=False))
    return [pair for pair in pairs if pair[1].frame_index - pair[0].frame_index > 1]


def _ends_in_range(
    boxes: Sequence[BoxRecord], frame_range: tuple[int, int]
) -> list[tuple[BoxRecord, BoxRecord]]:
    first, last = frame_range
    return [
        (before, after)
        for before, after in pairwise(boxes)
        if after.frame_index - before.frame_index > 1
        and before.frame_index < last
        and after.frame_index > first
    ]


def _fill(
    plan: _Plan, layer: Layer, run_id: RunId, before: BoxRecord, after: BoxRecord, *, follow: bool
) -> None:
    frames = range(before.frame_index + 1, after.frame_index)
    used = _used(layer, run_id, frames, but=before.track_id) if follow else frozenset()
    start, start_frame = np.array(before.box_xyxy), before.frame_index
    end = np.array(after.box_xyxy)
    for frame in frames:
        share = (frame - start_frame) / (after.frame_index - start_frame)
        expected = start + share * (end - start)
        found = _nearest(layer, run_id, frame, expected, used) if follow else None
        if found is None:
            plan.add(frame, expected, FRESH_SCORE, None)
        else:
            box, score, detection_id = found
            plan.add(frame, box, score, detection_id)
            start, start_frame = box, frame


def _used(layer: Layer, run_id: RunId, frames: range, *, but: TrackId) -> frozenset[int]:
    """Return the detections that other tracks use in these frames."""
    if not frames:
        return frozenset()
    boxes: Iterable[BoxRecord] = layer.boxes_in_range(run_id, frames[0], frames[-1])
    return frozenset(
        box.detection_id for box in boxes if box.detection_id is not None and box.track_id != but
    )


def _nearest(
    layer: Layer, run_id: RunId, frame: int, expected: Float64Array, used: frozenset[int]
) -> tuple[Float64Array, float, int] | None:
    try:
        seen = layer.detections(run_id, frame)
    except UserError:
        return None
    boxes = seen.detections.boxes_xyxy.astype(np.float64)
    if not len(boxes):
        return None
    overlaps = iou_matrix(expected[None], boxes)[0]
    overlaps[[int(detection) in used for detection in seen.ids]] = 0.0
    best = int(overlaps.argmax())
    if overlaps[best] < NEAR_IOU:
        return None
    return boxes[best], float(seen.detections.scores[best]), int(seen.ids[best])
