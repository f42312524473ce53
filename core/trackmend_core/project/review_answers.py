"""Stores what people answer to suspicions, by what was seen and not by rows that may go."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from trackmend_core.project.database import new_id
from trackmend_core.project.records import EditState, ReviewAnchor, ReviewAnswer
from trackmend_core.project.runs import run_record
from trackmend_core.project.schema import review_answers
from trackmend_core.project.state import mark_written
from trackmend_core.types import RunId, VideoId

ACCEPTED = "accepted"
"""`review.Decision.ACCEPTED`: such an answer is no step of its own, it goes with its edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """An answer as the history tells it, also one that counts no longer.

    Attributes:
        answer: what was said.
        author: who said it.
        created_at: when, seconds since 1970.
        state: whether it counts, as of edits.
    """

    answer: ReviewAnswer
    author: str
    created_at: float
    state: EditState


def insert_answer(
    connection: Connection, run_id: RunId, answer: ReviewAnswer, *, author: str
) -> ReviewAnswer:
    """Add an answer and return it with its id.

    Raises:
        UserError: the run is not in the project.
    """
    run = run_record(connection, run_id)
    inserted = connection.execute(
        insert(review_answers).values(
            video_id=run.video_id,
            run_id=run_id,
            kind=answer.kind,
            family=answer.family,
            frame_index=answer.frame_index,
            decision=answer.decision,
            note=answer.note,
            anchors=[
                [anchor.group, anchor.frame_index, *anchor.box_xyxy] for anchor in answer.anchors
            ],
            features=dict(answer.features),
            author=author,
            created_at=time.time(),
            title=answer.title,
            state=EditState.APPLIED.value,
            after_edit_id=answer.after_edit_id,
        )
    )
    mark_written(connection)
    return replace(answer, answer_id=new_id(inserted), run_id=run_id, video_id=run.video_id)


def list_answers(connection: Connection, video_id: VideoId) -> list[ReviewAnswer]:
    """Return the answers about a video that count, oldest first."""
    query = (
        select(review_answers)
        .where(review_answers.c.video_id == video_id)
        .where(review_answers.c.state == EditState.APPLIED.value)
        .order_by(review_answers.c.id)
    )
    return [answer_of(row) for row in connection.execute(query)]


def given_answers(connection: Connection, video_id: VideoId) -> list[GivenAnswer]:
    """Return every answer about a video that was a step of its own, oldest first."""
    query = (
        select(review_answers)
        .where(review_answers.c.video_id == video_id, review_answers.c.decision != ACCEPTED)
        .order_by(review_answers.c.id)
    )
    return [
        GivenAnswer(
            answer=answer_of(row),
            author=row.author,
            created_at=row.created_at,
            state=EditState(row.state),
        )
        for row in connection.execute(query)
    ]


def answer_of(row: Row[Any]) -> ReviewAnswer:
    """Return a row of the table as a record (Any: the columns are taken by name)."""
    return ReviewAnswer(
        answer_id=row.id,
        kind=row.kind,
        family=row.family,
        frame_index=row.frame_index,
        decision=row.decision,
        note=row.note,
        anchors=tuple(
            ReviewAnchor(group=group, frame_index=frame, box_xyxy=(x1, y1, x2, y2))
            for group, frame, x1, y1, x2, y2 in row.anchors
        ),
        features=row.features,
        run_id=RunId(row.run_id),
        title=row.title,
        after_edit_id=row.after_edit_id,
        video_id=VideoId(row.video_id),
    )


def set_state(connection: Connection, answer_ids: Sequence[int], state: EditState) -> None:
    """Let answers count, wait to be given again, or be forgotten; the file keeps them all."""
    connection.execute(
        update(review_answers)
        .where(review_answers.c.id.in_(list(answer_ids)))
        .values(state=state.value)
    )
    mark_written(connection)


def overtake_undone(connection: Connection) -> None:
    """Let answers that were taken back wait no longer: something else was done instead."""
    connection.execute(
        update(review_answers)
        .where(review_answers.c.state == EditState.UNDONE.value)
        .values(state=EditState.SUPERSEDED.value)
    )
