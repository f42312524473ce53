"""Edits that a person makes by hand, told apart from those that come as proposals of many."""

from trackmend_app.session import Session
from trackmend_core.project import Changes
from trackmend_core.project.edits import Edit
from trackmend_core.types import RunId


class ByHand:
    """Makes edits of a session, and says meanwhile which is being made.

    A person who splits, joins or swaps tracks by hand has looked at the place: the review queue
    does not propose the opposite afterwards. Dry runs and corrections that are carried over are
    taken over many at a time, and settle nothing.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._making: Edit | None = None
        self._kept: list[tuple[Changes, Edit]] = []

    @property
    def making(self) -> Edit | None:
        """Return the edit whose changes the session is telling of just now."""
        return self._making

    def keep(self, changes: Changes) -> None:
        """Keep what is being made for a queue that is looked at later, when its run has ended."""
        if self._making is not None:
            self._kept.append((changes, self._making))

    def forget(self) -> None:
        """Keep nothing: the project is closed."""
        self._kept.clear()

    def take_kept(self, run_id: RunId) -> list[tuple[Changes, Edit]]:
        """Hand out what was kept of a run, and keep it no more."""
        mine = [one for one in self._kept if one[0].run_id == run_id]
        self._kept = [one for one in self._kept if one[0].run_id != run_id]
        return mine

    def edit(self, edit: Edit) -> Changes:
        """Apply one edit; see `Session.edit`.

        Raises:
            UserError: the edit is impossible; nothing has changed.
        """
        self._making = edit
        try:
            return self._session.edit(edit)
        finally:
            self._making = None
