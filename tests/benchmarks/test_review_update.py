"""How soon the review queue is up to date after an edit, in a project of 1 000 tracks.

`make bench` prints it: medians and p95 beside the promised floor. Nothing asserts a time, for a
busy machine is no fault of the queue.
"""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pytest
from large_project import BOXES_TOLD, FRAMES, write_large_project

from trackmend_core.project import Project
from trackmend_core.project.edits import Edit, MergeTracks, SplitTrack, SwapTracks
from trackmend_core.review import ReviewIndex
from trackmend_core.types import TrackId

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

FLOOR_MS = 200
MIDDLE = FRAMES // 2

T = TypeVar("T")
Taken = tuple[float, float]
"""Seconds by the clock and of the processor."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, ReviewIndex]]:
    path = tmp_path_factory.mktemp("review") / "large.trackmend"
    run_id = write_large_project(path)
    with Project.open(path, is_scratch=True) as project:
        taken, index = timed(lambda: ReviewIndex.open(project, run_id))
        print(f"\nreview queue, {BOXES_TOLD}: open {taken[0]:.1f} s (processor {taken[1]:.1f} s)")
        yield project, index


def timed(work: Callable[[], T]) -> tuple[Taken, T]:
    clock, own = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - clock, time.process_time() - own), result


def tell(what: str, taken: list[Taken]) -> None:
    clock, own = (1e3 * np.array(column) for column in zip(*taken, strict=True))
    middle, p95 = np.percentile(clock, (50, 95))
    kept = "kept" if p95 <= FLOOR_MS else "MISSED"
    print(
        f"{what}: median {middle:.1f} ms, p95 {p95:.1f} ms, floor {FLOOR_MS} ms: {kept}"
        f" (processor: median {np.median(own):.1f} ms, p95 {np.percentile(own, 95):.1f} ms)"
    )


def update_after(project: Project, index: ReviewIndex, edit: Edit) -> list[Taken]:
    """Make an edit and undo it; return how long the queue took each time, without the commit."""
    taken = []
    for change in (lambda: project.edit(edit), project.undo):
        changes = change()
        assert changes is not None

        def look(changes: object = changes) -> None:
            index.update(changes)  # type: ignore[arg-type]
            index.suspicions()

        taken.append(timed(look)[0])
    return taken


def test_the_queue_after_an_edit(large: tuple[Project, ReviewIndex]) -> None:
    project, index = large
    here = [
        track.track_id
        for track in project.tracks(index.scene.run_id)
        if track.first_frame < MIDDLE < track.last_frame
    ]
    swaps = [
        SwapTracks(track_a=one, track_b=other, first_frame=MIDDLE)
        for one, other in pairwise(here[2:])  # the first two go through the whole video
    ]
    tell(
        "queue after a swap of two tracks of 1 800 boxes, and its undo",
        [one for swap in swaps[:8] for one in update_after(project, index, swap)],
    )
    splits = [SplitTrack(track_id=track, at_frame=MIDDLE) for track in here[2:8]]
    tell(
        "queue after a split, and its undo",
        [one for split in splits for one in update_after(project, index, split)],
    )
    merge = MergeTracks(keep=TrackId(3), absorb=TrackId(4))
    tell("queue after a merge, and its undo", update_after(project, index, merge) * 2)
    longest = SwapTracks(track_a=TrackId(1), track_b=TrackId(2), first_frame=MIDDLE)
    tell("queue after a swap of 2 x 50 000 boxes", update_after(project, index, longest))
