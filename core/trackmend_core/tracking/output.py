"""What leaves a tracker: ids that count from 1, and boxes."""

from typing import Protocol

import numpy as np

from trackmend_core.types import BoolArray, Float64Array, IntArray, TrackedBox

NO_ID = 0


class Shown(Protocol):
    """Columns of N tracks that a tracked box is made of; see `TrackTable`."""

    ids: IntArray
    scores: Float64Array
    class_ids: IntArray
    indices: IntArray


class IdCounter:
    """Gives the next ids of one tracker."""

    def __init__(self) -> None:
        self._next_id = 1

    def number(self, ids: IntArray, *, entitled: BoolArray | None = None) -> None:
        """Fill in, in place and in order, the ids that are missing; only of those entitled."""
        without = ids == NO_ID
        if entitled is not None:
            without &= entitled
        nameless = without.nonzero()[0]
        if len(nameless):
            ids[nameless] = self._next_id + np.arange(len(nameless))
            self._next_id += len(nameless)


def tracked_boxes(
    tracks: Shown, rows: IntArray | slice, *, boxes_xyxy: Float64Array
) -> list[TrackedBox]:
    """Return the given rows as boxes, (R, 4) `boxes_xyxy` being theirs."""
    columns = zip(
        tracks.ids[rows].tolist(),
        tracks.scores[rows].tolist(),
        tracks.class_ids[rows].tolist(),
        tracks.indices[rows].tolist(),
        boxes_xyxy,
        strict=True,
    )
    return [
        TrackedBox(
            track_id=track_id,
            box_xyxy=box,
            score=score,
            class_id=class_id,
            detection_index=index,
        )
        for track_id, score, class_id, index, box in columns
    ]
