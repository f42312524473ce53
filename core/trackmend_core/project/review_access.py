"""The part of `Project` that keeps what people answered to suspicions."""

from collections.abc import Sequence

from trackmend_core.project import review_answers
from trackmend_core.project.database import Database
from trackmend_core.project.records import ReviewAnswer
from trackmend_core.types import RunId, VideoId


class ReviewAccess:
    """Answers of reviewers; see `Project`."""

    author: str
    _database: Database

    def add_review_answer(self, run_id: RunId, answer: ReviewAnswer) -> ReviewAnswer:
        """Store an answer given while this run was looked at; return it with its id.

        Raises:
            UserError: the run is not in the project.
        """
        with self._database.writing() as connection:
            return review_answers.insert_answer(connection, run_id, answer, author=self.author)

    def review_answers(self, video_id: VideoId) -> list[ReviewAnswer]:
        """Return the answers about a video, whichever run they were given for, oldest first."""
        with self._database.reading() as connection:
            return review_answers.list_answers(connection, video_id)

    def remove_review_answers(self, answer_ids: Sequence[int]) -> None:
        """Forget answers."""
        with self._database.writing() as connection:
            review_answers.delete_answers(connection, answer_ids)
