"""What people say of the tracks without changing them, as steps that can be taken back.

A verdict is an answer to a suspicion, opening one again, verifying a stretch, or taking that back.
It lets rows count, of `review_answers` or `verified_stretches`, and others count no longer. Taking
it back does the opposite to the same rows; none is ever deleted or written anew.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, exists, insert, select, update

from trackmend_core.project.database import new_id
from trackmend_core.project.records import EditState
from trackmend_core.project.schema import (
    review_answers,
    runs,
    verdict_rows,
    verdicts,
    verified_stretches,
)
from trackmend_core.project.state import mark_written
from trackmend_core.types import RunId


class VerdictKind(StrEnum):
    """What was said."""

    ANSWERED = "answered"
    OPENED = "opened again"
    VERIFIED = "verified"
    UNVERIFIED = "no longer verified"


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows that a verdict is about."""

    answers: Sequence[int] = ()
    stretches: Sequence[int] = ()


NOTHING = Judged()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A verdict at an end of the line, and the newest edit that counted when it was given."""

    verdict_id: int
    title: str
    after_edit_id: int


def give_verdict(
    connection: Connection,
    kind: VerdictKind,
    *,
    title: str,
    run_id: RunId,
    author: str,
    after_edit_id: int,
    given: Judged = NOTHING,
    ended: Judged = NOTHING,
) -> int:
    """Let rows count and others count no longer; return the verdict's id.

    Verdicts that were taken back before can no longer be given again, as undone edits cannot be
    redone after a new one; undone edits still can, for a verdict changes no track.
    """
    overtake_undone(connection)
    video_id = connection.execute(select(runs.c.video_id).where(runs.c.id == run_id)).scalar_one()
    inserted = connection.execute(
        insert(verdicts).values(
            video_id=video_id,
            run_id=run_id,
            kind=kind.value,
            title=title,
            author=author,
            created_at=time.time(),
            state=EditState.APPLIED.value,
            after_edit_id=after_edit_id,
        )
    )
    verdict_id = new_id(inserted)
    for judged, is_given in ((given, True), (ended, False)):
        rows = [
            *({"answer_id": one, "stretch_id": None} for one in judged.answers),
            *({"answer_id": None, "stretch_id": one} for one in judged.stretches),
        ]
        if rows:
            named = [row | {"verdict_id": verdict_id, "is_given": is_given} for row in rows]
            connection.execute(insert(verdict_rows), named)
        _let_count(connection, judged, is_given)
    mark_written(connection)
    return verdict_id


def turn_verdict(connection: Connection, verdict_id: int, *, undone: bool) -> bool:
    """Take a verdict back, or give it again; False if that is not what it waits for."""
    before, after = EditState.APPLIED.value, EditState.UNDONE.value
    if not undone:
        before, after = after, before
    turned = connection.execute(
        update(verdicts)
        .where(verdicts.c.id == verdict_id, verdicts.c.state == before)
        .values(state=after)
    )
    if turned.rowcount != 1:
        return False
    rows = connection.execute(
        select(verdict_rows).where(verdict_rows.c.verdict_id == verdict_id)
    ).all()
    for is_given in (True, False):
        mine = [row for row in rows if row.is_given == is_given]
        judged = Judged(
            answers=[row.answer_id for row in mine if row.answer_id is not None],
            stretches=[row.stretch_id for row in mine if row.stretch_id is not None],
        )
        _let_count(connection, judged, is_given is not undone)
    mark_written(connection)
    return True


def overtake_undone(connection: Connection) -> None:
    """Let verdicts that were taken back wait no longer: something else was done instead."""
    connection.execute(
        update(verdicts)
        .where(verdicts.c.state == EditState.UNDONE.value)
        .values(state=EditState.SUPERSEDED.value)
    )


def overtake_answers(connection: Connection, answer_ids: Sequence[int]) -> None:
    """Let verdicts that gave these answers be no steps any more: the answers are forgotten."""
    gave = select(verdict_rows.c.verdict_id).where(
        verdict_rows.c.answer_id.in_(list(answer_ids)), verdict_rows.c.is_given
    )
    connection.execute(
        update(verdicts).where(verdicts.c.id.in_(gave)).values(state=EditState.SUPERSEDED.value)
    )


def end_of_line(connection: Connection, state: EditState, *, newest: bool) -> Place | None:
    """Return the last verdict that counts, or the first that was taken back.

    One whose rows went with their run is none any more.
    """
    order = [verdicts.c.after_edit_id, verdicts.c.id]
    query = (
        select(verdicts.c.id, verdicts.c.title, verdicts.c.after_edit_id)
        .where(verdicts.c.state == state.value)
        .where(exists().where(verdict_rows.c.verdict_id == verdicts.c.id))
        .order_by(*(column.desc() if newest else column for column in order))
        .limit(1)
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        return None
    return Place(verdict_id=found.id, title=found.title, after_edit_id=found.after_edit_id)


def _let_count(connection: Connection, judged: Judged, counts: bool) -> None:
    for table, ids in ((review_answers, judged.answers), (verified_stretches, judged.stretches)):
        if ids:
            connection.execute(update(table).where(table.c.id.in_(list(ids))).values(counts=counts))
