"""Keeps one small row per track (boxes, score, stretches), so that a long video opens at once."""

import json
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, bindparam, delete, insert, select, text, type_coerce

from trackmend_core.project.layer_change import NO_BOXES, LayerChange
from trackmend_core.project.records import TrackSummary
from trackmend_core.project.schema import track_summaries, tracks
from trackmend_core.types import IntArray, RunId, TrackId

SpanArray = NDArray[np.int32]
"""(S, 2) first and last frame of each stretch."""

# Consecutive frames share `frame_index - row_number()`: the gaps-and-islands query.
_SPANS = text(
    """
    SELECT track_id, min(frame_index), max(frame_index), count(*), sum(score) FROM (
        SELECT track_id, frame_index, score, frame_index
            - row_number() OVER (PARTITION BY track_id ORDER BY frame_index) AS island
        FROM boxes WHERE track_id IN :track_ids)
    GROUP BY track_id, island ORDER BY track_id, min(frame_index)
    """
).bindparams(bindparam("track_ids", expanding=True))
_CHUNK = 500


def refresh_summaries(connection: Connection, track_ids: Iterable[TrackId]) -> None:
    """Compute the summaries of these tracks anew; of a track without boxes nothing stays."""
    wanted = sorted(set(track_ids))
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        connection.execute(delete(track_summaries).where(track_summaries.c.track_id.in_(chunk)))
        store_summaries(connection, _compute(connection, chunk))


def update_summaries(connection: Connection, change: LayerChange) -> None:
    """Bring the summaries of the tracks of an edit up to date from what changed alone."""
    for track_id in change.tracks:
        stored = connection.execute(
            select(track_summaries).where(track_summaries.c.track_id == track_id)
        ).one_or_none()
        if stored is None:
            refresh_summaries(connection, [track_id])
            continue
        removed = change.removed.get(track_id, NO_BOXES)
        added = change.added.get(track_id, NO_BOXES)
        frames = expand_spans(read_spans(stored.spans))
        frames = np.delete(frames, np.searchsorted(frames, removed.frames))
        frames = np.insert(frames, np.searchsorted(frames, added.frames), added.frames)
        connection.execute(delete(track_summaries).where(track_summaries.c.track_id == track_id))
        if len(frames):
            score_sum = stored.score_sum - removed.score_sum + added.score_sum
            row = summary_row(
                track_id,
                box_count=len(frames),
                score_sum=float(score_sum),
                spans=find_spans(frames),
            )
            store_summaries(connection, [row])


def expand_spans(spans: SpanArray) -> IntArray:
    """Return every frame of the stretches, in order."""
    if not len(spans):
        return np.zeros(0, np.int64)
    return np.concatenate([np.arange(first, last + 1) for first, last in spans.tolist()])


def find_spans(frames: IntArray) -> SpanArray:
    """Return the stretches of consecutive frames among frames in order."""
    starts = np.flatnonzero(np.diff(frames, prepend=frames[0] - 2) > 1)
    ends = np.append(starts[1:], len(frames)) - 1
    return np.stack([frames[starts], frames[ends]], axis=1).astype(np.int32)


def store_summaries(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Insert summaries; those of the same tracks must have been deleted."""
    if rows:
        connection.execute(insert(track_summaries), rows)


def summary_row(
    track_id: TrackId, *, box_count: int, score_sum: float, spans: SpanArray
) -> dict[str, object]:
    """Return the row of `track_summaries` for one track."""
    return {
        "track_id": track_id,
        "box_count": box_count,
        "score_sum": score_sum,
        "spans": spans.astype("<i4").tobytes(),
    }


def read_spans(blob: bytes) -> SpanArray:
    """Return the (S, 2) stretches stored in a summary."""
    return np.frombuffer(blob, "<i4").reshape(-1, 2).astype(np.int32)


def summaries(
    connection: Connection, run_id: RunId, *, only: Collection[TrackId] | None = None
) -> list[TrackSummary]:
    """Return all tracks of the layer of a run, or those of some that are there, by number."""
    query = (
        select(
            tracks.c.id,
            tracks.c.number,
            tracks.c.label,
            type_coerce(tracks.c.attributes, Text).label("attributes"),
            track_summaries.c.box_count,
            track_summaries.c.score_sum,
            track_summaries.c.spans,
        )
        .join_from(tracks, track_summaries, isouter=True)
        .where(tracks.c.run_id == run_id)
        .order_by(tracks.c.number)
    )
    if only is not None and len(only) <= _CHUNK:
        query = query.where(tracks.c.id.in_(only))
    rows = connection.execute(query).all()
    missing = [row.id for row in rows if row.spans is None]
    computed = {
        row["track_id"]: row
        for start in range(0, len(missing), _CHUNK)
        for row in _compute(connection, missing[start : start + _CHUNK])
    }
    result = []
    for row in rows:
        count, total, blob = row.box_count, row.score_sum, row.spans
        if only is not None and row.id not in only:
            continue
        if blob is None:
            if row.id not in computed:
                continue
            fresh = computed[row.id]
            count, total, blob = fresh["box_count"], fresh["score_sum"], fresh["spans"]
        pairs = [(first, last) for first, last in read_spans(blob).tolist()]
        summary = TrackSummary(
            track_id=TrackId(row.id),
            number=row.number,
            label=row.label,
            box_count=count,
            first_frame=pairs[0][0],
            last_frame=pairs[-1][1],
            mean_score=total / count,
            spans=pairs,
            attributes=json.loads(row.attributes) if row.attributes != "{}" else {},
        )
        result.append(summary)
    return result


def _compute(connection: Connection, track_ids: Sequence[int]) -> list[dict[str, object]]:
    found: dict[int, list[tuple[int, int, int, float]]] = {}
    for track_id, first, last, count, score in connection.execute(
        _SPANS, {"track_ids": list(track_ids)}
    ):
        found.setdefault(track_id, []).append((first, last, count, score))
    return [
        summary_row(
            TrackId(track_id),
            box_count=sum(span[2] for span in spans),
            score_sum=sum(span[3] for span in spans),
            spans=np.array([span[:2] for span in spans], np.int32),
        )
        for track_id, spans in found.items()
    ]
