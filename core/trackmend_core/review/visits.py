"""A stretch in the middle of a track that is somebody else's: before and after it is one person.

Whose it is decides what is proposed. Somebody whose track lacks these frames gets them; two people
who traded places for a while trade back; only if nobody fits a new track is made, which by itself
leaves the person it is of with one track more.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from trackmend_core.project.edits import NEW_TRACK, ReassignBoxes, ReassignPieces, SwapTracks
from trackmend_core.review.alternatives import HANDOVER_S, HOPELESS, Alternative, is_near
from trackmend_core.review.contacts import Neighbours
from trackmend_core.review.cuts import LEAST_BOXES
from trackmend_core.review.judge import Judge
from trackmend_core.review.kept_by_track import KeptByTrack
from trackmend_core.review.kinds import Action
from trackmend_core.review.links import Link
from trackmend_core.review.swap_frame import swap_frame
from trackmend_core.review.track_view import TrackView

MOST_CUTS_ON: Final = 4
"""A visit ends at one of the next cuts."""

_NOBODYS: Final = 8.0
"""Cost of the explanation that a stretch is of nobody around: its links are read from the same few
boxes, so their sum claims too much, and a new track by itself mends next to nothing."""

_MOST_AT_HOME: Final = 0.0
"""A stretch that fits its own track better than this at either end is no visit."""

_SEARCHED_S: Final = 0.2
"""Where two trade places, both tracks tell when; so long before and after one changes."""

_BESIDE: Final = 0.6
"""A track that has boxes in so many of a stretch's frames may have traded places with it."""


