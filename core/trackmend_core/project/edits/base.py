"""What every user edit is: a frozen value with a title, applied inside one transaction."""

from typing import Protocol, runtime_checkable

from trackmend_core.project.transaction import Transaction
from trackmend_core.types import BoxId, RunId, TrackId


class Names(Protocol):
    """Says rows in the user's words, for titles."""

    def track(self, track_id: TrackId, /) -> str:
        """Return, say, "track 7"."""
        ...

    def box(self, box_id: BoxId, /) -> str:
        """Return, say, "the box of track 7 in frame 120"."""
        ...


class PlainNames:
    """Names for a title without a project at hand."""

    def track(self, _track_id: TrackId, /) -> str:
        """Return words that hold for any track."""
        return "a track"

    def box(self, _box_id: BoxId, /) -> str:
        """Return words that hold for any box."""
        return "a box"


PLAIN_NAMES = PlainNames()


@runtime_checkable
class Edit(Protocol):
    """One thing a person does to the layer of a run.

    An edit is a frozen dataclass whose fields are JSON values. It has no undo: the log has.
    """

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return what it does, in the user's words."""
        ...

    def run_of(self, transaction: Transaction, /) -> RunId:
        """Return the run whose layer it changes.

        Raises:
            UserError: what it points at is gone.
        """
        ...

    def apply(self, transaction: Transaction) -> None:
        """Check everything, then change the layer.

        Raises:
            UserError: it cannot be done, with what to do instead; nothing has changed then.
        """
        ...
