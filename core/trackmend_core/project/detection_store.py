"""Packs the detections of a frame into one row, and finds them again by frame or by id."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Select, select

from trackmend_core.errors import UserError
from trackmend_core.project.records import StoredDetections, frame_number
from trackmend_core.project.schema import frame_detections, run_boxes, run_tracks
from trackmend_core.types import DetectionId, FloatArray, FrameDetections, RunId

_CHUNK_FRAMES = 64
_COLUMNS = frame_detections.c
# Any: the columns differ in type and are unpacked by name.
_FRAMES: Select[Any] = select(frame_detections)


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
    found: dict[int, FloatArray] = {}
    for first, vectors in _frames_with(connection, sorted(set(detection_ids))):
        for offset, vector in enumerate(vectors):
            found[first + offset] = vector
    missing = [wanted for wanted in detection_ids if wanted not in found]
    if missing:
        raise UserError(f"Detection {missing[0]} is not in the project.", "Choose another box.")
    if not detection_ids:
        return np.zeros((0, 0), np.float32)
    return np.stack([found[wanted] for wanted in detection_ids])


def _frames_with(
    connection: Connection, detection_ids: Sequence[int]
) -> Iterator[tuple[int, FloatArray]]:
    """Give (first id, (N, D) embeddings) of each frame that holds one of the sorted ids."""
    end = -1
    for wanted in detection_ids:
        if wanted < end:
            continue
        query = (
            select(
                _COLUMNS.first_detection_id,
                _COLUMNS.detection_count,
                _COLUMNS.embedding_dim,
                _COLUMNS.embeddings,
            )
            .where(_COLUMNS.first_detection_id <= wanted, _COLUMNS.detection_count > 0)
            .order_by(_COLUMNS.first_detection_id.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            continue
        end = row.first_detection_id + row.detection_count
        if wanted < end:
            yield row.first_detection_id, _read_embeddings(row)


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
