"""Finds the track that a tracker id belongs to now, after whatever people did to its boxes.

A box that the tracker adds goes where the last box of the same tracker id lies now. The edits that
brought that box there are extended by the new one, so that undoing such an edit takes the whole of
the track back, also what the run wrote later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, text

from trackmend_core.types import BoxId, EditId, RunId, TrackId


@dataclass(frozen=True, slots=True)
class Move:
    """One applied edit that took a box from one track to another."""

    edit_id: EditId
    from_track_id: TrackId
    to_track_id: TrackId


@dataclass(frozen=True, slots=True)
class Route:
    """How the boxes of a tracker id come to their track: born in `root`, moved by edits since.

    Attributes:
        root: the track that the run itself made for the tracker id.
        born_after: the newest edit when the box was born; 0 for "before all edits".
        moves: in the order of the edits.
    """

    root: TrackId
    moves: tuple[Move, ...] = ()
    born_after: EditId = field(default=EditId(0))

    @property
    def track_id(self) -> TrackId:
        """Return the track where it ends."""
        return self.moves[-1].to_track_id if self.moves else self.root

    def track_after(self, edit_id: EditId) -> TrackId | None:
        """Return the track right after an edit, None where the box was not there yet."""
        if edit_id < self.born_after:
            return None
        track_id = self.root
        for move in self.moves:
            if move.edit_id <= edit_id:
                track_id = move.to_track_id
        return track_id

    def collides_with(self, other: "Route") -> bool:
        """Return True if two boxes of one frame would ever share a track, now or by undoing."""
        stages = {EditId(0), *(move.edit_id for move in (*self.moves, *other.moves))}
        stages |= {self.born_after, other.born_after}
        pairs = ((self.track_after(stage), other.track_after(stage)) for stage in stages)
        return any(mine is not None and mine == theirs for mine, theirs in pairs)


_LAST_BOXES = text(
    """
    SELECT run_tracks.tracker_id, run_tracks.id AS root, last.id AS box_id, last.frame_index,
           (SELECT track_id FROM boxes WHERE boxes.id = last.id) AS track_id
    FROM run_tracks
    CROSS JOIN run_boxes AS last ON last.id = (
        SELECT id FROM run_boxes WHERE run_track_id = run_tracks.id AND in_layer
        ORDER BY frame_index DESC LIMIT 1)
    WHERE run_tracks.run_id = :run_id AND run_tracks.tracker_id IN :tracker_ids
    ORDER BY last.frame_index
    """
).bindparams(bindparam("tracker_ids", expanding=True))
_MOVES = text(
    """
    SELECT box_id, edit_id, from_track_id, to_track_id FROM edits
    CROSS JOIN box_moves ON box_moves.edit_id = edits.id
    WHERE edits.state = 'applied' AND edits.run_id = :run_id AND box_id IN :box_ids
    ORDER BY box_id, edit_id
    """
).bindparams(bindparam("box_ids", expanding=True))
_PERSONS_BOXES = text(
    """
    SELECT boxes.id, boxes.track_id, min(box_images.edit_id) AS born FROM boxes
    LEFT JOIN box_images ON box_images.id = boxes.id AND box_images.is_after
    WHERE boxes.run_id = :run_id AND boxes.frame_index = :frame_index GROUP BY boxes.id
    """
)


def routes_of_trackers(
    connection: Connection, run_id: RunId, tracker_ids: Sequence[int]
) -> dict[int, Route]:
    """Return where the next box of each tracker id goes.

    A tracker id that is new, or whose last box was deleted by a person, is not in the result.
    """
    rows = connection.execute(_LAST_BOXES, {"run_id": run_id, "tracker_ids": list(tracker_ids)})
    last = {row.tracker_id: row for row in rows}
    alive = {tracker_id: row for tracker_id, row in last.items() if row.track_id is not None}
    moves = _moves(connection, run_id, [row.box_id for row in alive.values()])
    routes = {
        tracker_id: Route(TrackId(row.root), moves.get(row.box_id, ()))
        for tracker_id, row in alive.items()
    }
    # A way that does not lead to the track means an edit that changed the box itself as well.
    return {
        tracker_id: route
        for tracker_id, route in routes.items()
        if route.track_id == alive[tracker_id].track_id
    }


def routes_in_frame(connection: Connection, run_id: RunId, frame_index: int) -> list[Route]:
    """Return the routes of boxes that stand in a frame before the run has come there."""
    rows = connection.execute(_PERSONS_BOXES, {"run_id": run_id, "frame_index": frame_index}).all()
    moves = _moves(connection, run_id, [row.id for row in rows])
    return [
        Route(
            moves[row.id][0].from_track_id if row.id in moves else TrackId(row.track_id),
            moves.get(row.id, ()),
            EditId(row.born or 0),
        )
        for row in rows
    ]


def _moves(
    connection: Connection, run_id: RunId, box_ids: Sequence[int]
) -> dict[BoxId, tuple[Move, ...]]:
    found: dict[BoxId, list[Move]] = {}
    for row in _chunks(connection, run_id, box_ids):
        found.setdefault(row[0], []).append(row[1])
    return {box_id: tuple(moves) for box_id, moves in found.items()}


def _chunks(
    connection: Connection, run_id: RunId, box_ids: Sequence[int]
) -> Iterable[tuple[BoxId, Move]]:
    for start in range(0, len(box_ids), 500):
        parameters = {"run_id": run_id, "box_ids": list(box_ids[start : start + 500])}
        for box_id, edit_id, origin, target in connection.execute(_MOVES, parameters):
            yield BoxId(box_id), Move(EditId(edit_id), TrackId(origin), TrackId(target))
