"""A stretch in the middle of a track that is somebody else's: before and after it is one person."""

from collections.abc import Sequence
from typing import Final

from trackmend_core.project.edits import NEW_TRACK, ReassignPieces
from trackmend_core.review.alternatives import Alternative
from trackmend_core.review.cuts import LEAST_BOXES
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action
from trackmend_core.review.track_view import TrackView

MOST_CUTS_ON: Final = 4
"""A visit ends at one of the next cuts."""


def visit(judge: Judge, track: TrackView, first: int, ends: Sequence[int]) -> Alternative | None:
    """Return the likeliest possibility that a cut begins a stretch of somebody else.

    Args:
        judge: of the scene.
        track: that is cut.
        first: frame behind the cut.
        ends: frames behind the cuts that come later, at one of which the track may return.
    """
    found = [_until(judge, track, first, end) for end in ends[:MOST_CUTS_ON]]
    return max((one for one in found if one is not None), key=lambda one: one.score, default=None)


def _until(judge: Judge, track: TrackView, first: int, end: int) -> Alternative | None:
    row, row_end = track.index_at(first), track.index_at(end)
    if min(row, row_end - row, len(track) - row_end) < LEAST_BOXES:
        return None
    before, after = judge.before(track, row), judge.after(track, row_end)
    stay = judge.both_ends(track, row, row_end)
    goes, returns, joins = (
        judge.link(before, stay[0]),
        judge.link(stay[1], after),
        judge.link(before, after),
    )
    piece = (track.track_id, int(track.frames[row]), int(track.frames[row_end - 1]), NEW_TRACK)
    return Alternative(
        action=Action.REASSIGN,
        score=joins.score - goes.score - returns.score,
        frame=int(track.frames[row]),
        edit=ReassignPieces(pieces=(piece,), reason=""),
        links={"self": goes, "returns": returns, "joins": joins},
        gain_boxes=min(row_end - row, len(track) - (row_end - row)),
    )
