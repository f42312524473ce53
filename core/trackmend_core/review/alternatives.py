"""What may have happened at a cut, each possibility scored by what it does to the likelihood.

A score is the change in the log-likelihood of all links against leaving everything as it is, so
that possibilities can be compared: "nothing" has 0, a split takes one bad link away, a swap
exchanges two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from trackmend_core.project.edits import Edit, ReassignBoxes, SplitTrack, SwapTracks
from trackmend_core.review.cuts import LEAST_BOXES
from trackmend_core.review.ends import End
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action
from trackmend_core.review.links import Link
from trackmend_core.review.swap_frame import swap_frame
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId

SMOOTHNESS_SHARE: Final = 0.5
"""The step at the cut itself is partly in the links already."""

NEAR_HEIGHTS: Final = 1.5
STUB_S: Final = 0.2
"""So little is not left behind alone: it would be one broken track more."""

VISIT: Final = "visit"

HOPELESS: Final = -6.0
"""Explanations this much worse than "nothing" are not shown."""

_SMOOTHER: Final = (-4.0, 8.0)
"""What smoother paths may say at least and at most (log-likelihood ratio)."""

HANDOVER_S: Final = 3.0
"""A track that ended longer ago is a matter for merging, not for a switch."""

NEW_TRACK_COST: Final = 2.0
"""A track out of nowhere explains less than one that is there already (log-likelihood)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Alternative:
    """One thing that may have happened.

    Attributes:
        action: what would mend it.
        score: change in log-likelihood if it is done.
        frame: from which on it is done, 0-based.
        edit: that does it; None for nothing.
        partner: the other track, if there is one.
        links: that were compared, by name: "self" and "partner_self" as they are now, "joins" and
            "partner_joins" as they would be.
        gain_boxes: boxes that would carry the right id and do not now.
        until: the frame at which a visit is over; None if the rest of the track is concerned.
    """

    action: Action
    score: float
    frame: int
    edit: Edit | None = None
    partner: TrackId | None = None
    links: Mapping[str, Link] = field(default_factory=dict)
    gain_boxes: int = 0
    until: int | None = None

    @property
    def manner(self) -> str:
        """Return how it mends: by its action, but a stretch from the middle of a track is apart."""
        return VISIT if "returns" in self.links else self.action.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A cut through a track and the frames around it that are not to be trusted.

    Attributes:
        frame: the first frame behind the cut.
        quiet_before: the last frame before the trouble.
        quiet_after: the first frame after it.
    """

    frame: int
    quiet_before: int
    quiet_after: int

    @classmethod
    def clean(cls, frame: int) -> "Place":
        """Return a cut without trouble around it."""
        return cls(frame=frame, quiet_before=frame - 1, quiet_after=frame)


def sides(judge: Judge, track: TrackView, place: Place) -> tuple[End, End] | None:
    """Return both sides of a cut, undisturbed where there is enough of it; None without one."""
    row = track.index_at(place.frame)
    if not 0 < row < len(track):
        return None
    if place.quiet_before + 1 == place.frame == place.quiet_after:
        return judge.before(track, row), judge.after(track, row)
    calm_before, calm_after = (
        track.index_at(place.quiet_before + 1),
        track.index_at(place.quiet_after),
    )
    row_before = calm_before if calm_before >= LEAST_BOXES else row
    row_after = calm_after if len(track) - calm_after >= LEAST_BOXES else row
    return judge.before(track, row_before), judge.after(track, row_after)


def nothing(frame: int) -> Alternative:
    """Return the possibility that all is well."""
    return Alternative(action=Action.NOTHING, score=0.0, frame=frame)


def split(judge: Judge, track: TrackView, place: Place) -> Alternative | None:
    """Return the possibility that two people follow one another in the track."""
    both = sides(judge, track, place)
    if both is None:
        return None
    link = judge.link(*both)
    row = track.index_at(place.frame)
    return Alternative(
        action=Action.SPLIT,
        score=-link.score - NEW_TRACK_COST,
        frame=place.frame,
        edit=SplitTrack(track_id=track.track_id, at_frame=int(track.frames[row])),
        links={"self": link},
        gain_boxes=min(row, len(track) - row),
    )


def swap(
    judge: Judge, a: TrackView, b: TrackView, *, first: int, last: int, place: Place
) -> Alternative | None:
    """Return the possibility that two tracks traded places in one of the frames first..last.

    None if one of them has no box on either side, or if it is hopeless wherever they did.
    """
    of_a, of_b = sides(judge, a, place), sides(judge, b, place)
    if of_a is None or of_b is None:
        return None
    links = {
        "self": judge.link(*of_a),
        "partner_self": judge.link(*of_b),
        "joins": judge.link(of_a[0], of_b[1]),
        "partner_joins": judge.link(of_b[0], of_a[1]),
    }
    changed = links["joins"].score + links["partner_joins"].score
    changed -= links["self"].score + links["partner_self"].score
    if changed + SMOOTHNESS_SHARE * _SMOOTHER[1] <= HOPELESS:
        return None  # most are, and to look for the frame would cost more than all the links
    frame, smoother = swap_frame(judge, a, b, first=first, last=last, sides=(*of_a, *of_b))
    row_a, row_b = a.index_at(frame), b.index_at(frame)
    if min(row_a, row_b) < 1 or row_a >= len(a) or row_b >= len(b):
        return None
    smoother = max(_SMOOTHER[0], min(_SMOOTHER[1], smoother))
    return Alternative(
        action=Action.SWAP,
        score=changed + SMOOTHNESS_SHARE * smoother,
        frame=frame,
        edit=SwapTracks(track_a=a.track_id, track_b=b.track_id, first_frame=frame),
        partner=b.track_id,
        links=links,
        gain_boxes=min(row_a + row_b, len(a) - row_a + len(b) - row_b),
    )


def hand_overs(
    judge: Judge, track: TrackView, place: Place, others: Iterable[TrackView]
) -> list[Alternative]:
    """Return the possibilities that one side of a cut belongs to a track that ends or begins there.

    Args:
        judge: of the scene.
        track: that is cut.
        place: where.
        others: tracks to think of.
    """
    both = sides(judge, track, place)
    if both is None:
        return []
    row = track.index_at(place.frame)
    last_before, first_after = int(track.frames[row - 1]), int(track.frames[row])
    reach = HANDOVER_S * judge.scene.frame_rate
    stub = STUB_S * judge.scene.frame_rate
    found = []
    itself = judge.link(*both)
    for other in others:
        if first_after - reach <= other.last_frame < first_after:
            link = judge.link(judge.before(other, len(other)), both[1])
            whole = row <= stub and other.last_frame < track.first_frame
            stretch = (track.first_frame if whole else first_after, track.last_frame)
            gain = _gain_of_hand_over(kept=row, moved=len(track) - row, joined=len(other))
        elif last_before < other.first_frame <= last_before + reach:
            link = judge.link(both[0], judge.after(other, 0))
            whole = len(track) - row <= stub and other.first_frame > track.last_frame
            stretch = (track.first_frame, track.last_frame if whole else last_before)
            gain = _gain_of_hand_over(kept=len(track) - row, moved=row, joined=len(other))
        else:
            continue
        found.append(
            Alternative(
                action=Action.REASSIGN,
                score=link.score - itself.score,
                frame=place.frame,
                edit=ReassignBoxes(
                    track_id=track.track_id,
                    to_track_id=other.track_id,
                    first_frame=stretch[0],
                    last_frame=stretch[1],
                ),
                partner=other.track_id,
                links={"self": itself, "joins": link},
                gain_boxes=gain,
            )
        )
    return found


def is_near(here: End, there: End, *, frame_rate: float) -> bool:
    """Return whether somebody could have come from one end to the other."""
    gap = max(1, there.frame - here.frame)
    (x, y), (vx, vy), (there_x, there_y) = here.position, here.velocity, there.position
    steady = min(gap, frame_rate)
    step_x, step_y = there_x - x - vx * steady, there_y - y - vy * steady
    reach = (NEAR_HEIGHTS + gap / frame_rate) * max(here.height, there.height)
    return step_x**2 + step_y**2 < reach**2


def _gain_of_hand_over(*, kept: int, moved: int, joined: int) -> int:
    """Return boxes with the right id after, less those under the best pairing before."""
    return kept + moved + joined - max(kept + joined, moved)
