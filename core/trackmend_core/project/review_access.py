"""The part of `Project` that keeps what people said: answers, verified stretches, their line."""

from collections.abc import Sequence

from trackmend_core.errors import UserError
from trackmend_core.project import review_answers, steps, verdict_list, verdicts, verified
from trackmend_core.project.database import Database
from trackmend_core.project.records import ReviewAnswer, VerifiedStretch
from trackmend_core.project.steps import Step
from trackmend_core.project.verdict_list import Verdict
from trackmend_core.project.verdict_titles import say_opened
from trackmend_core.project.verdicts import Judged, VerdictKind
from trackmend_core.types import RunId, TrackId, VideoId


class ReviewAccess:
    """What reviewers say; see `Project`."""

    author: str
    _database: Database

    def add_review_answer(
        self,
        run_id: RunId,
        answer: ReviewAnswer,
        *,
        after_edit_id: int | None = None,
        instead_of: Sequence[int] = (),
    ) -> ReviewAnswer:
        """Store an answer given while this run was looked at; return it with its id.

        It is a verdict, and so a step that can be taken back, unless it was given with an edit.

        Args:
            run_id: that was looked at.
            answer: what was said.
            after_edit_id: `newest_edit` when it was said; None for now.
            instead_of: answers that count no longer because of it.

        Raises:
            UserError: the run is not in the project.
        """
        with self._database.writing() as connection:
            stored = review_answers.insert_answer(connection, run_id, answer, author=self.author)
            assert stored.answer_id is not None
            if answer.decision in review_answers.GOES_WITH_EDIT:
                if instead_of:
                    review_answers.forget(connection, instead_of)
                return stored
            if after_edit_id is None:
                after_edit_id = steps.newest_edit(connection)
            verdicts.give_verdict(
                connection,
                VerdictKind.ANSWERED,
                title=answer.title,
                run_id=run_id,
                author=self.author,
                after_edit_id=after_edit_id,
                given=Judged(answers=[stored.answer_id]),
                ended=Judged(answers=instead_of),
            )
            return stored

    def review_answers(self, video_id: VideoId) -> list[ReviewAnswer]:
        """Return the answers about a video, whichever run they were given for, oldest first."""
        with self._database.reading() as connection:
            return review_answers.list_answers(connection, video_id)

    def open_again(self, run_id: RunId, answer_id: int) -> Verdict | None:
        """Let an answer count no longer, as a verdict; None if it did not count.

        Args:
            run_id: that is looked at.
            answer_id: of an answer that accepts nothing.
        """
        with self._database.writing() as connection:
            answer = review_answers.answer_that_counts(connection, answer_id)
            if answer is None:
                return None
            verdict_id = verdicts.give_verdict(
                connection,
                VerdictKind.OPENED,
                title=say_opened(answer.title),
                run_id=run_id,
                author=self.author,
                after_edit_id=steps.newest_edit(connection),
                ended=Judged(answers=[answer_id]),
            )
            return verdict_list.verdict_with_id(connection, verdict_id)

    def remove_review_answers(self, answer_ids: Sequence[int]) -> None:
        """Forget answers for good: no step, but the file keeps them."""
        with self._database.writing() as connection:
            review_answers.forget(connection, answer_ids)

    def verify(
        self, run_id: RunId, first: int, last: int, *, track_id: TrackId | None = None
    ) -> VerifiedStretch:
        """Note that frames first..last are right, of all tracks or of one.

        Raises:
            UserError: nothing is tracked there yet.
        """
        return self.verify_all(run_id, [(track_id, first, last)])[0]

    def verify_all(
        self, run_id: RunId, scopes: Sequence[tuple[TrackId | None, int, int]]
    ) -> list[VerifiedStretch]:
        """Note that several stretches are right, as one verdict.

        Args:
            run_id: of the layer.
            scopes: track (None for all), first and last frame of each.

        Raises:
            UserError: nothing is tracked there yet; nothing has changed.
        """
        with self._database.writing() as connection:
            made, replaced = verified.verify(connection, run_id, scopes, author=self.author)
            verdicts.give_verdict(
                connection,
                VerdictKind.VERIFIED,
                title=verified.title_of(connection, made, verified=True),
                run_id=run_id,
                author=self.author,
                after_edit_id=steps.newest_edit(connection),
                given=Judged(stretches=[one.stretch_id for one in made]),
                ended=Judged(stretches=replaced),
            )
            return made

    def unverify(self, *stretch_ids: int) -> None:
        """Take verified stretches of one run back, as one verdict; those that are gone stay so."""
        with self._database.writing() as connection:
            gone = verified.stretches_that_count(connection, stretch_ids)
            if gone:
                verdicts.give_verdict(
                    connection,
                    VerdictKind.UNVERIFIED,
                    title=verified.title_of(connection, gone, verified=False),
                    run_id=gone[0].run_id,
                    author=self.author,
                    after_edit_id=steps.newest_edit(connection),
                    ended=Judged(stretches=[one.stretch_id for one in gone]),
                )

    def verdicts(self, video_id: VideoId) -> list[Verdict]:
        """Return all verdicts about a video, oldest first, also those that count no longer."""
        with self._database.reading() as connection:
            return verdict_list.list_verdicts(connection, video_id)

    def verdict(self, verdict_id: int) -> Verdict:
        """Return one verdict."""
        with self._database.reading() as connection:
            return verdict_list.verdict_with_id(connection, verdict_id)

    def take_verdict_back(self, verdict_id: int) -> Verdict:
        """Undo a verdict, the first of `steps`, and return it.

        Raises:
            UserError: it counts no longer.
        """
        return self._turn(verdict_id, undone=True)

    def give_verdict_again(self, verdict_id: int) -> Verdict:
        """Redo a verdict, the second of `steps`, and return it.

        Raises:
            UserError: something else was done instead.
        """
        return self._turn(verdict_id, undone=False)

    def _turn(self, verdict_id: int, *, undone: bool) -> Verdict:
        with self._database.writing() as connection:
            if not verdicts.turn_verdict(connection, verdict_id, undone=undone):
                raise UserError(
                    "Something else was done meanwhile, in another window perhaps.",
                    "See the history for what counts now.",
                )
            return verdict_list.verdict_with_id(connection, verdict_id)

    @property
    def newest_edit(self) -> int:
        """Return the newest edit that counts, 0 for none: a verdict given now comes after it."""
        with self._database.reading() as connection:
            return steps.newest_edit(connection)

    def steps(self) -> tuple[Step | None, Step | None]:
        """Return what was done last and what was taken back last, be it an edit or a verdict."""
        with self._database.reading() as connection:
            return steps.last_step(connection), steps.next_step(connection)
