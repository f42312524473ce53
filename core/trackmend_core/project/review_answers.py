"""Stores what people answer to suspicions, by what was seen and not by rows that may go."""

import time
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select

from trackmend_core.project.database import new_id
from trackmend_core.project.records import ReviewAnchor, ReviewAnswer
from trackmend_core.project.runs import run_record
from trackmend_core.project.schema import review_answers
from trackmend_core.types import RunId, VideoId


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
        )
    )
    return replace(answer, answer_id=new_id(inserted), run_id=run_id)


def list_answers(connection: Connection, video_id: VideoId) -> list[ReviewAnswer]:
    """Return the answers about a video, oldest first."""
    query = (
        select(review_answers)
        .where(review_answers.c.video_id == video_id)
        .order_by(review_answers.c.id)
    )
    return [
        ReviewAnswer(
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
        )
        for row in connection.execute(query)
    ]


def delete_answers(connection: Connection, answer_ids: Sequence[int]) -> None:
    """Forget answers."""
    connection.execute(delete(review_answers).where(review_answers.c.id.in_(list(answer_ids))))
