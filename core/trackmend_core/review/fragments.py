"""Finds tracks that belong together: a death and a birth, however long the gap, or a filled gap."""

from typing import Final

from trackmend_core.project.edits import Edit, MergeTracks, SwapTracks
from trackmend_core.review.alternatives import Alternative, nothing
from trackmend_core.review.cuts import LEAST_BOXES
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.review.likely_pairs import LikelyPairs, Pair
from trackmend_core.review.links import Link
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId

_SHOWN: Final = 0.0


class Fragments:
    """Judges pairs of tracks; pairs without a touched track are judged only once."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._links: dict[Pair, Link | None] = {}
        self._known: dict[tuple[Link, Link | None], Finding] = {}
        self._pairs: LikelyPairs | None = None
        self._touched: frozenset[TrackId] = frozenset()
        self._found: list[Finding] | None = None

    def forget(self, tracks: frozenset[TrackId]) -> None:
        """Drop what is known of tracks that changed."""
        self._touched |= tracks
        self._found = None
        self._links = {
            pair: link
            for pair, link in self._links.items()
            if pair[0] not in tracks and pair[1] not in tracks
        }

    def findings(self) -> list[Finding]:
        """Return the pairs that belong together, each track at most once at either end."""
        if self._found is not None:
            return self._found
        tracks = self._judge.scene.tracks
        if self._pairs is None:
            self._pairs = LikelyPairs(self._judge)
        else:
            self._pairs.update(self._touched)
        self._touched = frozenset()
        pairs = [(tracks[one], tracks[other]) for one, other in self._pairs]
        judged = ((self._link(one, other), one, other) for one, other in pairs)
        scored = [(link, one, other) for link, one, other in judged if link is not None]
        scored.sort(key=lambda item: -item[0].score)
        rivals: dict[tuple[str, TrackId], list[tuple[Link, TrackView, TrackView]]] = {}
        for item in scored:
            rivals.setdefault(("ends", item[1].track_id), []).append(item)
            rivals.setdefault(("begins", item[2].track_id), []).append(item)
        found: list[Finding] = []
        kept: dict[tuple[Link, Link | None], Finding] = {}
        taken: set[tuple[str, TrackId]] = set()
        for link, one, other in scored:
            places = {("ends", one.track_id), ("begins", other.track_id)}
            if link.score < _SHOWN or taken & places:
                continue
            taken |= places
            others = [item for place in places for item in rivals[place] if item[0] is not link]
            strongest = max(others, key=lambda item: item[0].score, default=None)
            # The same links say the same, so that what is known of a finding can be kept.
            key = (link, None if strongest is None else strongest[0])
            kept[key] = self._known.get(key) or _finding(link, one, other, strongest)
            found.append(kept[key])
        self._known, self._found = kept, found
        return found

    def _link(self, one: TrackView, other: TrackView) -> Link | None:
        """Return the link of two tracks; None if they lie side by side too long for one."""
        pair = (one.track_id, other.track_id)
        if pair not in self._links:
            judge = self._judge
            rows = _rows(one, other)
            enough = min(rows[0], len(other) - rows[1]) >= (
                1 if rows == (len(one), 0) else LEAST_BOXES
            )
            self._links[pair] = (
                judge.link(judge.before(one, rows[0]), judge.after(other, rows[1]))
                if enough
                else None
            )
        return self._links[pair]


def _finding(
    link: Link,
    one: TrackView,
    other: TrackView,
    strongest: tuple[Link, TrackView, TrackView] | None,
) -> Finding:
    options = [_merge(link, one, other), nothing(other.first_frame)]
    if strongest is not None:
        options.append(_merge(*strongest))
    rival = 0.0 if strongest is None else max(0.0, strongest[0].score)
    return Finding(
        kind=SuspicionKind.FRAGMENTATION,
        tracks=(one.track_id, other.track_id),
        frame=other.first_frame,
        first_frame=one.last_frame,
        last_frame=other.first_frame,
        alternatives=ordered(options),
        evidence={
            "similarity_joins": round(link.cosine, 4),
            "score_joins": round(link.score, 4),
            "gap_frames": link.gap,
            "miss_heights": round(link.miss, 4),
            "turn_heights_per_s": round(link.turn, 4),
            "rival_score": round(rival, 4),
            "shorter_side": float(min(len(one), len(other))),
            "overlap_frames": float(max(0, one.last_frame - other.first_frame + 1)),
        },
    )


def _rows(one: TrackView, other: TrackView) -> tuple[int, int]:
    """Return the row at which the first track ends, and that at which the second begins.

    Where the first runs on beside the second for a while, its last boxes are taken for strays.
    """
    return one.index_at(other.first_frame), 0


def _merge(link: Link, one: TrackView, other: TrackView) -> Alternative:
    edit: Edit = MergeTracks(keep=one.track_id, absorb=other.track_id)
    action, strays = Action.MERGE, len(one) - _rows(one, other)[0]
    if strays:
        edit = SwapTracks(
            track_a=one.track_id, track_b=other.track_id, first_frame=other.first_frame
        )
        action = Action.SWAP
    return Alternative(
        action=action,
        score=link.score,
        frame=other.first_frame,
        edit=edit,
        partner=other.track_id,
        links={"joins": link},
        gain_boxes=min(len(one) - strays, len(other)),
    )
