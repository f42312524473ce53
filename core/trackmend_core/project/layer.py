"""Reads the layer that people repair: the boxes of a frame, of a track, of a range."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from trackmend_core.errors import UserError
from trackmend_core.project.records import BoxRecord, LayerMark, TrackColumns
from trackmend_core.project.schema import boxes, tracks
from trackmend_core.types import BoxId, BoxSource, DetectionId, EditId, RunId, TrackId

# Any: the columns differ in type and are unpacked by name in `_record`.
_BOXES: Select[Any] = select(
    boxes.c.id,
    boxes.c.track_id,
    tracks.c.number,
    boxes.c.frame_index,
    boxes.c.x1,
    boxes.c.y1,
    boxes.c.x2,
    boxes.c.y2,
    boxes.c.score,
    boxes.c.source,
    boxes.c.detection_id,
    boxes.c.class_id,
    boxes.c.is_occluded,
).join_from(boxes, tracks, boxes.c.track_id == tracks.c.id)


def boxes_in_range(
    connection: Connection, *, run_id: RunId, first_frame: int, last_frame: int
) -> list[BoxRecord]:
    """Return the boxes of all frames first..last (both included), by frame and number."""
    query = (
        _BOXES.where(boxes.c.run_id == run_id)
        .where(boxes.c.frame_index.between(first_frame, last_frame))
        .order_by(boxes.c.frame_index, tracks.c.number)
    )
    return [_record(row) for row in connection.execute(query)]


def feet_in_range(
    connection: Connection, *, run_id: RunId, first_frame: int, last_frame: int
) -> list[tuple[int, TrackId, int, float, float]]:
    """Return (frame, track, number, x, y) of the middle of the lower edge of every box."""
    rows = connection.exec_driver_sql(
        "SELECT frame_index, track_id, number, (x1 + x2) / 2, y2 FROM boxes"
        " JOIN tracks ON tracks.id = track_id"
        " WHERE boxes.run_id = ? AND frame_index BETWEEN ? AND ? ORDER BY frame_index",
        (run_id, first_frame, last_frame),
    )
    return [tuple(row) for row in rows.all()]


def boxes_of_track(connection: Connection, track_id: TrackId) -> list[BoxRecord]:
    """Return the boxes of one track in the order of frames, empty if there is no such track."""
    query = _BOXES.where(boxes.c.track_id == track_id).order_by(boxes.c.frame_index)
    return [_record(row) for row in connection.execute(query)]


def track_columns(connection: Connection, track_id: TrackId) -> TrackColumns:
    """Return what a lane of the timeline shows of a track, without making a record per box."""
    rows = connection.exec_driver_sql(
        "SELECT frame_index, score, coalesce(detection_id, -1), source = 'person', is_occluded"
        " FROM boxes WHERE track_id = ? ORDER BY frame_index",
        (track_id,),
    )
    table = np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, 5)
    return TrackColumns(
        frames=table[:, 0].astype(np.int64),
        scores=table[:, 1].astype(np.float32),
        detection_ids=table[:, 2].astype(np.int64),
        is_person=table[:, 3].astype(np.bool_),
        is_occluded=table[:, 4].astype(np.bool_),
    )


def first_detections(
    connection: Connection, track_ids: Sequence[TrackId], *, count: int
) -> dict[TrackId, list[DetectionId]]:
    """Return the detections of the first boxes of each track; boxes without one are left out."""
    found: dict[TrackId, list[DetectionId]] = {}
    for track_id in track_ids:
        rows = connection.exec_driver_sql(
            "SELECT detection_id FROM boxes WHERE track_id = ? AND detection_id IS NOT NULL"
            " ORDER BY frame_index LIMIT ?",
            (track_id, count),
        )
        found[track_id] = [DetectionId(row) for row in rows.scalars()]
    return found


def box_record(connection: Connection, box_id: BoxId) -> BoxRecord:
    """Return one box.

    Raises:
        UserError: it is not there any more.
    """
    row = connection.execute(_BOXES.where(boxes.c.id == box_id)).one_or_none()
    if row is None:
        raise UserError("This box is not there any more.", "Undo its deletion to bring it back.")
    return _record(row)


def _record(row: Sequence[Any]) -> BoxRecord:
    box_id, track_id, number, frame, x1, y1, x2, y2, score, source, detection_id, *rest = row
    return BoxRecord(
        box_id=BoxId(box_id),
        track_id=TrackId(track_id),
        number=number,
        frame_index=frame,
        box_xyxy=(x1, y1, x2, y2),
        score=score,
        source=BoxSource(source),
        detection_id=None if detection_id is None else DetectionId(detection_id),
        class_id=rest[0],
        is_occluded=rest[1],
    )


def layer_mark(connection: Connection, *, newest_edit: EditId | None) -> LayerMark:
    """Return the mark of all layers; see `LayerMark`."""
    rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
    highest: dict[str, int] = {row.name: row.seq for row in rows}
    return LayerMark(
        newest_edit=newest_edit,
        last_track=highest.get("tracks", 0),
        last_box=highest.get("laid_boxes", 0),
    )
