"""What a person who knows the truth could do about a track within a second of video."""

from collections.abc import Iterator

import numpy as np

from trackmend_core.project.edits import (
    DeleteTrack,
    Edit,
    JoinOverlapping,
    MergeTracks,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review.bench.verdict import Verdict
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView


def repairs_within(
    scene: Scene, verdict: Verdict, track: TrackView, first: int, last: int
) -> Iterator[Edit]:
    """Give every edit worth trying on a track, for what happens in frames first..last.

    - Where the person under it changes: split there, or swap with any track that was there by
      then and has one of the two people. Who comes later, nobody can know yet.
    - Where it begins: merge it into any earlier track of the same person, or join it with one that
      it overlaps.
    - Where it begins on nobody, or on somebody who has a track: delete it.
    """
    people = verdict.people_of(track)
    rows = np.flatnonzero((track.frames >= first) & (track.frames <= last))
    for row in rows.tolist():
        if row > 0 and people[row] != people[row - 1]:
            yield from _at_change(scene, verdict, track, row, last)
    if first <= track.first_frame <= last:
        yield DeleteTrack(track_id=track.track_id)
        yield from _at_birth(scene, verdict, track, people)


def _at_change(
    scene: Scene, verdict: Verdict, track: TrackView, row: int, last: int
) -> Iterator[Edit]:
    frame = int(track.frames[row])
    yield SplitTrack(track_id=track.track_id, at_frame=frame)
    people = verdict.people_of(track)
    concerned = {people[row - 1], people[row]} - {0}
    for other in scene.tracks.values():
        if other is track or other.first_frame > last:
            continue
        if concerned.intersection(verdict.people_of(other)):
            yield SwapTracks(track_a=track.track_id, track_b=other.track_id, first_frame=frame)


def _at_birth(
    scene: Scene, verdict: Verdict, track: TrackView, people: list[int]
) -> Iterator[Edit]:
    mine = set(people) - {0}
    for other in scene.tracks.values():
        if other is track or other.first_frame > track.first_frame:
            continue
        if not mine.intersection(verdict.people_of(other)):
            continue
        if len(np.intersect1d(other.frames, track.frames)):
            yield JoinOverlapping(keep=other.track_id, absorb=track.track_id)
        else:
            yield MergeTracks(keep=other.track_id, absorb=track.track_id)
