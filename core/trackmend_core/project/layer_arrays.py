"""Reads the layer of a run as columns, for whoever looks at all of it at once."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from trackmend_core.types import BoolArray, Float64Array, IntArray, RunId, TrackId

NO_DETECTION = -1
"""Stands for the detection of a box that a person drew."""

_COLUMNS = """
    SELECT id, track_id, frame_index, coalesce(detection_id, -1), x1, y1, x2, y2, score,
        class_id, source = 'person'
    FROM boxes WHERE {} ORDER BY track_id, frame_index
"""
_OF_RUN = _COLUMNS.format("track_id IN (SELECT id FROM tracks WHERE run_id = ?1) AND run_id = ?1")
_NUMBERS = "SELECT id, number FROM tracks WHERE id IN (SELECT value FROM json_each(?))"
_OF_TRACKS = _COLUMNS.format("track_id IN (SELECT value FROM json_each(?2)) AND run_id = ?1")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LayerArrays:
    """Boxes of a layer, ordered by track and frame.

    Attributes:
        box_ids: (N,) int64.
        track_ids: (N,) int64.
        frames: (N,) int64, 0-based.
        detection_ids: (N,) int64, `NO_DETECTION` for a box that a person drew.
        boxes_xyxy: (N, 4) float64, pixels of the source frame.
        scores: (N,) float64, 0..1.
        class_ids: (N,) int64, 0-based.
        by_person: (N,) bool, whether a person placed or confirmed the box.
        numbers: what people read, of every track that has a box here.
    """

    box_ids: IntArray
    track_ids: IntArray
    frames: IntArray
    detection_ids: IntArray
    boxes_xyxy: Float64Array
    scores: Float64Array
    class_ids: IntArray
    by_person: BoolArray
    numbers: Mapping[TrackId, int]

    def __len__(self) -> int:
        return len(self.box_ids)


def layer_arrays(
    connection: Connection, run_id: RunId, *, track_ids: Collection[TrackId] | None = None
) -> LayerArrays:
    """Return the boxes of a run's layer, or of some of its tracks."""
    if track_ids is None:
        rows = connection.exec_driver_sql(_OF_RUN, (run_id,))
    else:
        wanted = json.dumps([int(track_id) for track_id in track_ids])
        rows = connection.exec_driver_sql(_OF_TRACKS, (run_id, wanted))
    # Ids and frames stay below 2**53, so float64 holds them exactly.
    table = np.array([tuple(row) for row in rows], np.float64).reshape(-1, 11)
    whole = table[:, :4].astype(np.int64)
    present = np.unique(whole[:, 1]).tolist()
    numbers = connection.exec_driver_sql(_NUMBERS, (json.dumps(present),))
    return LayerArrays(
        box_ids=whole[:, 0],
        track_ids=whole[:, 1],
        frames=whole[:, 2],
        detection_ids=whole[:, 3],
        boxes_xyxy=table[:, 4:8].copy(),
        scores=table[:, 8].copy(),
        class_ids=table[:, 9].astype(np.int64),
        by_person=table[:, 10].astype(np.bool_),
        numbers={TrackId(row.id): row.number for row in numbers},
    )
