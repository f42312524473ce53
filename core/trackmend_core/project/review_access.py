"""The part of `Project` that keeps what people answered to suspicions."""

from collections.abc import Sequence

from trackmend_core.project import review_answers, steps
from trackmend_core.project.database import Database
from trackmend_core.project.records import EditState, ReviewAnswer
from trackmend_core.project.review_answers import GivenAnswer
from trackmend_core.project.steps import Step
from trackmend_core.types import RunId, VideoId


class ReviewAccess:
    """Answers of reviewers; see `Project`."""

    author: str
    _database: Database

    def add_review_answer(self, run_id: RunId, answer: ReviewAnswer) -> ReviewAnswer:
        """Store an answer given while this run was looked at; return it with its id.

        Answers that were taken back before can no longer be given again, as undone edits cannot be
        redone after a new one; undone edits still can, for an answer changes no track.

        Raises:
            UserError: the run is not in the project.
        """
        with self._database.writing() as connection:
            if (
                answer.decision != review_answers.ACCEPTED
            ):  # that came with its edit, also with a redone one
                review_answers.overtake_undone(connection)
            return review_answers.insert_answer(connection, run_id, answer, author=self.author)

    def review_answers(self, video_id: VideoId) -> list[ReviewAnswer]:
        """Return the answers about a video, whichever run they were given for, oldest first."""
        with self._database.reading() as connection:
            return review_answers.list_answers(connection, video_id)

    def given_answers(self, video_id: VideoId) -> list[GivenAnswer]:
        """Return all answers to suspicions of a video, also those that count no longer.

        Acceptances are left out: they come and go with their edits.
        """
        with self._database.reading() as connection:
            return review_answers.given_answers(connection, video_id)

    def remove_review_answers(self, answer_ids: Sequence[int]) -> None:
        """Forget answers; the file keeps them, but they count no longer."""
        with self._database.writing() as connection:
            review_answers.set_state(connection, answer_ids, EditState.SUPERSEDED)

    def take_answer_back(self, answer_id: int) -> None:
        """Undo an answer: the first of `steps`."""
        with self._database.writing() as connection:
            review_answers.set_state(connection, [answer_id], EditState.UNDONE)

    def answer_again(self, answer_id: int) -> None:
        """Redo an answer: the second of `steps`."""
        with self._database.writing() as connection:
            review_answers.set_state(connection, [answer_id], EditState.APPLIED)

    @property
    def newest_edit(self) -> int:
        """Return the newest edit that counts, 0 for none: an answer given now comes after it."""
        with self._database.reading() as connection:
            return steps.newest_edit(connection)

    def steps(self) -> tuple[Step | None, Step | None]:
        """Return what was done last and what was taken back last, be it an edit or an answer."""
        with self._database.reading() as connection:
            return steps.last_step(connection), steps.next_step(connection)
