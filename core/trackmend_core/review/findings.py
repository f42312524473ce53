"""All findings of a scene, kept so that an edit only costs what it touched."""

from collections.abc import Iterator
from itertools import chain

import numpy as np

from trackmend_core.review.contacts import Neighbours
from trackmend_core.review.duplicates import duplicates, ghost
from trackmend_core.review.finding import Finding
from trackmend_core.review.fragments import Fragments
from trackmend_core.review.judge import Judge
from trackmend_core.review.missed import free_detections, missed_boxes
from trackmend_core.review.scene import OnStep, go_on
from trackmend_core.review.switches import changes, crossings, drift
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId

_SLACK_S = 3.0


class Findings:
    """Runs the detectors over all tracks once, and after an edit over those it touched."""

    def __init__(self, judge: Judge, *, on_step: OnStep = go_on) -> None:
        self._judge = judge
        self._of_track: dict[TrackId, list[Finding]] = {}
        self._of_pair: dict[tuple[TrackId, TrackId], list[Finding]] = {}
        self._fragments = Fragments(judge)
        tracks = judge.scene.tracks
        slack = round(_SLACK_S * judge.scene.frame_rate)
        self._neighbours = Neighbours(tracks, slack_frames=slack)
        self._usual_score = self._median_score()
        self._detect(frozenset(tracks), on_step=on_step)

    def __iter__(self) -> Iterator[Finding]:
        yield from chain.from_iterable(self._of_pair.values())
        yield from chain.from_iterable(self._of_track.values())
        yield from self._fragments.findings()

    def update(self, touched: frozenset[TrackId]) -> None:
        """Look again at tracks that changed, and at those that were compared with them."""
        self._judge.forget(touched)
        self._fragments.forget(touched)
        self._neighbours.update(self._judge.scene.tracks, touched)
        self._of_pair = {
            pair: found for pair, found in self._of_pair.items() if not touched.intersection(pair)
        }
        compared = {
            track_id
            for track_id, found in self._of_track.items()
            if any(touched & finding.concerned for finding in found)
        }
        for track_id in touched | compared:
            self._of_track.pop(track_id, None)
        self._detect(touched, also_alone=frozenset(compared) - touched)

    def _detect(
        self,
        wanted: frozenset[TrackId],
        *,
        also_alone: frozenset[TrackId] = frozenset(),
        on_step: OnStep = go_on,
    ) -> None:
        tracks = self._judge.scene.tracks
        is_free = free_detections(self._judge)
        for track_id in sorted(wanted | also_alone):
            on_step()
            track = tracks.get(track_id)
            if track is None:
                continue
            found = changes(self._judge, track, self._neighbours)
            found += missed_boxes(self._judge, track, is_free=is_free)
            doubtful = ghost(self._judge, track, usual_score=self._usual_score)
            found += [one for one in (doubtful, drift(self._judge, track)) if one is not None]
            self._of_track[track_id] = found
            if track_id not in wanted:
                continue
            for other in self._neighbours.of(track):
                if other.track_id not in wanted or track_id < other.track_id:
                    self._compare(track, other)

    def _compare(self, track: TrackView, other: TrackView) -> None:
        a, b = (track, other) if track.track_id < other.track_id else (other, track)
        found = crossings(self._judge, a, b)
        double = duplicates(self._judge, a, b)
        if double is not None:
            found.append(double)
        if found:
            self._of_pair[a.track_id, b.track_id] = found

    def _median_score(self) -> float:
        tracks = self._judge.scene.tracks.values()
        return float(np.median([track.scores.mean() for track in tracks])) if tracks else 0.0
