"""How soon the review queue is up to date after an edit: among 1 000 tracks, and in a crowd.

In the large project everybody walks alone; in the crowd an edit concerns all who are near.

`make bench` prints the rows: medians and p95 beside the promised floor. Nothing asserts a time, for
a busy machine is no fault of the queue; that the queue is right afterwards is asserted.
"""

import gc
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from large_project import BOXES_TOLD, FRAMES, write_large_project
from scale_rows import Taken, say_times, timed
from table import BenchTable

from trackmend_core.project import Project
from trackmend_core.project.edits import Edit, MergeTracks, SplitTrack, SwapTracks
from trackmend_core.review import ReviewIndex
from trackmend_core.types import TrackId

sys.path.insert(0, str(Path(__file__).parents[1] / "core" / "review"))
from drawn_crowd import Crowd, write_crowd

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

FLOOR_MS = 200
MIDDLE = FRAMES // 2
MARGIN = 100
"""Tracks that are cut have at least so many frames on either side."""

CROWD = Crowd(frames=840, people=60, stay=340)
MOST_SWAPS = 20


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, ReviewIndex]]:
    path = tmp_path_factory.mktemp("crowd") / "crowd.trackmend"
    run_id = write_crowd(path, CROWD)
    with Project.open(path, is_scratch=True) as project:
        index = ReviewIndex.open(project, run_id)
        gc.collect()
        gc.freeze()
        yield project, index
        gc.unfreeze()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, ReviewIndex]]:
    path = tmp_path_factory.mktemp("review") / "large.trackmend"
    run_id = write_large_project(path)
    with Project.open(path, is_scratch=True) as project:
        index = ReviewIndex.open(project, run_id)
        # As `index_worker` does, in whose process the index of so many boxes lives.
        gc.collect()
        gc.freeze()
        yield project, index
        gc.unfreeze()


def update_after(project: Project, index: ReviewIndex, edit: Edit) -> list[Taken]:
    """Make an edit and undo it; return how long the queue took each time, without the commit."""
    taken = []
    before = {one.key for one in index.suspicions()}
    for change in (lambda: project.edit(edit), project.undo):
        changes = change()
        assert changes is not None

        def look(changes: object = changes) -> None:
            index.update(changes)  # type: ignore[arg-type]
            index.suspicions()

        taken.append(timed(look))
    assert {one.key for one in index.suspicions()} == before, "undo brings the queue back"
    return taken


def test_the_queue_after_an_edit(large: tuple[Project, ReviewIndex], table: BenchTable) -> None:
    project, index = large
    here = [
        track_id
        for track_id, track in index.scene.tracks.items()
        if track.first_frame < MIDDLE - MARGIN and track.last_frame > MIDDLE + MARGIN
    ][2:]  # the first two go through the whole video
    swaps = [
        SwapTracks(track_a=one, track_b=other, first_frame=MIDDLE)
        for one, other in pairwise(here[:9])
    ]
    splits = [SplitTrack(track_id=track, at_frame=MIDDLE) for track in here[:6]]
    followed = {place: index.scene.tracks[place].last_frame for place in here}
    keep = here[0]
    absorb = next(
        track_id
        for track_id, track in index.scene.tracks.items()
        if track.first_frame > followed[keep]
    )
    merges = [MergeTracks(keep=keep, absorb=absorb)] * 3
    longest = [SwapTracks(track_a=TrackId(1), track_b=TrackId(2), first_frame=MIDDLE)]
    for what, edits in (
        ("a swap of two tracks of 1 800 boxes, and its undo", swaps),
        ("a split, and its undo", splits),
        ("a merge, and its undo", merges),
        ("a swap of 2 x 50 000 boxes, and its undo", longest),
    ):
        taken = [one for edit in edits for one in update_after(project, index, edit)]
        say_times(table, f"queue after {what}, {BOXES_TOLD}", taken, floor_ms=FLOOR_MS)


def test_the_queue_of_a_crowd(crowd: tuple[Project, ReviewIndex], table: BenchTable) -> None:
    project, index = crowd
    tracks = index.scene.tracks
    told = f"a crowd of {len(tracks)} tracks, {index.scene.box_count / CROWD.frames:.0f} a frame"
    opened = [timed(lambda: ReviewIndex.open(project, index.scene.run_id).suspicions())]
    say_times(table, f"queue opened, {told}", opened)
    longest = sorted(tracks, key=lambda one: -len(tracks[one]))[:MOST_SWAPS]
    swaps, splits = [], []
    for one, other in pairwise(longest):
        first = max(tracks[one].first_frame, tracks[other].first_frame)
        last = min(tracks[one].last_frame, tracks[other].last_frame)
        if first < (middle := (first + last) // 2) < last:
            swaps.append(SwapTracks(track_a=one, track_b=other, first_frame=middle))
            splits.append(SplitTrack(track_id=one, at_frame=middle))
    assert len(swaps) > MOST_SWAPS // 2
    for what, edits in (
        ("a swap of two of the longest tracks, and its undo", swaps),
        ("a split of one of them, and its undo", splits),
    ):
        taken = [one for edit in edits for one in update_after(project, index, edit)]
        say_times(table, f"queue after {what}, {told}", taken, floor_ms=FLOOR_MS)
