"""Stretches that a person has found right, and whether anything in them has changed since.

A stretch keeps a fingerprint of its boxes: the sum, modulo 2**64, of one well-mixed word per box
over its id, track, frame, corners and occlusion. A sum does not care for order and can be kept up
from what an edit changed alone, so undoing a change brings the old fingerprint back exactly. The
mixing step is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, insert, select, update

from trackmend_core.errors import UserError
from trackmend_core.project.database import new_id
from trackmend_core.project.records import TrackSummary, VerifiedStretch
from trackmend_core.project.schema import runs, tracks, verified_stretches
from trackmend_core.project.verdict_titles import say_unverified, say_verified
from trackmend_core.types import EditId, Float64Array, RunId, TrackId

Words = NDArray[np.uint64]

_COLUMNS = "id, track_id, frame_index, x1, y1, x2, y2, is_occluded"
_MOVED = (
    "SELECT boxes.id, box_moves.{side}, frame_index, x1, y1, x2, y2, is_occluded FROM box_moves"
    " CROSS JOIN boxes ON boxes.id = box_id"
    " WHERE edit_id = ? AND frame_index BETWEEN ? AND ?"
)
_IMAGES = (
    f"SELECT {_COLUMNS} FROM box_images"
    " WHERE edit_id = ? AND frame_index BETWEEN ? AND ? AND is_after = ?"
)


@dataclass(frozen=True, slots=True, eq=False)
class _Boxes:
    """(N, 8) float64 rows: id, track, frame, x1, y1, x2, y2, occluded."""

    rows: Float64Array

    def words(self) -> Words:
        """Return one mixed word per box; integers are exact in float64 below 2**53."""
        bits = np.ascontiguousarray(self.rows + 0.0).view(np.uint64)
        mixed = np.full(len(bits), 0x9E3779B97F4A7C15, np.uint64)
        for column in range(bits.shape[1]):
            mixed = _mix(mixed ^ bits[:, column]) + np.uint64(column)
        return mixed

    def within(self, stretch: Row[tuple[int, ...]]) -> "_Boxes":
        """Return the boxes that a stretch covers."""
        frames = self.rows[:, 2]
        inside = (frames >= stretch.first_frame) & (frames <= stretch.last_frame)
        if stretch.track_id is not None:
            inside &= self.rows[:, 1] == stretch.track_id
        return _Boxes(self.rows[inside])


def verify(
    connection: Connection,
    run_id: RunId,
    scopes: Sequence[tuple[TrackId | None, int, int]],
    *,
    author: str,
) -> tuple[list[VerifiedStretch], list[int]]:
    """Note that stretches are right: track (None for all), first and last frame of each.

    Returns:
        The new ones, and the ids of those of the same scope inside, which they are to replace.

    Raises:
        UserError: nothing is tracked there yet.
    """
    made, replaced = [], []
    for track_id, first_frame, last_frame in scopes:
        first, last = _tracked_part(connection, run_id, first_frame, last_frame)
        replaced += _inside(connection, run_id, first, last, track_id)
        fingerprint = _as_text(_sum(_boxes_of(connection, run_id, first, last, track_id)))
        inserted = connection.execute(
            insert(verified_stretches).values(
                run_id=run_id,
                track_id=track_id,
                first_frame=first,
                last_frame=last,
                fingerprint_then=fingerprint,
                fingerprint_now=fingerprint,
                author=author,
                created_at=time.time(),
            )
        )
        made.append(new_id(inserted))
    return stretches_that_count(connection, made), replaced


def _tracked_part(
    connection: Connection, run_id: RunId, first_frame: int, last_frame: int
) -> tuple[int, int]:
    tracked = connection.execute(select(runs.c.next_frame).where(runs.c.id == run_id)).scalar() or 0
    first, last = max(0, first_frame), min(last_frame, tracked - 1)
    if last < first:
        raise UserError("Nothing has been tracked there yet.", "Verify frames that were tracked.")
    return first, last


def _inside(
    connection: Connection, run_id: RunId, first: int, last: int, track_id: TrackId | None
) -> list[int]:
    table = verified_stretches.c
    whose = table.track_id.is_(None) if track_id is None else table.track_id == track_id
    query = select(table.id).where(
        table.run_id == run_id,
        whose,
        table.counts,
        table.first_frame >= first,
        table.last_frame <= last,
    )
    return list(connection.execute(query).scalars())


def stretches_that_count(
    connection: Connection, stretch_ids: Sequence[int]
) -> list[VerifiedStretch]:
    """Return those of some stretches that were not taken back or replaced."""
    table = verified_stretches.c
    query = select(verified_stretches).where(table.id.in_(list(stretch_ids)), table.counts)
    return [_record(row) for row in connection.execute(query.order_by(table.id))]


def title_of(
    connection: Connection, stretches: Sequence[VerifiedStretch], *, verified: bool
) -> str:
    """Return what a person is told verifying these is, or taking them back."""
    whose = [one.track_id for one in stretches if one.track_id is not None]
    found = select(tracks.c.number).where(tracks.c.id.in_(whose)).order_by(tracks.c.number)
    numbers = list(connection.execute(found).scalars()) if len(whose) == len(stretches) else []
    frames = (
        min(one.first_frame for one in stretches),
        max(one.last_frame for one in stretches),
    )
    return (say_verified if verified else say_unverified)(numbers, frames)


def list_stretches(connection: Connection, run_id: RunId) -> list[VerifiedStretch]:
    """Return the verified stretches of a run by first frame."""
    query = (
        select(verified_stretches)
        .where(verified_stretches.c.run_id == run_id, verified_stretches.c.counts)
        .order_by(verified_stretches.c.first_frame, verified_stretches.c.id)
    )
    return [_record(row) for row in connection.execute(query)]


def follow_edit(
    connection: Connection,
    edit_id: EditId,
    *,
    run_id: RunId,
    frames: tuple[int, int] | None,
    forward: bool,
) -> int:
    """Bring fingerprints up to date after an edit was made (`forward`) or taken back.

    Returns:
        How many stretches that count were intact and are no more. The others are kept up, too:
        they may come to count again.
    """
    if frames is None:
        return 0
    table = verified_stretches.c
    query = select(verified_stretches).where(
        table.run_id == run_id, table.first_frame <= frames[1], table.last_frame >= frames[0]
    )
    touched = connection.execute(query).all()
    if not touched:
        return 0
    reach = (min(row.first_frame for row in touched), max(row.last_frame for row in touched))
    before, after = (
        _boxes_on_side(connection, edit_id, reach, is_after=is_after) for is_after in (False, True)
    )
    removed, added = (before, after) if forward else (after, before)
    broken = 0
    for row in touched:
        change = _sum(added.within(row)) - _sum(removed.within(row))
        now = _as_text(int(row.fingerprint_now, 16) + change)
        if now == row.fingerprint_now:
            continue
        broken += row.counts and row.fingerprint_now == row.fingerprint_then
        connection.execute(
            update(verified_stretches).where(table.id == row.id).values(fingerprint_now=now)
        )
    return broken


def fresh_fingerprints(connection: Connection, run_id: RunId) -> dict[int, bool]:
    """Return per stretch whether the boxes as they are now give its fingerprint of now."""
    query = select(verified_stretches).where(verified_stretches.c.run_id == run_id)
    return {
        row.id: row.fingerprint_now
        == _as_text(
            _sum(_boxes_of(connection, run_id, row.first_frame, row.last_frame, row.track_id))
        )
        for row in connection.execute(query).all()
    }


def verified_share(tracks: Sequence[TrackSummary], stretches: Iterable[VerifiedStretch]) -> float:
    """Return the share of boxes that lie in an intact stretch, 0..1; 0 without boxes."""
    total = sum(track.box_count for track in tracks)
    intact = [stretch for stretch in stretches if stretch.is_intact]
    if not total or not intact:
        return 0.0
    for_all = [(one.first_frame, one.last_frame) for one in intact if one.track_id is None]
    own: dict[TrackId, list[tuple[int, int]]] = {}
    for one in intact:
        if one.track_id is not None:
            own.setdefault(one.track_id, []).append((one.first_frame, one.last_frame))
    shared = joined(for_all)
    covered = 0
    for track in tracks:
        mine = own.get(track.track_id)
        covered += _overlap(track.spans, joined([*for_all, *mine]) if mine else shared)
    return covered / total


def joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same frames as stretches that do not touch one another, in order."""
    result: list[tuple[int, int]] = []
    for first, last in sorted(stretches):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result


