"""Puts links, gaps, doubles and ghosts together into one proposal, and says why in plain words."""

from trackmend_core.project.records import frame_number
from trackmend_core.refinement.doubles import Double, Ghost, find_doubles, find_ghosts
from trackmend_core.refinement.gaps import Filling, fill_between, gaps_of
from trackmend_core.refinement.linking import TrackletLink, link_tracklets
from trackmend_core.refinement.proposal import ItemKind, RefinementItem, RefinementProposal
from trackmend_core.refinement.sentences import say_double, say_gap, say_ghost, say_link
from trackmend_core.refinement.settings import RefinementSettings
from trackmend_core.refinement.view import RefinementView
from trackmend_core.review.links import Link
from trackmend_core.review.track_view import TrackView


def propose_refinement(
    view: RefinementView, settings: RefinementSettings | None = None
) -> RefinementProposal:
    """Return what would mend the tracks of a run after the online pass; changes nothing.

    A track that is double or of nobody takes part in nothing else, so any choice among the items
    can be carried out.

    Args:
        view: from `refinement_view`.
        settings: the usual ones without.
    """
    settings = settings or RefinementSettings()
    doubles = find_doubles(view, settings)
    double_ids = frozenset(one.track.track_id for one in doubles)
    links = link_tracklets(view, settings, without=double_ids)
    linked = {one.track_id for link in links for one in (link.before, link.after)}
    ghosts = find_ghosts(view, settings, without=double_ids | linked)
    ghost_ids = {one.track.track_id for one in ghosts}
    frames_max = settings.fill_s_max * view.frame_rate
    gaps = [
        _gap_item(track, filling, link)
        for track in view.tracks
        if track.track_id not in ghost_ids | double_ids
        for filling, link in gaps_of(view, track, settings)
    ]
    items = [
        *(_link_item(view, link, frames_max=frames_max) for link in links),
        *gaps,
        *(_double_item(double) for double in doubles),
        *(_ghost_item(ghost) for ghost in ghosts),
    ]
    return RefinementProposal(run_id=view.judge.scene.run_id, items=tuple(items))


def _link_item(view: RefinementView, one: TrackletLink, *, frames_max: float) -> RefinementItem:
    before, after, link = one.before, one.after, one.link
    filling = fill_between(view, before, len(before) - 1, after, 0)
    if filling is not None:
        is_settled = view.is_settled(before.track_id, filling.frames[0], filling.frames[-1])
        filling = None if is_settled or len(filling.frames) > frames_max else filling
    return RefinementItem(
        key=f"link {before.number} {after.number}",
        kind=ItemKind.LINK,
        tracks=(before.track_id, after.track_id),
        frames=(before.last_frame, after.first_frame),
        reasons=say_link(one),
        evidence={
            "score": round(link.score, 3),
            "margin": round(one.margin, 3),
            "cosine": round(link.cosine, 4),
            "gap_frames": float(link.gap - 1),
            "miss_heights": round(link.miss, 3),
            "turn_heights_per_s": round(link.turn, 3),
            "filled_frames": float(0 if filling is None else len(filling.frames)),
        },
        filling=filling,
    )


def _gap_item(track: TrackView, filling: Filling, link: Link) -> RefinementItem:
    first, last = filling.frames[0], filling.frames[-1]
    return RefinementItem(
        key=f"gap {track.number} {frame_number(first)}",
        kind=ItemKind.GAP,
        tracks=(track.track_id,),
        frames=(first - 1, last + 1),
        reasons=say_gap(track, filling),
        evidence={
            "score": round(link.score, 3),
            "cosine": round(link.cosine, 4),
            "miss_heights": round(link.miss, 3),
            "filled_frames": float(len(filling.frames)),
        },
        filling=filling,
    )


def _double_item(one: Double) -> RefinementItem:
    track = one.track
    return RefinementItem(
        key=f"duplicate {track.number}",
        kind=ItemKind.DUPLICATE,
        tracks=(track.track_id, one.original.track_id),
        frames=(track.first_frame, track.last_frame),
        reasons=say_double(one),
        evidence={"share": round(one.share, 4), "overlap": round(one.overlap, 4)},
    )


def _ghost_item(one: Ghost) -> RefinementItem:
    track = one.track
    return RefinementItem(
        key=f"ghost {track.number}",
        kind=ItemKind.GHOST,
        tracks=(track.track_id,),
        frames=(track.first_frame, track.last_frame),
        reasons=say_ghost(one),
        evidence={"score": round(one.score, 4), "usual_score": round(one.usual, 4)},
    )
