"""What a person who knows the truth could do about a track within a second of video."""

from collections.abc import Iterator

import numpy as np

from trackmend_core.project.edits import (
    DeleteTrack,
    Edit,
    JoinOverlapping,
    MergeTracks,
    PlaceBoxes,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review.bench.verdict import Verdict
from trackmend_core.review.missed import LONGEST_GAP_S
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
    - Where it comes back after a gap: fill that on the straight line.
    """
    people = verdict.people_of(track)
    longest_gap = LONGEST_GAP_S * scene.frame_rate
    rows = np.flatnonzero((track.frames >= first) & (track.frames <= last))
    for row in rows.tolist():
        if row > 0 and people[row] != people[row - 1]:
            yield from _at_change(scene, verdict, track, row, last)
        if row > 0 and 1 < track.frames[row] - track.frames[row - 1] <= longest_gap:
            yield _fill(track, row)
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


def _fill(track: TrackView, row: int) -> Edit:
    """Return the edit that the window makes of one key in the gap before a row."""
    low, high = track.frames[row - 1 : row + 1].tolist()
    frames = np.arange(low + 1, high)
    share = ((frames - low) / (high - low))[:, None]
    boxes = (1 - share) * track.boxes_xyxy[row - 1] + share * track.boxes_xyxy[row]
    return PlaceBoxes(
        track_id=track.track_id,
        frames=tuple(frames.tolist()),
        boxes_xyxy=tuple((x1, y1, x2, y2) for x1, y1, x2, y2 in boxes.tolist()),
        scores=(1.0,) * len(frames),
        detection_ids=(None,) * len(frames),
    )


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
