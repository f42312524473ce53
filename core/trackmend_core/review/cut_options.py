"""What may have happened at a cut of a track, kept track by track while others are edited."""

from typing import Final

from trackmend_core.review.alternatives import (
    HANDOVER_S,
    STUB_S,
    Alternative,
    Place,
    hand_overs,
    is_near,
    nothing,
    sides,
    split,
    swap,
)
from trackmend_core.review.contacts import Neighbours
from trackmend_core.review.cuts import Cut
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.switches import HOPELESS, named
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId

_MOST_PARTNERS: Final = 6


class CutOptions:
    """The explanations of one exact cut through a track that itself does not change.

    Each other track is compared once, and again only after an edit has touched it: in a crowd a cut
    has dozens of others beside it, of which an edit touches two.
    """

    def __init__(self, judge: Judge, track: TrackView, cut: Cut) -> None:
        self._judge = judge
        self._track = track
        self._cut = cut
        self.frame = int(track.frames[cut.row])
        self._place = Place.clean(self.frame)
        mine = sides(judge, track, self._place)
        cleft = split(judge, track, self._place)
        assert mine is not None
        assert cleft is not None
        self._before, self._after = mine
        self._cleft = cleft
        self._last_before = int(track.frames[track.index_at(self.frame) - 1])
        self._swaps: dict[TrackId, tuple[int, Alternative | None]] = {}
        self._partners: dict[TrackId, tuple[int, bool]] = {}
        self._hand_overs: dict[TrackId, tuple[int, Alternative | None]] = {}

    def look(self, neighbours: Neighbours) -> Finding | None:
        """Return what may have happened; None if nothing is likely enough."""
        judge, track = self._judge, self._track
        options = [nothing(self.frame)]
        if self._cleft.gain_boxes > STUB_S * judge.scene.frame_rate:
            options.append(self._cleft)
        there = neighbours.across(self.frame, but=track.track_id)
        beside = [other for other in there if self._is_partner(other)]
        options += [one for other in beside[:_MOST_PARTNERS] if (one := self._swap(other))]
        nearby = neighbours.ending_or_beginning(
            self._last_before,
            self.frame,
            reach=HANDOVER_S * judge.scene.frame_rate,
            but=track.track_id,
        )
        options += [one for other in nearby if (one := self._hand_over(other))]
        alternatives = ordered([one for one in options if one.score > HOPELESS])
        finding = named(judge, track, self._cut, alternatives)
        return finding if finding.repair.score > HOPELESS else None

    def _is_partner(self, other: TrackView) -> bool:
        """Return whether another track was near enough to have changed places with this one."""
        version, known = self._judge.version(other), self._partners.get(other.track_id)
        if known is None or known[0] != version:
            of_other = sides(self._judge, other, self._place)
            rate = self._judge.scene.frame_rate
            is_one = of_other is not None and (
                is_near(self._before, of_other[1], frame_rate=rate)
                or is_near(of_other[0], self._after, frame_rate=rate)
            )
            known = self._partners[other.track_id] = (version, is_one)
        return known[1]

    def _swap(self, other: TrackView) -> Alternative | None:
        version, known = self._judge.version(other), self._swaps.get(other.track_id)
        if known is None or known[0] != version:
            since = self._last_before + 1
            exchanged = swap(
                self._judge, self._track, other, first=since, last=self.frame, place=self._place
            )
            known = self._swaps[other.track_id] = (version, exchanged)
        return known[1]

    def _hand_over(self, other: TrackView) -> Alternative | None:
        """Return that a side belongs to a track that ends or begins here, near enough to matter."""
        version, known = self._judge.version(other), self._hand_overs.get(other.track_id)
        if known is None or known[0] != version:
            judge, rate = self._judge, self._judge.scene.frame_rate
            found: list[Alternative] = []
            if is_near(judge.before(other, len(other)), self._after, frame_rate=rate) or is_near(
                self._before, judge.after(other, 0), frame_rate=rate
            ):
                found = hand_overs(judge, self._track, self._place, [other])
            known = self._hand_overs[other.track_id] = (version, found[0] if found else None)
        return known[1]
