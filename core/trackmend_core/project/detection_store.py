"""Packs the detections of a frame into one row, and finds them again by frame or by id."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Select, select

from trackmend_core.errors import UserError
from trackmend_core.project.records import StoredDetections, frame_number
from trackmend_core.project.schema import frame_detections, run_boxes, run_tracks
from trackmend_core.types import DetectionId, FloatArray, FrameDetections, IntArray, RunId

_CHUNK_FRAMES = 64
_CHUNK_COLUMNS = 512
_RAW = (
    "SELECT frame_index, first_detection_id, detection_count, boxes, scores, embeddings"
    " FROM frame_detections WHERE run_id = ? AND frame_index >= ? ORDER BY frame_index LIMIT ?"
)
_COLUMNS = frame_detections.c
# Any: the columns differ in type and are unpacked by name.
_FRAMES: Select[Any] = select(frame_detections)


# `substr` reads two bytes per float16 of the one row that is wanted, not the whole frame.
_EMBEDDINGS = """
    SELECT wanted.value AS detection_id, substr(frame.embeddings,
        (wanted.value - frame.first_detection_id) * frame.embedding_dim * 2 + 1,
        frame.embedding_dim * 2) AS embedding
    FROM json_each(?) AS wanted JOIN frame_detections AS frame ON frame.id = (
        SELECT id FROM frame_detections
        WHERE first_detection_id <= wanted.value AND detection_count > 0
        ORDER BY first_detection_id DESC LIMIT 1)
    WHERE wanted.value < frame.first_detection_id + frame.detection_count
    ORDER BY wanted.key
"""


def pack(detections: FrameDetections) -> dict[str, object]:
    """Return the array columns of one frame: float32 as it is, embeddings as float16."""
    return {
        "detection_count": len(detections),
        "embedding_dim": detections.embeddings.shape[1],
        "boxes": detections.boxes_xyxy.astype("<f4").tobytes(),
        "scores": detections.scores.astype("<f4").tobytes(),
        "class_ids": detections.class_ids.astype("<i4").tobytes(),
        "embeddings": detections.embeddings.astype("<f2").tobytes(),
    }


def as_stored(detections: FrameDetections) -> FrameDetections:
    """Return detections exactly as they will be read back: embeddings through float16.

    A tracker that is fed these during the run decides the same when the run is replayed.
    """
    rounded = _unit_length(detections.embeddings.astype("<f2"))
    return FrameDetections(detections.boxes_xyxy, detections.scores, rounded, detections.class_ids)


def read_frame(connection: Connection, *, run_id: RunId, frame_index: int) -> StoredDetections:
    """Return the detections of one frame.

    Raises:
        UserError: the run has not come to that frame.
    """
    query = _FRAMES.where(_COLUMNS.run_id == run_id, _COLUMNS.frame_index == frame_index)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UserError(
            f"The run has no detections of frame {frame_number(frame_index)}.",
            "Continue the run to that frame.",
        )
    return _unpack(row)


def read_chunk(
    connection: Connection, *, run_id: RunId, first_frame: int
) -> list[StoredDetections]:
    """Return the next stored frames from `first_frame` on, empty at the end of the run."""
    query = (
        _FRAMES.where(_COLUMNS.run_id == run_id, _COLUMNS.frame_index >= first_frame)
        .order_by(_COLUMNS.frame_index)
        .limit(_CHUNK_FRAMES)
    )
    return [_unpack(row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DetectionColumns:
    """The detections of consecutive frames as columns.

    Attributes:
        last_frame: the last frame that was read, with detections or without.
        ids: (N,) int64.
        frames: (N,) int64, 0-based.
        boxes_xyxy: (N, 4) float32, pixels.
        scores: (N,) float32, 0..1.
        embeddings: (N, D) float32, unit length.
    """

    last_frame: int
    ids: IntArray
    frames: IntArray
    boxes_xyxy: FloatArray
    scores: FloatArray
    embeddings: FloatArray


def read_columns(
    connection: Connection, *, run_id: RunId, first_frame: int
) -> DetectionColumns | None:
    """Return the next stored frames from `first_frame` on as columns, None at the end of the run.

    A hundred thousand frames one by one would cost ten small arrays each.
    """
    rows = connection.exec_driver_sql(_RAW, (run_id, first_frame, _CHUNK_COLUMNS)).all()
    if not rows:
        return None
    frames, firsts, counts = (
        np.array(column, np.int64) for column in zip(*(row[:3] for row in rows), strict=True)
    )
    total = int(counts.sum())
    boxes, scores, embeddings = (b"".join(row[place] for row in rows) for place in (3, 4, 5))
    packed = np.frombuffer(embeddings, "<f2")
    return DetectionColumns(
        last_frame=int(frames[-1]),
        ids=np.repeat(firsts - np.cumsum(counts) + counts, counts) + np.arange(total),
        frames=np.repeat(frames, counts),
        boxes_xyxy=np.frombuffer(boxes, "<f4").reshape(total, 4),
        scores=np.frombuffer(scores, "<f4"),
        embeddings=_unit_length(packed.reshape(total, len(packed) // total if total else 0)),
    )


def tracked_ids(connection: Connection, *, run_id: RunId) -> frozenset[DetectionId]:
    """Return the detections of a run that its tracker made boxes of, repaired since or not."""
    query = (
        select(run_boxes.c.detection_id)
        .join(run_tracks, run_boxes.c.run_track_id == run_tracks.c.id)
        .where(run_tracks.c.run_id == run_id, run_boxes.c.detection_id.is_not(None))
    )
    return frozenset(DetectionId(row) for row in connection.execute(query).scalars())


def read_embeddings(connection: Connection, detection_ids: Sequence[DetectionId]) -> FloatArray:
    """Return the embeddings of detections, in the order asked for.

    Returns:
        (N, D) float32, unit length.

    Raises:
        UserError: a detection is not in the project.
    """
    if not detection_ids:
        return np.zeros((0, 0), np.float32)
    rows = connection.exec_driver_sql(
        _EMBEDDINGS, (json.dumps([int(wanted) for wanted in detection_ids]),)
    ).all()
    if len(rows) < len(detection_ids):
        known = {row.detection_id for row in rows}
        missing = next(wanted for wanted in detection_ids if wanted not in known)
        raise UserError(f"Detection {missing} is not in the project.", "Choose another box.")
    packed = [np.frombuffer(row.embedding, "<f2") for row in rows]
    return _unit_length(np.stack(packed))


def _unpack(row: Row[Any]) -> StoredDetections:
    first, count = row.first_detection_id, row.detection_count
    return StoredDetections(
        frame_index=row.frame_index,
        ids=np.arange(first, first + count, dtype=np.int64),
        detections=FrameDetections(
            np.frombuffer(row.boxes, "<f4").reshape(count, 4),
            np.frombuffer(row.scores, "<f4"),
            _read_embeddings(row),
            np.frombuffer(row.class_ids, "<i4"),
        ),
    )


def _read_embeddings(row: Any) -> FloatArray:
    packed = np.frombuffer(row.embeddings, "<f2")
    return _unit_length(packed.reshape(row.detection_count, row.embedding_dim))


def _unit_length(vectors: NDArray[np.float16]) -> FloatArray:
    exact = vectors.astype(np.float32)
    lengths = np.sqrt(np.square(exact).sum(axis=1, keepdims=True, dtype=np.float32))
    lengths[lengths == 0] = 1
    normalised: FloatArray = exact / lengths
    return normalised
