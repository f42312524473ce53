"""Reads the layer of a run as columns, for whoever looks at all of it at once."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from sqlalchemy import Connection

from trackmend_core.growing_rows import GrowingRows
from trackmend_core.types import BoolArray, Float64Array, IntArray, RunId, TrackId

NO_DETECTION = -1
"""Stands for the detection of a box that follows none."""

_CHUNK_ROWS: Final = 20_000
_COLUMNS = """
    SELECT id, track_id, frame_index, coalesce(detection_id, -1), class_id, source = 'person',
        source = 'model' AND detection_id IS NULL AND is_occluded, x1, y1, x2, y2, score
    FROM boxes
"""
# All boxes in the order in which they lie in the file: by an index each would be looked up.
_OF_RUN = (
    _COLUMNS.replace("SELECT id", "SELECT laid_boxes.id").replace("FROM boxes", "FROM laid_boxes")
    + " NOT INDEXED CROSS JOIN strands ON strands.id = strand_id WHERE run_id = ?"
)
_NUMBERS = "SELECT id, number FROM tracks WHERE id IN (SELECT value FROM json_each(?))"
# With the plus the run cannot be looked up by its index, which would read every box of the run.
_OF_TRACKS = (
    f"{_COLUMNS} WHERE track_id IN (SELECT value FROM json_each(?2)) AND +run_id = ?1"
    " ORDER BY track_id, frame_index"
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LayerArrays:
    """Boxes of a layer, ordered by track and frame.

    Attributes:
        box_ids: (N,) int64.
        track_ids: (N,) int64.
        frames: (N,) int64, 0-based.
        detection_ids: (N,) int64, `NO_DETECTION` for a box that a person drew, that was
            interpolated or that is expected.
        boxes_xyxy: (N, 4) float64, pixels of the source frame.
        scores: (N,) float64, 0..1.
        class_ids: (N,) int64, 0-based.
        by_person: (N,) bool, whether a person placed or confirmed the box.
        is_expected: (N,) bool, whether the tracker expects the track here, hidden by somebody.
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
    is_expected: BoolArray
    numbers: Mapping[TrackId, int]

    def __len__(self) -> int:
        return len(self.box_ids)


def layer_arrays(
    connection: Connection, run_id: RunId, *, track_ids: Collection[TrackId] | None = None
) -> LayerArrays:
    """Return the boxes of a run's layer, or of some of its tracks."""
    if track_ids is None:
        source: str = _OF_RUN
        parameters: tuple[object, ...] = (run_id,)
    else:
        wanted = json.dumps([int(track_id) for track_id in track_ids])
        source, parameters = _OF_TRACKS, (run_id, wanted)
    whole, real = _read(connection, source, parameters)
    present = np.unique(whole[:, 1]).tolist()
    numbers = connection.exec_driver_sql(_NUMBERS, (json.dumps(present),))
    return LayerArrays(
        box_ids=whole[:, 0],
        track_ids=whole[:, 1],
        frames=whole[:, 2],
        detection_ids=whole[:, 3],
        boxes_xyxy=real[:, :4],
        scores=real[:, 4],
        class_ids=whole[:, 4],
        by_person=whole[:, 5].astype(np.bool_),
        is_expected=whole[:, 6].astype(np.bool_),
        numbers={TrackId(row.id): row.number for row in numbers},
    )


def _read(
    connection: Connection, source: str, parameters: tuple[object, ...]
) -> tuple[IntArray, Float64Array]:
    """Return (N, 7) int64 and (N, 5) float64, never more than a chunk of rows as Python objects.

    Two million rows as tuples would take a gigabyte.
    """
    whole, real = GrowingRows(np.int64), GrowingRows(np.float64)
    cursor = connection.exec_driver_sql(source, parameters).cursor
    assert cursor is not None
    while rows := cursor.fetchmany(_CHUNK_ROWS):
        # Ids and frames stay below 2**53, so float64 holds them exactly.
        table = np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, 12)
        whole.append(table[:, :7])
        real.append(table[:, 7:])
    ids, numbers = whole.take().reshape(-1, 7), real.take().reshape(-1, 5)
    tracks, frames = ids[:, 1], ids[:, 2]
    rises = (np.diff(tracks) > 0) | ((np.diff(tracks) == 0) & (np.diff(frames) > 0))
    if rises.all():
        return ids, numbers
    order = np.lexsort((frames, tracks))
    return ids[order], numbers[order]
