"""Reads verdicts with what they are about, for the history and for undo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from trackmend_core.project.records import EditState, ReviewAnswer
from trackmend_core.project.review_answers import answer_of
from trackmend_core.project.schema import (
    review_answers,
    verdict_rows,
    verdicts,
    verified_stretches,
)
from trackmend_core.project.verdicts import VerdictKind
from trackmend_core.types import RunId, VideoId

_ENDING = (VerdictKind.OPENED, VerdictKind.UNVERIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Something a person said without changing a track.

    Attributes:
        title: what a person is told it is; empty where its answer is of an older version.
        run_id: that was looked at; None if it was deleted since.
        answer: that was given, or opened again; None for stretches.
        frames: first and last that it is about.
        state: as of edits.
        is_ended: a later verdict that counts took what it gave back.
    """

    verdict_id: int
    kind: VerdictKind
    title: str
    video_id: VideoId
    run_id: RunId | None
    answer: ReviewAnswer | None
    frames: tuple[int, int]
    author: str
    created_at: float
    state: EditState
    is_ended: bool

    @property
    def is_in_effect(self) -> bool:
        """Return whether it counts now."""
        return self.state is EditState.APPLIED and not self.is_ended


def list_verdicts(connection: Connection, video_id: VideoId) -> list[Verdict]:
    """Return what was said of a video, oldest first, also what counts no longer."""
    query = select(verdicts).where(verdicts.c.video_id == video_id).order_by(verdicts.c.id)
    return _read(connection, connection.execute(query).all())


def verdict_with_id(connection: Connection, verdict_id: int) -> Verdict:
    """Return one of them."""
    query = select(verdicts).where(verdicts.c.id == verdict_id)
    return _read(connection, connection.execute(query).all())[0]


def _read(connection: Connection, told: Sequence[Row[Any]]) -> list[Verdict]:
    """Return records of rows of the table (Any: the columns are taken by name)."""
    wanted = [row.id for row in told]
    of: dict[int, list[Row[Any]]] = {}
    for start in range(0, len(wanted), 500):
        query = select(verdict_rows).where(
            verdict_rows.c.verdict_id.in_(wanted[start : start + 500])
        )
        for row in connection.execute(query):
            of.setdefault(row.verdict_id, []).append(row)
    answers = {
        row.id: answer_of(row)
        for row in _named(connection, review_answers, (r.answer_id for r in _all(of)))
    }
    stretches = {
        row.id: row
        for row in _named(connection, verified_stretches, (r.stretch_id for r in _all(of)))
    }
    ended = _ended(told, of)
    found = []
    for row in told:
        about = of.get(row.id, [])
        kind = VerdictKind(row.kind)
        mine = [one for one in about if one.is_given != (kind in _ENDING)]
        answer = next((answers[one.answer_id] for one in mine if one.answer_id in answers), None)
        spans = [stretches[one.stretch_id] for one in mine if one.stretch_id in stretches]
        if answer is None and not spans:
            continue  # what it was about went with its run
        found.append(
            Verdict(
                verdict_id=row.id,
                kind=kind,
                title=row.title,
                video_id=VideoId(row.video_id),
                run_id=None if row.run_id is None else RunId(row.run_id),
                answer=answer,
                frames=_frames(answer, spans),
                author=row.author,
                created_at=row.created_at,
                state=EditState(row.state),
                is_ended=kind not in _ENDING and all(_key(one) in ended for one in mine),
            )
        )
    return found


def _ended(told: Sequence[Row[Any]], of: dict[int, list[Row[Any]]]) -> set[tuple[int, int]]:
    """Return what was opened again, or is no longer verified, by something that counts."""
    ending = [
        row.id
        for row in told
        if VerdictKind(row.kind) in _ENDING and row.state == EditState.APPLIED.value
    ]
    return {_key(one) for verdict_id in ending for one in of.get(verdict_id, [])}


def _key(row: Row[Any]) -> tuple[int, int]:
    return row.answer_id or 0, row.stretch_id or 0


def _frames(answer: ReviewAnswer | None, spans: Sequence[Row[Any]]) -> tuple[int, int]:
    if answer is not None:
        return answer.frame_index, answer.frame_index
    return min(one.first_frame for one in spans), max(one.last_frame for one in spans)


def _all(of: dict[int, list[Row[Any]]]) -> Iterable[Row[Any]]:
    return (row for rows in of.values() for row in rows)


def _named(connection: Connection, table: Any, ids: Iterable[int | None]) -> list[Row[Any]]:
    wanted = sorted({one for one in ids if one is not None})
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), 500):
        query = select(table).where(table.c.id.in_(wanted[start : start + 500]))
        found += connection.execute(query).all()
    return found
