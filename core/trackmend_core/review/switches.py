"""Finds tracks that go over to somebody else: at a crossing, out of the blue, or across a gap."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from trackmend_core.review.alternatives import (
    HOPELESS,
    Alternative,
    Place,
    hand_overs,
    nothing,
    sides,
    split,
    swap,
)
from trackmend_core.review.contacts import Contact, contacts
from trackmend_core.review.cuts import LEAST_BOXES, Cut, summed_appearance
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.review.residuals import kalman_residual
from trackmend_core.review.swap_frame import change_frame
from trackmend_core.review.track_view import TrackView

PAD_S: Final = 0.4
"""A switch may lie so long before or after the boxes touch."""

_SURE_LINK = 5.0
"""A cut whose sides belong together this clearly is not looked at twice."""
_MEETING_S = 0.4
_SEARCHED_S = 0.5
"""The change is looked for so long before and after the first guess."""

_SEARCHES = 2


def crossings(
    judge: Judge, a: TrackView, b: TrackView, touched: Iterable[Contact]
) -> list[Finding]:
    """Return what may have happened each time that two tracks touched."""
    found = (_at_contact(judge, a, b, contact) for contact in touched)
    return [finding for finding in found if finding is not None]


def drift(judge: Judge, track: TrackView) -> Finding | None:
    """Return that a track has come to look like somebody else little by little."""
    scene = judge.scene
    width = max(LEAST_BOXES, round(scene.frame_rate))
    if len(track) < 4 * width:
        return None
    sums, _ = summed_appearance(judge.looks, track)
    starts = np.arange(0, len(track) - width + 1, width)
    windows = sums[starts + width] - sums[starts]
    lengths = np.linalg.norm(windows, axis=1)
    if (lengths == 0).any():
        return None
    looks = windows / lengths[:, None]
    to_first = (looks @ looks[0]).astype(np.float64)
    steps = np.einsum("nd,nd->n", looks[1:], looks[:-1])
    if to_first[-2:].max() > judge.scale.middle or steps.min() < judge.scale.middle:
        return None  # it looks as it did, or it changed at once, which is no drift
    turned = int(np.argmax(to_first < judge.scale.middle))
    frame = int(track.frames[starts[turned]])
    place = Place(
        frame=frame,
        quiet_before=int(track.frames[width - 1]),
        quiet_after=int(track.frames[len(track) - width]),
    )
    cleft = split(judge, track, place)
    assert cleft is not None
    alternatives = ordered([cleft, nothing(frame)])
    return Finding(
        kind=SuspicionKind.DRIFT,
        tracks=(track.track_id,),
        frame=frame,
        first_frame=place.quiet_before,
        last_frame=place.quiet_after,
        alternatives=alternatives,
        evidence=_link_evidence(cleft) | _certainty(judge, track, cleft),
    )


def _at_contact(judge: Judge, a: TrackView, b: TrackView, contact: Contact) -> Finding | None:
    pad = max(1, round(PAD_S * judge.scene.frame_rate))
    first, last = contact.first - pad, contact.last + pad
    place = Place(
        frame=(contact.first + contact.last) // 2 + 1,
        quiet_before=contact.first - 1,
        quiet_after=contact.last + 1,
    )
    options: list[Alternative] = []
    exchanged = swap(judge, a, b, first=max(first, 1), last=last, place=place)
    if exchanged is not None:
        options.append(exchanged)
    for one, other in ((a, b), (b, a)):
        # One track ends or begins while they touch: the other may have taken its person.
        for frame in (other.last_frame + 1, other.first_frame):
            if first <= frame <= last + 1:
                # The other track has no undisturbed side here, so neither may this one.
                options += hand_overs(judge, one, Place.clean(frame), [other])
    options = [option for option in options if option.score > HOPELESS]
    if not options:
        return None
    options.append(nothing(place.frame))
    alternatives = ordered(options)
    best = next(one for one in alternatives if one.action is not Action.NOTHING)
    subject = a if best.partner == b.track_id else b
    partner = b if subject is a else a
    evidence = _link_evidence(best) | {"overlap": contact.depth}
    return Finding(
        kind=SuspicionKind.SWITCH_AT_CROSSING,
        tracks=(subject.track_id, partner.track_id),
        frame=best.frame,
        first_frame=contact.first,
        last_frame=contact.last,
        alternatives=alternatives,
        evidence=evidence | _certainty(judge, subject, best),
    )


def exact_cut(judge: Judge, track: TrackView, cut: Cut) -> Cut | None:
    """Return a cut where it fits best; None if both sides clearly belong together.

    A boundary that is a few frames off leaves the wrong person on both sides of it, and every one
    of them is a switch more. The sides are looked at anew once the place is better known.
    """
    both = sides(judge, track, Place.clean(int(track.frames[cut.row])))
    assert both is not None
    link = judge.link(*both)
    if link.score > _SURE_LINK and judge.scale.evidence(link.cosine) > 0:
        return None
    row = cut.row
    reach = max(1, round(_SEARCHED_S * judge.scene.frame_rate))
    for _ in range(_SEARCHES):
        before, after = judge.before(track, row), judge.after(track, row)
        low = int(track.frames[max(LEAST_BOXES, row - reach)])
        high = int(track.frames[min(len(track) - LEAST_BOXES, row + reach)])
        frame = change_frame(
            judge, track, first=low, last=max(low, high), before=before, after=after
        )
        found = min(max(track.index_at(frame), 1), len(track) - 1)
        if found == row:
            break
        row = found
    return replace(cut, row=row)


def named(
    judge: Judge, track: TrackView, cut: Cut, alternatives: tuple[Alternative, ...]
) -> Finding:
    """Return a finding by the kind that its best explanation gives it."""
    best = next((one for one in alternatives if one.action is not Action.NOTHING), alternatives[0])
    link = best.links.get("self")
    kind = SuspicionKind.FALSE_MERGE
    if best.partner is not None:
        met = contacts(judge.scene, track, judge.scene.tracks[best.partner])
        reach = _MEETING_S * judge.scene.frame_rate
        crossed = any(one.first - reach <= best.frame <= one.last + reach for one in met)
        kind = SuspicionKind.SWITCH_AT_CROSSING if crossed else SuspicionKind.SWITCH
    elif link is not None and judge.scale.evidence(link.cosine) > 1.0:
        if "motion" in cut.reasons:
            kind = SuspicionKind.MOTION_JUMP
        elif "size" in cut.reasons:
            kind = SuspicionKind.SIZE_JUMP
    partners = () if best.partner is None else (best.partner,)
    row = min(track.index_at(best.frame), len(track) - 1)
    evidence = _link_evidence(best) | _certainty(judge, track, best)
    if kind is SuspicionKind.MOTION_JUMP:
        evidence["kalman_residual"] = round(kalman_residual(track, row), 4)
    return Finding(
        kind=kind,
        tracks=(track.track_id, *partners),
        frame=best.frame,
        first_frame=int(track.frames[max(row - 1, 0)]),
        last_frame=best.frame if best.until is None else best.until,
        alternatives=alternatives,
        evidence=evidence,
    )


def _link_evidence(option: Alternative) -> dict[str, float]:
    """Return the cosines and motion of the links that an explanation compares."""
    evidence: dict[str, float] = {}
    for name, link in option.links.items():
        evidence[f"similarity_{name}"] = round(link.cosine, 4)
        evidence[f"score_{name}"] = round(link.score, 4)
    if "self" in option.links:
        evidence["gap_frames"] = option.links["self"].gap
        evidence["miss_heights"] = round(option.links["self"].miss, 4)
        evidence["turn_heights_per_s"] = round(option.links["self"].turn, 4)
    return evidence


def _certainty(judge: Judge, track: TrackView, option: Alternative) -> dict[str, float]:
    """Return how much there is to judge by on the shorter side."""
    row = min(max(track.index_at(option.frame), 1), len(track) - 1)
    width = max(1, round(judge.scene.frame_rate))
    window = slice(max(0, row - width), row + width)
    return {
        "shorter_side": float(min(row, len(track) - row)),
        "hidden": float(np.mean(track.coverage[window])),
    }
