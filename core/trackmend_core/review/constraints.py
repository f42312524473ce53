"""What a new association must keep to: the decisions of people, as pins on detections.

Beside the place of every edit, and in every verified stretch, boxes are pinned to the track they
are in: two pinned to one track must be linked, two pinned to different ones cannot be. Verified
boxes, boxes by a person and boxes that an edit put in never change, what a person deleted is not
found again, and a track that a person has cut off does not go on. Edits that took over an earlier
re-tracking pin nothing: they may be unmade.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.project import LayerArrays, Project, VerifiedStretch
from trackmend_core.project.decided import DecidedBoxes
from trackmend_core.types import BoolArray, Float64Array, RunId, TrackId

PIN_S: Final = 1.0
"""Boxes are pinned for so long before and after the place of an edit."""

SAME_PERSON_IOU: Final = 0.5
"""A detection that covers a box which a person drew, or filled in, is the same person."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Constraints:
    """See the module.

    Attributes:
        held: (N,) which boxes of the layer must not change.
        pins: track by detection, from the frame on.
        nobody: detections that a person has taken out.
        ended: last frame of each track whose end a person has cut off.
        closed: (frames,) where nothing may appear, for all tracks are verified there.
        closed_to: (first, last) frames that must not change, of single tracks.
        drawn: (K, 4) boxes that follow no detection, by frame.
    """

    held: BoolArray
    pins: Mapping[int, TrackId]
    nobody: frozenset[int]
    ended: Mapping[TrackId, int]
    closed: BoolArray
    closed_to: Mapping[TrackId, tuple[tuple[int, int], ...]]
    drawn: Mapping[int, Float64Array]

    def admits(self, target: int, frame: int) -> bool:
        """Return whether a track may get a box that it does not have in a frame."""
        spans = self.closed_to.get(TrackId(target), ())
        return not self.closed[frame] and not any(a <= frame <= b for a, b in spans)

    def is_drawn(self, frame: int, box_xyxy: tuple[float, float, float, float]) -> bool:
        """Return whether the person in a box has a drawn one already."""
        drawn = self.drawn.get(frame)
        if drawn is None:
            return False
        box = np.array(box_xyxy)
        low, high = np.maximum(drawn[:, :2], box[:2]), np.minimum(drawn[:, 2:], box[2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        areas = np.prod(drawn[:, 2:] - drawn[:, :2], axis=1) + np.prod(box[2:] - box[:2])
        return bool((shared > SAME_PERSON_IOU * (areas - shared)).any())


def read_constraints(
    project: Project,
    run_id: RunId,
    *,
    layer: LayerArrays,
    from_frame: int,
    frame_count: int,
    frame_rate: float,
) -> Constraints:
    """Read what people have decided about a run whose layer is at hand."""
    decided = project.decided_boxes(run_id)
    verified = project.verified(run_id)
    held = layer.by_person | np.isin(layer.box_ids, sorted(decided.put_in))
    for one in verified:
        inside = (layer.frames >= one.first_frame) & (layer.frames <= one.last_frame)
        held |= inside if one.track_id is None else inside & (layer.track_ids == one.track_id)
    pinned = held | _beside_edits(project, run_id, layer, decided, round(PIN_S * frame_rate))
    later = layer.frames >= from_frame
    drawn = (layer.detection_ids < 0) & ~layer.is_expected
    known = np.flatnonzero(pinned & later & (layer.detection_ids >= 0))
    owners = (TrackId(track_id) for track_id in layer.track_ids[known].tolist())
    return Constraints(
        held=held | drawn,
        pins=dict(zip(layer.detection_ids[known].tolist(), owners, strict=True)),
        nobody=decided.taken_out,
        ended=_ended(project, run_id, layer, decided),
        closed=_closed(frame_count, verified),
        closed_to=_closed_to(verified),
        drawn=_by_frame(layer, np.flatnonzero(later & drawn).tolist()),
    )


def _beside_edits(
    project: Project, run_id: RunId, layer: LayerArrays, decided: DecidedBoxes, reach: int
) -> BoolArray:
    """Return which boxes are near the ends of an edit that touched their track."""
    near = np.zeros(len(layer), np.bool_)
    touched_by = project.touched_tracks(run_id)
    for edit_id in decided.edits:
        touched = touched_by.get(edit_id, [])
        frames = [one.frames for one in touched if one.frames is not None]
        if not frames:
            continue
        mine = np.isin(layer.track_ids, [int(one.track_id) for one in touched])
        for place in {first for first, _ in frames} | {last + 1 for _, last in frames}:
            near |= mine & (layer.frames >= place - reach) & (layer.frames <= place + reach)
    return near


def _ended(
    project: Project, run_id: RunId, layer: LayerArrays, decided: DecidedBoxes
) -> dict[TrackId, int]:
    """Return the tracks of which a person took all that came after their last box."""
    # Boxes come in the order of frames, so the last one of a track stays.
    lasts = dict(zip(layer.track_ids.tolist(), layer.frames.tolist(), strict=True))
    touched_by = project.touched_tracks(run_id)
    return {
        one.track_id: lasts[one.track_id]
        for edit_id in decided.edits
        for one in touched_by.get(edit_id, [])
        if one.frames is not None and one.frames[0] > lasts.get(one.track_id, one.frames[1])
    }


def _closed(frame_count: int, verified: list[VerifiedStretch]) -> BoolArray:
    closed = np.zeros(frame_count, np.bool_)
    for one in verified:
        if one.track_id is None:
            closed[one.first_frame : one.last_frame + 1] = True
    return closed


def _closed_to(verified: list[VerifiedStretch]) -> dict[TrackId, tuple[tuple[int, int], ...]]:
    spans: dict[TrackId, list[tuple[int, int]]] = defaultdict(list)
    for one in verified:
        if one.track_id is not None:
            spans[one.track_id].append((one.first_frame, one.last_frame))
    return {track_id: tuple(found) for track_id, found in spans.items()}


def _by_frame(layer: LayerArrays, rows: list[int]) -> dict[int, Float64Array]:
    drawn: dict[int, list[Float64Array]] = defaultdict(list)
    for row in rows:
        drawn[int(layer.frames[row])].append(layer.boxes_xyxy[row])
    return {frame: np.stack(boxes) for frame, boxes in drawn.items()}