class Visit:
    """One stretch of a track that itself does not change, and whose it may be."""

    def __init__(self, judge: Judge, track: TrackView, row: int, row_end: int) -> None:
        self._judge = judge
        self._track = track
        self._rows = (row, row_end)
        self.first, self.last = int(track.frames[row]), int(track.frames[row_end - 1])
        self._until = int(track.frames[row_end])
        self._before, self._after = judge.before(track, row), judge.after(track, row_end)
        self._stay = judge.both_ends(track, row, row_end)
        self._links = {
            "self": judge.link(self._before, self._stay[0]),
            "returns": judge.link(self._stay[1], self._after),
            "joins": judge.link(self._before, self._after),
        }
        goes, returns, joins = (link.score for link in self._links.values())
        self._score, self._stays = joins - goes - returns, -goes - returns
        self.is_likely = max(goes, returns) < _MOST_AT_HOME
        self._gain = min(row_end - row, len(track) - (row_end - row))
        piece = (track.track_id, self.first, self.last, NEW_TRACK)
        self._nobodys = Alternative(
            action=Action.REASSIGN,
            score=self._score - _NOBODYS,
            frame=self.first,
            until=self._until,
            edit=ReassignPieces(pieces=(piece,), reason=""),
            links=self._links,
            gain_boxes=self._gain,
        )
        self._kept: KeptByTrack[Alternative | None] = KeptByTrack(judge)

    def options(self, neighbours: Neighbours) -> Iterator[Alternative]:
        """Give the possibilities: a person of its own, or somebody who has a track already.

        Of the latter only those that are not hopeless.
        """
        yield self._nobodys
        for other in self._around(neighbours):
            option = self._kept.of(other, self._given_to)
            if option is not None:
                yield option

    def _around(self, neighbours: Neighbours) -> Iterable[TrackView]:
        boxes = self._track.boxes_xyxy[slice(*self._rows)]
        margin = float(self._track.heights[slice(*self._rows)].max())
        x1, y1 = (boxes[:, :2].min(axis=0) - margin).tolist()
        x2, y2 = (boxes[:, 2:].max(axis=0) + margin).tolist()
        reach = round(HANDOVER_S * self._judge.scene.frame_rate)
        return neighbours.around(
            first_frame=self.first - reach,
            last_frame=self.last + reach,
            box_xyxy=(x1, y1, x2, y2),
            but=self._track.track_id,
        )

    def _given_to(self, other: TrackView) -> Alternative | None:
        low, high = other.index_at(self.first), other.index_at(self.last + 1)
        if low == high:
            return self._to_absent(other, low)
        is_beside = high - low >= _BESIDE * (self._rows[1] - self._rows[0])
        if is_beside and min(low, high - low, len(other) - high) >= LEAST_BOXES:
            return self._traded_with(other, low, high)
        return None

    def _to_absent(self, other: TrackView, row: int) -> Alternative | None:
        """Return that the stretch is of somebody who has no box meanwhile."""
        judge, rate = self._judge, self._judge.scene.frame_rate
        reach = HANDOVER_S * rate
        came = went = None
        if row > 0 and self.first - int(other.frames[row - 1]) <= reach:
            end = judge.before(other, row)
            if is_near(end, self._stay[0], frame_rate=rate):
                came = judge.link(end, self._stay[0])
        if row < len(other) and int(other.frames[row]) - self.last <= reach:
            end = judge.after(other, row)
            if is_near(self._stay[1], end, frame_rate=rate):
                went = judge.link(self._stay[1], end)
        if came is None and went is None:
            return None
        gained = sum(one.score for one in (came, went) if one is not None)
        if 0 < row < len(other):
            gained -= max(0.0, judge.link(judge.before(other, row), judge.after(other, row)).score)
        if self._score + gained <= HOPELESS:
            return None
        return Alternative(
            action=Action.REASSIGN,
            score=self._score + gained,
            frame=self.first,
            until=self._until,
            edit=ReassignBoxes(
                track_id=self._track.track_id,
                to_track_id=other.track_id,
                first_frame=self.first,
                last_frame=self.last,
            ),
            partner=other.track_id,
            links=self._named(came, went),
            gain_boxes=self._gain,
        )

    def _traded_with(self, other: TrackView, low: int, high: int) -> Alternative | None:
        """Return that two tracks traded places at the beginning and traded back at the end."""
        judge, rate = self._judge, self._judge.scene.frame_rate
        before, after = judge.before(other, low), judge.after(other, high)
        stay = judge.both_ends(other, low, high)
        if not is_near(self._before, stay[0], frame_rate=rate):
            return None
        mine = judge.link(self._before, stay[0]), judge.link(stay[1], self._after)
        theirs = judge.link(before, self._stay[0]), judge.link(self._stay[1], after)
        now = judge.link(before, stay[0]), judge.link(stay[1], after)
        gained = sum(one.score for one in (*mine, *theirs)) - sum(one.score for one in now)
        if self._stays + gained <= HOPELESS:
            return None
        reach = max(1, round(_SEARCHED_S * rate))
        first, until = (
            swap_frame(
                judge,
                self._track,
                other,
                first=max(1, frame - reach),
                last=frame + reach,
                sides=sides,
            )[0]
            for frame, sides in (
                (self.first, (self._before, self._stay[0], before, stay[0])),
                (self._until, (self._stay[1], self._after, stay[1], after)),
            )
        )
        if until <= first:
            first, until = self.first, self._until
        return Alternative(
            action=Action.SWAP,
            score=self._stays + gained,
            frame=first,
            until=until,
            edit=SwapTracks(
                track_a=self._track.track_id,
                track_b=other.track_id,
                first_frame=first,
                last_frame=until - 1,
            ),
            partner=other.track_id,
            links=self._named(*theirs),
            gain_boxes=min(
                2 * (self._rows[1] - self._rows[0]), len(self._track) - self._rows[1] + len(other)
            ),
        )

    def _named(self, came: Link | None, went: Link | None) -> dict[str, Link]:
        """Return the links by name; "partner_joins" is the clearer of those to the other track."""
        clearer = max((one for one in (came, went) if one is not None), key=lambda one: one.cosine)
        return self._links | {"partner_joins": clearer}


class Visits:
    """The visits to one track, kept while it does not change itself."""

    def __init__(self, judge: Judge, track: TrackView) -> None:
        self._judge = judge
        self._track = track
        self._known: dict[tuple[int, int], Visit | None] = {}

    def since(self, first: int, ends: Sequence[int], neighbours: Neighbours) -> list[Alternative]:
        """Return the likeliest possibility of each kind that a cut begins a visit.

        Args:
            first: frame behind the cut.
            ends: frames behind the cuts that come later, at one of which the track may return.
            neighbours: finds the tracks around.
        """
        visits = [self._visit(first, end) for end in ends[:MOST_CUTS_ON]]
        options = [one for visit in visits if visit for one in visit.options(neighbours)]
        best: dict[bool, Alternative] = {}
        for one in options:
            has_partner = one.partner is not None
            if has_partner not in best or one.score > best[has_partner].score:
                best[has_partner] = one
        return list(best.values())

    def _visit(self, first: int, end: int) -> Visit | None:
        if (first, end) not in self._known:
            track = self._track
            row, row_end = track.index_at(first), track.index_at(end)
            has_room = min(row, row_end - row, len(track) - row_end) >= LEAST_BOXES
            visit = Visit(self._judge, track, row, row_end) if has_room else None
            self._known[first, end] = visit if visit is not None and visit.is_likely else None
        return self._known[first, end]
