"""The places in one track where it may follow somebody else, kept while others are edited."""

from collections.abc import Sequence

from trackmend_core.review.alternatives import HANDOVER_S, HOPELESS, Alternative
from trackmend_core.review.contacts import Neighbours
from trackmend_core.review.cut_options import CutOptions
from trackmend_core.review.cuts import find_cuts
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.switches import exact_cut, named
from trackmend_core.review.track_view import TrackView
from trackmend_core.review.visits import Visits

Span = tuple[int, int]
"""First and last frame of a track, before or after an edit."""

_Visited = tuple[list[Alternative], Finding, Finding]
"""Visits from a cut, what was found there without them, and with them."""


class TrackChanges:
    """What was found at each cut of a track that itself does not change.

    After an edit of other tracks only the cuts are looked at anew that lie where those live: a long
    track has hundreds of cuts.
    """

    def __init__(self, judge: Judge, track: TrackView) -> None:
        self._judge = judge
        self._track = track
        self._cuts = find_cuts(judge.looks, track, judge.scale)
        exact = (exact_cut(judge, track, cut) for cut in self._cuts)
        self._exact = [None if cut is None else CutOptions(judge, track, cut) for cut in exact]
        self._found: list[Finding | None] = [None] * len(self._cuts)
        self._visits = Visits(judge, track)
        self._visited: dict[int, _Visited] = {}

    def look(self, neighbours: Neighbours, spans: Sequence[Span] | None = None) -> list[Finding]:
        """Look at the cuts near one of the spans, at all without any, and return what was found."""
        reach = HANDOVER_S * self._judge.scene.frame_rate
        for place, known in enumerate(self._exact):
            if known is None:
                continue
            first, last = known.span
            if spans is None or any(a - reach <= last and first <= b + reach for a, b in spans):
                self._found[place] = known.look(neighbours)
        frames = [one.frame for one in self._found if one is not None]
        found = []
        for place, finding in enumerate(self._found):
            if finding is not None:
                ends = sorted(frame for frame in frames if frame > finding.frame)
                visits = self._visits.since(finding.frame, ends, neighbours)
                likely = [one for one in visits if one.score > HOPELESS]
                found.append(self._with_visits(place, finding, likely) if likely else finding)
        return found

    def _with_visits(self, place: int, finding: Finding, likely: list[Alternative]) -> Finding:
        """Return what was found at a cut with the visits as explanations, too."""
        known = self._visited.get(place)
        if known is None or known[0] != likely or known[1] is not finding:
            options = ordered([*likely, *finding.alternatives])
            told = named(self._judge, self._track, self._cuts[place], options)
            known = self._visited[place] = (likely, finding, told)
        return known[2]
