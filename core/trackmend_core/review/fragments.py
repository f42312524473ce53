"""Finds tracks that belong together: a death and a birth, however long the gap, or a filled gap."""

from collections.abc import Mapping
from math import log
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
_PER_LOG_GAP: Final = 0.5
"""The longer a gap, the more people could have come in it who look like that."""

_Linked = tuple[Link, Pair]


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
        known = self._links
        for pair in (pairs := list(self._pairs)):
            if pair not in known:
                known[pair] = self._link(tracks[pair[0]], tracks[pair[1]])
        likely = [(link, pair) for pair in pairs if (link := known[pair]) is not None]
        likely.sort(key=lambda item: -_worth(item[0]))
        ending: dict[TrackId, list[_Linked]] = {}
        beginning: dict[TrackId, list[_Linked]] = {}
        for item in likely:
            for strongest, place in zip((ending, beginning), item[1], strict=True):
                # The best and the one after it: one of the two is the rival of whatever is shown.
                if len(best := strongest.setdefault(place, [])) < 2:
                    best.append(item)
        found: list[Finding] = []
        kept: dict[tuple[Link, Link | None], Finding] = {}
        ended: set[TrackId] = set()
        begun: set[TrackId] = set()
        for link, (one, other) in likely:
            if one in ended or other in begun:
                continue
            ended.add(one)
            begun.add(other)
            others = [item for item in (*ending[one], *beginning[other]) if item[0] is not link]
            rival = max(others, key=lambda item: _worth(item[0]), default=None)
            # The same links say the same, so that what is known of a finding can be kept.
            key = (link, None if rival is None else rival[0])
            kept[key] = self._known.get(key) or _finding(tracks, (link, (one, other)), rival)
            found.append(kept[key])
        self._known, self._found = kept, found
        return found

    def _link(self, one: TrackView, other: TrackView) -> Link | None:
        """Return the link of two tracks; None if it is unlikely, or they lie side by side long."""
        row, judge = _end_row(one, other), self._judge
        if min(row, len(other)) < (1 if row == len(one) else LEAST_BOXES):
            return None
        link = judge.link(judge.before(one, row), judge.after(other, 0))
        return link if link.score >= _SHOWN else None


def _worth(link: Link) -> float:
    return link.score - _PER_LOG_GAP * log(link.gap)


def _finding(
    tracks: Mapping[TrackId, TrackView], best: _Linked, strongest: _Linked | None
) -> Finding:
    link, (one, other) = best[0], (tracks[track_id] for track_id in best[1])
    others = [nothing(other.first_frame)]
    if strongest is not None:
        others.append(_merge(strongest[0], *(tracks[track_id] for track_id in strongest[1])))
    rival = 0.0 if strongest is None else strongest[0].score
    return Finding(
        kind=SuspicionKind.FRAGMENTATION,
        tracks=(one.track_id, other.track_id),
        frame=other.first_frame,
        first_frame=one.last_frame,
        last_frame=other.first_frame,
        # A rival may be worth more where one of its ends is spoken for by a better one yet.
        alternatives=(_merge(link, one, other), *ordered(others)),
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


def _end_row(one: TrackView, other: TrackView) -> int:
    """Return the row at which the first track ends.

    Where it runs on beside the second for a while, its last boxes are taken for strays.
    """
    return one.index_at(other.first_frame)


def _merge(link: Link, one: TrackView, other: TrackView) -> Alternative:
    edit: Edit = MergeTracks(keep=one.track_id, absorb=other.track_id)
    action, strays = Action.MERGE, len(one) - _end_row(one, other)
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