def _overlap(spans: Sequence[tuple[int, int]], stretches: Sequence[tuple[int, int]]) -> int:
    """Return how many frames two lists of stretches in order share."""
    at, shared = 0, 0
    for first, last in spans:
        while at < len(stretches) and stretches[at][1] < first:
            at += 1
        for begin, end in stretches[at:]:
            if begin > last:
                break
            shared += min(last, end) - max(first, begin) + 1
    return shared


def _boxes_of(
    connection: Connection,
    run_id: RunId,
    first_frame: int,
    last_frame: int,
    track_id: TrackId | None,
) -> _Boxes:
    owner = "run_id = ?" if track_id is None else "track_id = ?"
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM boxes WHERE {owner} AND frame_index BETWEEN ? AND ?",
        (run_id if track_id is None else track_id, first_frame, last_frame),
    )
    return _table(rows)


def _boxes_on_side(
    connection: Connection, edit_id: EditId, reach: tuple[int, int], *, is_after: bool
) -> _Boxes:
    """Return the boxes that an edit concerns, as they were before it or after it."""
    side = "to_track_id" if is_after else "from_track_id"
    moved = connection.exec_driver_sql(_MOVED.format(side=side), (edit_id, *reach))
    redrawn = connection.exec_driver_sql(_IMAGES, (edit_id, *reach, int(is_after)))
    return _Boxes(np.concatenate([_table(moved).rows, _table(redrawn).rows]))


def _table(rows: Iterable[Iterable[float]]) -> _Boxes:
    return _Boxes(np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, 8))


def _mix(words: Words) -> Words:
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _sum(boxes: _Boxes) -> int:
    return int(boxes.words().sum(dtype=np.uint64))


def _as_text(fingerprint: int) -> str:
    return f"{fingerprint % 2**64:016x}"


def _record(row: Row[tuple[int, ...]]) -> VerifiedStretch:
    return VerifiedStretch(
        stretch_id=row.id,
        run_id=RunId(row.run_id),
        track_id=None if row.track_id is None else TrackId(row.track_id),
        first_frame=row.first_frame,
        last_frame=row.last_frame,
        is_intact=row.fingerprint_now == row.fingerprint_then,
        author=row.author,
        created_at=row.created_at,
    )
