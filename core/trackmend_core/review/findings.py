"""All findings of a scene, kept so that an edit only costs what it touched."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from trackmend_core.review.alternatives import HANDOVER_S
from trackmend_core.review.contacts import Neighbours, contacts
from trackmend_core.review.duplicates import duplicates, ghost
from trackmend_core.review.finding import Finding
from trackmend_core.review.fragments import Fragments
from trackmend_core.review.free_detections import FreeDetections
from trackmend_core.review.judge import Judge
from trackmend_core.review.missed import MissedBoxes
from trackmend_core.review.scene import OnStep, go_on
from trackmend_core.review.switches import crossings, drift
from trackmend_core.review.track_changes import Span, TrackChanges
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import IntArray, TrackId


@dataclass(slots=True)
class _OfTrack:
    """What was found in one track.

    Attributes:
        changes: its cuts.
        holes: where it lacks boxes.
        switches: found at the cuts.
        missed: boxes that would fill the holes.
        ghost: that it may be of nobody.
        drift: that it has come to look like somebody else.
    """

    changes: TrackChanges
    holes: MissedBoxes
    switches: list[Finding]
    missed: list[Finding]
    ghost: Finding | None
    drift: Finding | None

    @property
    def alone(self) -> list[Finding]:
        """Return what has to do with no other track."""
        return [one for one in (self.ghost, self.drift) if one is not None]

    def concern(self, tracks: Collection[TrackId]) -> bool:
        """Return whether a finding has to do with one of these tracks."""
        return any(not finding.concerned.isdisjoint(tracks) for finding in self.switches)


class Findings:
    """Runs the detectors over all tracks once, and after an edit over those it touched."""

    def __init__(self, judge: Judge, *, on_step: OnStep = go_on) -> None:
        self._judge = judge
        self._of_track: dict[TrackId, _OfTrack] = {}
        self._of_pair: dict[tuple[TrackId, TrackId], list[Finding]] = {}
        self._fragments = Fragments(judge)
        tracks = judge.scene.tracks
        self._neighbours = Neighbours(tracks)
        self._free = FreeDetections(judge.scene)
        self._mean_scores: dict[TrackId, float] = {}
        self._usual_score = 0.0
        self._follow_scores(frozenset(tracks))
        self._detect(frozenset(tracks), on_step=on_step)

    def __iter__(self) -> Iterator[Finding]:
        yield from chain.from_iterable(self._of_pair.values())
        for one in self._of_track.values():
            yield from chain(one.switches, one.missed, one.alone)
        yield from self._fragments.findings()

    def update(self, touched: frozenset[TrackId]) -> None:
        """Look again at tracks that changed, and at those that were compared with them."""
        spans = self._neighbours.spans(touched)
        self._judge.forget(touched)
        self._fragments.forget(touched)
        self._neighbours.update(self._judge.scene.tracks, touched)
        spans += self._neighbours.spans(touched)
        freed = self._free.update(touched)
        self._of_pair = {
            pair: found for pair, found in self._of_pair.items() if not touched.intersection(pair)
        }
        for track_id in touched:
            self._of_track.pop(track_id, None)
        self._follow_scores(touched)
        # Also those that nothing had to do with the touched ones yet: an edit or its undo may have
        # brought these to where they explain what was found there.
        beside = self._neighbours.within(spans, reach=HANDOVER_S * self._judge.scene.frame_rate)
        compared = [one for one, found in self._of_track.items() if found.concern(touched)]
        compared += [one for one in beside if one in self._of_track and one not in compared]
        self._detect(touched)
        for track_id in compared:
            self._look_again(track_id, spans, freed)

    def _look_again(self, track_id: TrackId, spans: Sequence[Span], freed: IntArray) -> None:
        """Compare a track that did not change with those that did."""
        found = self._of_track[track_id]
        found.switches = found.changes.look(self._neighbours, spans)
        found.missed = found.holes.look(self._neighbours, self._free.mask, freed)

    def _detect(self, wanted: frozenset[TrackId], *, on_step: OnStep = go_on) -> None:
        tracks = self._judge.scene.tracks
        for track_id in sorted(wanted):
            on_step()
            track = tracks.get(track_id)
            if track is None:
                continue
            changes, holes = TrackChanges(self._judge, track), MissedBoxes(self._judge, track)
            self._of_track[track_id] = _OfTrack(
                changes=changes,
                holes=holes,
                switches=changes.look(self._neighbours),
                missed=holes.look(self._neighbours, self._free.mask),
                ghost=self._ghost(track),
                drift=drift(self._judge, track),
            )
            for other in self._neighbours.of(track):
                if other.track_id not in wanted or track_id < other.track_id:
                    self._compare(track, other)

    def _compare(self, track: TrackView, other: TrackView) -> None:
        a, b = (track, other) if track.track_id < other.track_id else (other, track)
        touched = contacts(self._judge.scene, a, b)
        if not touched:
            return  # nor are they on one object: doubled boxes have most in common
        found = crossings(self._judge, a, b, touched)
        double = duplicates(self._judge, a, b)
        if double is not None:
            found.append(double)
        if found:
            self._of_pair[a.track_id, b.track_id] = found

    def _follow_scores(self, touched: frozenset[TrackId]) -> None:
        """Hold every short track against the scores that are usual now."""
        tracks = self._judge.scene.tracks
        for track_id in touched:
            self._mean_scores.pop(track_id, None)
            if track_id in tracks:
                self._mean_scores[track_id] = float(tracks[track_id].scores.mean())
        usual = float(np.median([*self._mean_scores.values()])) if self._mean_scores else 0.0
        if usual != self._usual_score:
            self._usual_score = usual
            for track_id, known in self._of_track.items():
                known.ghost = self._ghost(tracks[track_id])

    def _ghost(self, track: TrackView) -> Finding | None:
        return ghost(self._judge, track, usual_score=self._usual_score)
