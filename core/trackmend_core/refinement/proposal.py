"""What the refinement proposes: items to choose from, each with its evidence, and one edit."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from trackmend_core.errors import UserError
from trackmend_core.project.edits.refine_tracks import FilledGap, RefineTracks
from trackmend_core.refinement.gaps import Filling
from trackmend_core.types import RunId, TrackId


class ItemKind(StrEnum):
    """What an item would do."""

    LINK = "link"
    GAP = "gap"
    DUPLICATE = "duplicate"
    GHOST = "ghost"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementItem:
    """One proposal.

    Attributes:
        key: names it within the proposal, such as "link 7 12".
        kind: what it does.
        tracks: a link: the earlier and the later; else the one that is changed first.
        frames: first and last frame to look at, 0-based.
        reasons: why, in the user's words, a sentence each.
        evidence: numbers behind the sentence.
        filling: boxes for the gap, if it is to be filled.
    """

    key: str
    kind: ItemKind
    tracks: tuple[TrackId, ...]
    frames: tuple[int, int]
    reasons: tuple[str, ...]
    evidence: dict[str, float]
    filling: Filling | None = None

    @property
    def sentence(self) -> str:
        """Return all reasons in one piece."""
        return " ".join(self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementProposal:
    """All items for one run. Nothing is changed before `edit` is given to the project.

    Attributes:
        run_id: whose tracks.
        items: links, gaps, duplicates, ghosts, each by frame.
    """

    run_id: RunId
    items: tuple[RefinementItem, ...]

    def edit(self, keys: Collection[str] | None = None) -> RefineTracks:
        """Return the edit that does the chosen items, all of them without `keys`.

        Raises:
            UserError: nothing is chosen, or a key is unknown.
        """
        known = {item.key for item in self.items}
        unknown = sorted(set(keys or ()) - known)
        if unknown:
            raise UserError(f"There is no proposal “{unknown[0]}”.", "Refine once more.")
        chosen = [item for item in self.items if keys is None or item.key in keys]
        if not chosen:
            raise UserError("Nothing is chosen.", "Choose at least one proposal.")
        links = [item for item in chosen if item.kind is ItemKind.LINK]
        chains = _chains([(item.tracks[0], item.tracks[1]) for item in links])
        kept_by = {track_id: chain[0] for chain in chains for track_id in chain}
        deleting = (ItemKind.DUPLICATE, ItemKind.GHOST)
        delete = dict.fromkeys(item.tracks[0] for item in chosen if item.kind in deleting)
        return RefineTracks(
            chains=tuple(chains),
            gaps=tuple(
                _gap(kept_by.get(item.tracks[0], item.tracks[0]), item.filling)
                for item in chosen
                if item.filling is not None and item.tracks[0] not in delete
            ),
            delete=tuple(delete),
        )


def _gap(track_id: TrackId, filling: Filling) -> FilledGap:
    return track_id, filling.frames, filling.boxes_xyxy, filling.scores


def _chains(links: list[tuple[TrackId, TrackId]]) -> list[tuple[TrackId, ...]]:
    """Return the chains that links form; every track has at most one successor and predecessor."""
    successor = dict(links)
    followers = set(successor.values())
    chains = []
    for first in successor:
        if first in followers:
            continue
        chain = [first]
        while chain[-1] in successor:
            chain.append(successor[chain[-1]])
        chains.append(tuple(chain))
    return chains
