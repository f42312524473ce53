"""Puts tracker output into the layer that people edit, next to the copy that never changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from trackmend_core.project.database import new_id
from trackmend_core.project.follow import Route, routes_in_frame, routes_of_trackers
from trackmend_core.project.numbers import free_number
from trackmend_core.project.recorder import UNRECORDED
from trackmend_core.project.schema import (
    box_moves,
    boxes,
    run_boxes,
    run_tracks,
    track_summaries,
    tracks,
)
from trackmend_core.project.state import LOG_VERSION, get_state
from trackmend_core.project.summaries import (
    read_spans,
    refresh_summaries,
    store_summaries,
    summary_row,
)
from trackmend_core.types import BoxId, BoxSource, RunId, TrackedBox, TrackId


@dataclass(slots=True)
class _Growing:
    """The summary of a track that still grows at its end."""

    box_count: int
    score_sum: float
    spans: list[list[int]]

    def append(self, frame_index: int, score: float) -> None:
        self.box_count += 1
        self.score_sum += score
        if self.spans and self.spans[-1][1] == frame_index - 1:
            self.spans[-1][1] = frame_index
        else:
            self.spans.append([frame_index, frame_index])


@dataclass(slots=True)
class _Batch:
    """Rows that wait for the end of the batch."""

    run_boxes: list[dict[str, object]] = field(default_factory=list)
    boxes: list[dict[str, object]] = field(default_factory=list)
    moves: list[dict[str, object]] = field(default_factory=list)
    grown: set[TrackId] = field(default_factory=set)


class LayerWriter:
    """Gives every tracked box its track in the layer; one per run writer.

    What it knows of the layer (routes, summaries) is forgotten whenever the edit log has moved on.
    """

    def __init__(self, run_id: RunId) -> None:
        self._run_id = run_id
        self._log_version = -1
        self._routes: dict[int, Route] = {}
        self._growing: dict[TrackId, _Growing] = {}
        self._next_box_id = BoxId(0)
        self._batch = _Batch()

    def begin(self, connection: Connection) -> None:
        """Start a batch inside a write transaction."""
        version = get_state(connection, LOG_VERSION, 0)
        if version != self._log_version:
            self.forget()
            self._log_version = version
        sequence = connection.exec_driver_sql(
            "SELECT seq FROM sqlite_sequence WHERE name = 'laid_boxes'"
        ).scalar()
        self._next_box_id = BoxId((sequence or 0) + 1)
        self._batch = _Batch()
        connection.exec_driver_sql("INSERT INTO recorder (edit_id) VALUES (?)", (UNRECORDED,))

    def forget(self) -> None:
        """Drop what is known of the layer: it changed, or a batch was rolled back."""
        self._routes.clear()
        self._growing.clear()
        self._log_version = -1

    def add(
        self,
        connection: Connection,
        *,
        frame_index: int,
        tracked: Sequence[TrackedBox],
        first_detection_id: int,
    ) -> None:
        """Take the boxes of one frame."""
        unknown = [box.track_id for box in tracked if box.track_id not in self._routes]
        if unknown:
            self._routes.update(routes_of_trackers(connection, self._run_id, unknown))
        theirs = routes_in_frame(connection, self._run_id, frame_index)
        taken: list[Route] = []
        for box in tracked:
            route = self._routes.get(box.track_id)
            if route is None or any(route.collides_with(other) for other in taken):
                route = self._new_root(connection, box.track_id)
                self._routes[box.track_id] = route
            in_layer = not any(route.collides_with(other) for other in theirs)
            taken.append(route)
            detection_id = (
                None if box.detection_index is None else first_detection_id + box.detection_index
            )
            self._put(box, route, frame_index, detection_id, in_layer=in_layer)
            if in_layer:
                growing = self._growing_track(connection, route.track_id)
                growing.append(frame_index, box.score)

    def end(self, connection: Connection) -> None:
        """Write the rows of the batch."""
        batch = self._batch
        for table, rows in (
            (run_boxes, batch.run_boxes),
            (boxes, batch.boxes),
            (box_moves, batch.moves),
        ):
            if rows:
                connection.execute(insert(table), rows)
        connection.exec_driver_sql("DELETE FROM recorder")
        connection.execute(
            delete(track_summaries).where(track_summaries.c.track_id.in_(batch.grown))
        )
        store_summaries(
            connection,
            [
                summary_row(
                    track_id,
                    box_count=growing.box_count,
                    score_sum=growing.score_sum,
                    spans=np.array(growing.spans, np.int32),
                )
                for track_id, growing in self._growing.items()
                if track_id in batch.grown
            ],
        )

    def _new_root(self, connection: Connection, tracker_id: int) -> Route:
        """Make a track for a tracker id, numbered like it where that number was never used."""
        number = free_number(connection, self._run_id, wanted=tracker_id)
        inserted = connection.execute(
            insert(tracks).values(run_id=self._run_id, number=number, label="")
        )
        track_id = TrackId(new_id(inserted))
        connection.execute(
            insert(run_tracks).values(
                id=track_id, run_id=self._run_id, tracker_id=tracker_id, number=number
            )
        )
        return Route(track_id)

    def _put(
        self,
        box: TrackedBox,
        route: Route,
        frame_index: int,
        detection_id: int | None,
        *,
        in_layer: bool,
    ) -> None:
        box_id = self._next_box_id
        self._next_box_id = BoxId(box_id + 1)
        x1, y1, x2, y2 = (float(side) for side in box.box_xyxy)
        common: dict[str, object] = {
            "id": box_id,
            "frame_index": frame_index,
            **{"x1": x1, "y1": y1, "x2": x2, "y2": y2},
            "score": float(box.score),
            "class_id": box.class_id,
            "detection_id": detection_id,
        }
        self._batch.run_boxes.append({**common, "run_track_id": route.root, "in_layer": in_layer})
        if not in_layer:
            return
        self._batch.boxes.append(
            {
                **common,
                "run_id": self._run_id,
                "track_id": route.track_id,
                "source": BoxSource.MODEL.value,
                "is_occluded": detection_id is None,
            }
        )
        self._batch.moves += [
            {
                "edit_id": move.edit_id,
                "box_id": box_id,
                "from_track_id": move.from_track_id,
                "to_track_id": move.to_track_id,
            }
            for move in route.moves
        ]
        self._batch.grown.add(route.track_id)

    def _growing_track(self, connection: Connection, track_id: TrackId) -> _Growing:
        growing = self._growing.get(track_id)
        if growing is None:
            growing = self._load(connection, track_id)
            self._growing[track_id] = growing
        return growing

    def _load(self, connection: Connection, track_id: TrackId) -> _Growing:
        query = select(track_summaries).where(track_summaries.c.track_id == track_id)
        row = connection.execute(query).one_or_none()
        if row is None:
            refresh_summaries(connection, [track_id])
            row = connection.execute(query).one_or_none()
        if row is None:
            return _Growing(0, 0.0, [])
        return _Growing(row.box_count, row.score_sum, read_spans(row.spans).tolist())
