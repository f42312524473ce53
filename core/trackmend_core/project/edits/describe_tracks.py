"""Give tracks a label and attributes."""

from collections.abc import Mapping
from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import one_run_of, say_tracks
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId

LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeTracks:
    """Set the label, the attributes (name to value, both text), or both; None leaves them."""

    track_ids: tuple[TrackId, ...]
    label: str | None = None
    attributes: Mapping[str, str] | None = None

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Label track 3 “goalkeeper”"."""
        tracks = say_tracks(names, self.track_ids)
        if self.label is None:
            return f"Set the attributes of {tracks}"
        if not self.label.strip():
            return f"Take the label of {tracks} away"
        return f"Label {tracks} “{self.label.strip()}”"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the tracks."""
        return one_run_of(transaction, self.track_ids)

    def apply(self, transaction: Transaction) -> None:
        """Write label and attributes.

        Raises:
            UserError: a name without letters, or a text that is too long.
        """
        one_run_of(transaction, self.track_ids)
        label = None if self.label is None else self.label.strip()
        attributes = None if self.attributes is None else dict(self.attributes)
        texts = [label or "", *(attributes or {}), *(attributes or {}).values()]
        if any(not isinstance(text, str) or len(text) > LONGEST for text in texts):
            raise UserError(
                f"A label or attribute has at most {LONGEST} letters.", "Shorten the text."
            )
        if any(not name.strip() for name in attributes or {}):
            raise UserError("An attribute needs a name.", "Name it, or remove its line.")
        for track_id in self.track_ids:
            transaction.describe_track(track_id, label=label, attributes=attributes)
