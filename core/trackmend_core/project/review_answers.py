"""Stores what people answer to suspicions, by what was seen and not by rows that may go."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from trackmend_core.project.database import new_id
from trackmend_core.project.records import ReviewAnchor, ReviewAnswer
from trackmend_core.project.runs import run_record
from trackmend_core.project.schema import review_answers
from trackmend_core.project.state import mark_written
from trackmend_core.project.verdicts import overtake_answers
from trackmend_core.types import EditId, RunId, VideoId

SETTLED = "settled"
BY_EDIT = "edit_id"
"""The feature of a settled answer that names its edit: it counts while that is applied."""
GOES_WITH_EDIT = ("accepted", SETTLED)
"""`review.Decision`: such an answer is no step of its own, it was given with an edit."""


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
        )
    )
    mark_written(connection)
    return replace(answer, answer_id=new_id(inserted), run_id=run_id, video_id=run.video_id)


def list_answers(connection: Connection, video_id: VideoId) -> list[ReviewAnswer]:
    """Return the answers about a video that count, oldest first."""
    query = (
        select(review_answers)
        .where(review_answers.c.video_id == video_id)
        .where(review_answers.c.counts)
        .order_by(review_answers.c.id)
    )
    return [answer_of(row) for row in connection.execute(query)]


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
        video_id=VideoId(row.video_id),
    )


def forget(connection: Connection, answer_ids: Sequence[int]) -> None:
    """Let answers count no longer; the file keeps them."""
    connection.execute(
        update(review_answers).where(review_answers.c.id.in_(list(answer_ids))).values(counts=False)
    )
    overtake_answers(connection, answer_ids)
    mark_written(connection)


def turn_settled(connection: Connection, edit_id: EditId, *, undone: bool) -> None:
    """Let the answers that an edit gave follow its undo and its redo."""
    connection.execute(
        update(review_answers)
        .where(review_answers.c.decision == SETTLED)
        .where(review_answers.c.features[BY_EDIT].as_integer() == edit_id)
        .values(counts=not undone)
    )


def answer_that_counts(connection: Connection, answer_id: int) -> ReviewAnswer | None:
    """Return one answer, None if it is not there or counts no longer."""
    query = select(review_answers).where(review_answers.c.id == answer_id, review_answers.c.counts)
    row = connection.execute(query).one_or_none()
    return None if row is None else answer_of(row)
