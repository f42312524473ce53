"""What may have happened at a cut of a track, kept track by track while others are edited."""

from typing import Final

from trackmend_core.review.alternatives import (
    HANDOVER_S,
    HOPELESS,
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
from trackmend_core.review.kept_by_track import KeptByTrack
from trackmend_core.review.switches import named
from trackmend_core.review.track_view import TrackView

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
        self._nothing = nothing(self.frame)
        self._likely: list[Alternative] = []
        self._finding: Finding | None = None
        self._partners: KeptByTrack[bool] = KeptByTrack(judge)
        self._swaps: KeptByTrack[Alternative | None] = KeptByTrack(judge)
        self._hand_overs: KeptByTrack[Alternative | None] = KeptByTrack(judge)

    @property
    def span(self) -> tuple[int, int]:
        """Return the last frame before the cut and the first behind it; a gap may be long."""
        return self._last_before, self.frame

    def look(self, neighbours: Neighbours) -> Finding | None:
        """Return what may have happened; None if nothing is likely enough."""
        judge, track = self._judge, self._track
        options: list[Alternative | None] = [self._nothing]
        if self._cleft.gain_boxes > STUB_S * judge.scene.frame_rate:
            options.append(self._cleft)
        there = neighbours.across(self.frame, but=track.track_id)
        beside = [other for other in there if self._partners.of(other, self._is_partner)]
        options += [self._swaps.of(other, self._swap) for other in beside[:_MOST_PARTNERS]]
        nearby = neighbours.ending_or_beginning(
            self._last_before,
            self.frame,
            reach=HANDOVER_S * judge.scene.frame_rate,
            but=track.track_id,
        )
        options += [self._hand_overs.of(other, self._hand_over) for other in nearby]
        likely = [one for one in options if one is not None and one.score > HOPELESS]
        if likely != self._likely:  # the same explanations make the same finding
            finding = named(judge, track, self._cut, ordered(likely))
            self._finding = finding if finding.repair.score > HOPELESS else None
            self._likely = likely
        return self._finding

    def _is_partner(self, other: TrackView) -> bool:
        """Return whether another track was near enough to have changed places with this one."""
        of_other = sides(self._judge, other, self._place)
        if of_other is None:
            return False
        rate = self._judge.scene.frame_rate
        return is_near(self._before, of_other[1], frame_rate=rate) or is_near(
            of_other[0], self._after, frame_rate=rate
        )

    def _swap(self, other: TrackView) -> Alternative | None:
        since = self._last_before + 1
        return swap(
            self._judge, self._track, other, first=since, last=self.frame, place=self._place
        )

    def _hand_over(self, other: TrackView) -> Alternative | None:
        """Return that a side belongs to a track that ends or begins here, near enough to matter."""
        judge, rate = self._judge, self._judge.scene.frame_rate
        if not (
            is_near(judge.before(other, len(other)), self._after, frame_rate=rate)
            or is_near(self._before, judge.after(other, 0), frame_rate=rate)
        ):
            return None
        found = hand_overs(judge, self._track, self._place, [other])
        return found[0] if found else None
