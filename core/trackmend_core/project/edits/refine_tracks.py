"""Take over what the offline refinement proposed: merges, filled gaps and deletions as one step."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import one_run_of
from trackmend_core.project.edits.delete_tracks import DeleteTracks
from trackmend_core.project.edits.merge_many import MergeMany
from trackmend_core.project.edits.place_boxes import PlaceBoxes
from trackmend_core.project.records import BoxXyxy
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId

FilledGap = tuple[TrackId, tuple[int, ...], tuple[BoxXyxy, ...], tuple[float, ...]]
"""Track, frames (0-based, rising), boxes in source pixels, scores 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefineTracks:
    """Merge chains of tracks, fill gaps, delete tracks; in this order, so gaps name kept tracks.

    Attributes:
        chains: tracks of one person in the order of time; the first keeps its number.
        gaps: boxes between others of a track; a box by a person is never replaced.
        delete: tracks that are double or of nobody.
    """

    chains: tuple[tuple[TrackId, ...], ...] = ()
    gaps: tuple[FilledGap, ...] = ()
    delete: tuple[TrackId, ...] = ()

    def title(self, names: Names = PLAIN_NAMES) -> str:  # noqa: ARG002 - part of the seam
        """Return, say, "Refine: 4 links, 2 filled gaps, 1 deleted track"."""
        links = sum(len(chain) - 1 for chain in self.chains)
        gaps, gone = len(self.gaps), len(self.delete)
        parts = [
            (links, "1 link" if links == 1 else f"{links} links"),
            (gaps, "1 filled gap" if gaps == 1 else f"{gaps} filled gaps"),
            (gone, "1 deleted track" if gone == 1 else f"{gone} deleted tracks"),
        ]
        return f"Refine: {', '.join(text for count, text in parts if count)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of all tracks."""
        return one_run_of(transaction, tuple(dict.fromkeys(self._tracks())))

    def apply(self, transaction: Transaction) -> None:
        """Do all of it.

        Raises:
            UserError: nothing is chosen, or the tracks changed since and it no longer fits.
        """
        if not (self.chains or self.gaps or self.delete):
            raise UserError("Nothing is chosen.", "Choose at least one proposal.")
        self.run_of(transaction)
        for chain in self.chains:
            MergeMany(keep=chain[0], absorb=chain[1:]).apply(transaction)
        for track_id, frames, boxes_xyxy, scores in self.gaps:
            PlaceBoxes(
                track_id=track_id,
                frames=frames,
                boxes_xyxy=boxes_xyxy,
                scores=scores,
                detection_ids=(None,) * len(frames),
            ).apply(transaction)
        if self.delete:
            DeleteTracks(track_ids=self.delete).apply(transaction)

    def _tracks(self) -> list[TrackId]:
        chained = [track_id for chain in self.chains for track_id in chain]
        return [*chained, *(gap[0] for gap in self.gaps), *self.delete]
