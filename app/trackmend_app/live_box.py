"""Boxes that a running job has just found, as the views want them; no Qt."""

from collections.abc import Mapping, Sequence

from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxId, BoxSource, TrackedBox, TrackId


def live_boxes(
    tracked: Sequence[TrackedBox], *, frame_index: int, rows: Mapping[int, TrackId]
) -> list[BoxRecord]:
    """Return the boxes of a frame; `rows` are the tracks that the file knows, by number."""
    return [
        live_box(box, row, frame_index=frame_index, rows=rows) for row, box in enumerate(tracked)
    ]


def live_box(
    box: TrackedBox, row: int, *, frame_index: int, rows: Mapping[int, TrackId]
) -> BoxRecord:
    """Return a tracked box as the views want it; ids below 0 say that the file has none yet."""
    x1, y1, x2, y2 = (float(value) for value in box.box_xyxy)
    return BoxRecord(
        box_id=BoxId(-1 - row),
        track_id=rows.get(box.track_id, TrackId(-box.track_id)),
        number=box.track_id,
        frame_index=frame_index,
        box_xyxy=(x1, y1, x2, y2),
        score=box.score,
        source=BoxSource.MODEL,
        detection_id=None,
        class_id=box.class_id,
    )
