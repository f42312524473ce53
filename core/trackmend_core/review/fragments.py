"""Finds tracks that belong together: a death and a birth, however long the gap, or a filled gap."""

from typing import Final

import numpy as np

from trackmend_core.project.edits import Edit, MergeTracks, SwapTracks
from trackmend_core.review.alternatives import Alternative, nothing
from trackmend_core.review.cuts import LEAST_BOXES
from trackmend_core.review.ends import End
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.review.links import Link
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array, TrackId

BEST_OF: Final = 3
"""So many partners of each death and of each birth are compared in full."""

OVERLAP_S: Final = 0.6
"""A track that has lost its person may run on for so long beside the one that has it now."""

_SHOWN: Final = 0.0
_SOON_S: Final = 1.5

Pair = tuple[TrackId, TrackId]


class Fragments:
    """Judges pairs of tracks; pairs without a touched track are judged only once."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._links: dict[Pair, Link | None] = {}
        self._known: dict[tuple[Link, Link | None], Finding] = {}

    def forget(self, tracks: frozenset[TrackId]) -> None:
        """Drop what is known of tracks that changed."""
        self._links = {
            pair: link
            for pair, link in self._links.items()
            if pair[0] not in tracks and pair[1] not in tracks
        }

    def findings(self) -> list[Finding]:
        """Return the pairs that belong together, each track at most once at either end."""
        tracks = list(self._judge.scene.tracks.values())
        if len(tracks) < 2:
            return []
        pairs = [*self._candidates(tracks), *self._overlapping(tracks)]
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
        self._known = kept
        return found

    def _overlapping(self, tracks: list[TrackView]) -> list[tuple[TrackView, TrackView]]:
        """Return pairs of which one begins shortly before the other ends."""
        most = round(OVERLAP_S * self._judge.scene.frame_rate)
        firsts = np.array([track.first_frame for track in tracks])
        lasts = np.array([track.last_frame for track in tracks])
        overlap = lasts[:, None] - firsts[None, :] + 1
        # Both go on alone, one before and one after.
        is_pair = (overlap > 0) & (overlap <= most)
        is_pair &= firsts[None, :] - firsts[:, None] >= LEAST_BOXES
        is_pair &= lasts[None, :] - lasts[:, None] >= LEAST_BOXES
        return [(tracks[row], tracks[column]) for row, column in np.argwhere(is_pair).tolist()]

    def _candidates(self, tracks: list[TrackView]) -> list[tuple[TrackView, TrackView]]:
        judge = self._judge
        deaths = [judge.before(track, len(track)) for track in tracks]
        births = [judge.after(track, 0) for track in tracks]
        gaps = _starts(births)[None, :] - _starts(deaths)[:, None]
        likely = _likeness(deaths, births, gaps, judge)
        chosen: set[tuple[int, int]] = set()
        best = min(BEST_OF, len(tracks))
        for row, ranked in enumerate(np.argpartition(-likely, best - 1, axis=1)[:, :best].tolist()):
            chosen |= {(row, column) for column in ranked if np.isfinite(likely[row, column])}
        columns = np.argpartition(-likely, best - 1, axis=0)[:best].T.tolist()
        for column, ranked in enumerate(columns):
            chosen |= {(row, column) for row in ranked if np.isfinite(likely[row, column])}
        return [(tracks[row], tracks[column]) for row, column in sorted(chosen)]

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


def _likeness(
    deaths: list[End], births: list[End], gaps: Float64Array, judge: Judge
) -> Float64Array:
    """Return (T, T) a rough score of each death with each birth, -inf where it cannot be."""
    looks = np.stack([end.near for end in deaths]) @ np.stack([end.near for end in births]).T
    scale, rate = judge.scale, judge.scene.frame_rate
    rough: Float64Array = (looks.astype(np.float64) - scale.middle) * scale.slope
    ends = np.stack([end.position + end.velocity * min(rate / 4, 8) for end in deaths])
    starts = np.stack([end.position for end in births])
    heights = np.array([end.height for end in deaths])
    apart = np.hypot(*np.moveaxis(ends[:, None] - starts[None], -1, 0)) / heights[:, None]
    soon = gaps <= _SOON_S * rate
    rough -= np.where(soon, 4.0 * np.minimum(apart, 3.0), 4.0)
    return np.where(gaps > 0, rough, -np.inf)


def _starts(ends: list[End]) -> Float64Array:
    return np.array([end.frame for end in ends], np.float64)
