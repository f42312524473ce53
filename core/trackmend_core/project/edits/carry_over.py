"""Say of one run, in one step, what a person had said of an earlier run of the same video."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId

CarriedStep = tuple[str, Mapping[str, Any]]
"""Name and fields of an edit; Any: values of JSON."""
CarriedSpan = tuple[str, int, int, tuple[TrackId, ...]]
"""Kind of an edit, first and last frame that it changed (0-based), and whose boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryOver:
    """Many small edits as one: each finds what the ones before it left.

    Attributes:
        run_id: the newer run.
        from_run: the run that was corrected.
        steps: edits by kind and fields, in order.
        spans: what each of them changed, for whoever learns from it later.
    """

    run_id: RunId
    from_run: RunId
    steps: tuple[CarriedStep, ...]
    spans: tuple[CarriedSpan, ...]

    def title(self, names: Names = PLAIN_NAMES) -> str:  # noqa: ARG002 - part of the seam
        """Return, say, "Carry over 12 corrections of run 3"."""
        count = len(self.steps)
        corrections = "1 correction" if count == 1 else f"{count:,} corrections"
        return f"Carry over {corrections} of run {self.from_run}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the newer run."""
        transaction.frame_size(self.run_id)
        return self.run_id

    def apply(self, transaction: Transaction) -> None:
        """Do every step.

        Raises:
            UserError: there is none, or one does not fit any more.
        """
        # The list of edits names this one, so it can only be looked at from inside.
        from trackmend_core.project.edits import from_payload

        if not self.steps:
            raise UserError("Nothing needs carrying over.", "The newer run is right already.")
        for kind, payload in self.steps:
            edit = from_payload(kind, payload)
            if edit.run_of(transaction) != self.run_id:
                raise UserError("A correction points into another run.", "Look once more.")
            edit.apply(transaction)
