"""Links tracklets of one person: in growing windows of time, each by one global assignment.

Every end of a tracklet may be joined to one beginning at most, and the sum of what speaks for the
links (log-likelihood ratios, see `review.links`) is as large as it can be. Links only lead forward
in time and over frames in which neither side is seen: tracks that coexist are never joined.
Source: the assignment is solved as in Kuhn (1955); linking level by level is the idea of Huang, Wu
and Nevatia (2008).
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from trackmend_core.refinement.settings import RefinementSettings
from trackmend_core.refinement.view import RefinementView
from trackmend_core.review.links import Link
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId

_REACH_HEIGHTS = 1.5
_SPEED_HEIGHTS_PER_S = 3.0
"""Nobody is looked for farther away than this: 1.5 heights, and 3 more for every second."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrackletLink:
    """Two tracklets that are probably of one person.

    Attributes:
        before: ends first.
        after: begins later.
        link: what speaks for it.
        margin: its score minus that of the best other link of either end, or the least allowed.
        rival: the other track of that link, None if nothing else was possible.
    """

    before: TrackView
    after: TrackView
    link: Link
    margin: float
    rival: TrackView | None


def link_tracklets(
    view: RefinementView, settings: RefinementSettings, *, without: frozenset[TrackId] = frozenset()
) -> list[TrackletLink]:
    """Return the links, by the frame in which they begin.

    Args:
        view: whose tracks.
        settings: how far and how sure.
        without: tracks that take no part.
    """
    tracks = [track for track in view.tracks if track.track_id not in without]
    ending, beginning = dict.fromkeys(range(len(tracks))), dict.fromkeys(range(len(tracks)))
    candidates = _candidates(view, tracks, gap_max=settings.windows_s[-1] * view.frame_rate)
    found = []
    for window_s in settings.windows_s:
        near = {
            pair: link
            for pair, link in candidates.items()
            if link.gap <= window_s * view.frame_rate
            and link.score >= settings.link_score_min
            and pair[0] in ending
            and pair[1] in beginning
        }
        for pair in _assign({pair: link.score for pair, link in near.items()}):
            rival, margin = _rival(pair, near, least=settings.link_score_min)
            if margin < settings.link_margin_min:
                continue
            del ending[pair[0]], beginning[pair[1]]
            found.append(
                TrackletLink(
                    before=tracks[pair[0]],
                    after=tracks[pair[1]],
                    link=near[pair],
                    margin=margin,
                    rival=None if rival is None else tracks[rival],
                )
            )
    return sorted(found, key=lambda one: (one.before.last_frame, one.before.number))


def _candidates(
    view: RefinementView, tracks: list[TrackView], *, gap_max: float
) -> dict[tuple[int, int], Link]:
    """Return every link that class, time and reach allow; tracks are ordered by first frame."""
    starts = np.array([track.first_frame for track in tracks], np.int64)
    first_centres = np.array([track.centres[0] for track in tracks]).reshape(-1, 2)
    judge, links = view.judge, {}
    for row, track in enumerate(tracks):
        low = int(np.searchsorted(starts, track.last_frame, side="right"))
        high = int(np.searchsorted(starts, track.last_frame + gap_max, side="right"))
        if low == high:
            continue
        away = np.hypot(*(first_centres[low:high] - track.centres[-1]).T)
        gaps_s = (starts[low:high] - track.last_frame) / view.frame_rate
        reach = (_REACH_HEIGHTS + _SPEED_HEIGHTS_PER_S * gaps_s) * track.heights[-1]
        for other in (low + np.flatnonzero(away <= reach)).tolist():
            after = tracks[other]
            if view.class_ids[track.track_id] != view.class_ids[after.track_id]:
                continue
            links[row, other] = judge.link(judge.before(track, len(track)), judge.after(after, 0))
    return links


def _assign(scores: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Return the pairs that give the largest sum, each row and column at most once."""
    if not scores:
        return []
    rows, columns = np.array(list(scores)).T
    count = int(max(rows.max(), columns.max())) + 1
    # Ends and beginnings that share no candidate are problems of their own, and small ones.
    graph = coo_array((np.ones(len(rows)), (rows, columns + count)), shape=(2 * count, 2 * count))
    _, component_of = connected_components(graph, directed=False)
    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in scores:
        groups[int(component_of[pair[0]])].append(pair)
    return [pair for group in groups.values() for pair in _assign_group(group, scores)]


def _assign_group(
    group: list[tuple[int, int]], scores: dict[tuple[int, int], float]
) -> list[tuple[int, int]]:
    rows = sorted({row for row, _ in group})
    columns = sorted({column for _, column in group})
    gains = np.zeros((len(rows), len(columns)))  # 0: no link
    for row, column in group:
        gains[rows.index(row), columns.index(column)] = scores[row, column]
    matched = zip(*linear_sum_assignment(gains, maximize=True), strict=True)
    pairs = ((rows[int(row)], columns[int(column)]) for row, column in matched)
    return [pair for pair in pairs if pair in scores]


def _rival(
    pair: tuple[int, int], near: dict[tuple[int, int], Link], *, least: float
) -> tuple[int | None, float]:
    """Return the other tracklet of the best link that a pair excludes, and the margin to it."""
    rivals = [
        (link.score, other[1] if other[0] == pair[0] else other[0])
        for other, link in near.items()
        if other != pair and (other[0] == pair[0] or other[1] == pair[1])
    ]
    score = near[pair].score
    if not rivals:
        return None, score - least + 1.0
    best, rival = max(rivals)
    return rival, score - best
