"""Re-tracking is a dry run that keeps to what people decided, and one edit takes it over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from review_scenes import Walker, bystanders, record_walkers, track_at

from trackmend_core.project import Project
from trackmend_core.project.edits import SwapTracks
from trackmend_core.review import ReviewIndex
from trackmend_core.review.retrack import retrack
from trackmend_core.review.retrack_diff import ChangeKind, Retracked, retracked_scene
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import RunId

SETTINGS = TrackerSettings.default(25.0)
LEFT = Walker(person=0, x=100, speed=2.0, number=1, renamed=((100, 2),))
RIGHT = Walker(person=1, x=500, speed=-2.0, number=2, foot=404, renamed=((100, 1),))
FAINT = Walker(person=3, x=560, speed=-1.0, foot=250, number=3, score=0.45)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Project, RunId]]:
    """Two people who trade ids in frame 100 although they look different, and a faint one."""
    walkers = [LEFT, RIGHT, FAINT, *bystanders()]
    project, run_id = record_walkers(tmp_path / "walkers.trackmend", walkers)
    with project:
        yield project, run_id


def tried(
    project: Project, run_id: RunId, *, from_frame: int, settings: TrackerSettings = SETTINGS
) -> tuple[ReviewIndex, Retracked]:
    index = ReviewIndex.open(project, run_id)
    job = retrack(project, index.scene, from_frame=from_frame, settings=settings)
    while True:
        try:
            next(job)
        except StopIteration as end:
            outcome: Retracked = end.value
            return index, outcome


def test_a_dry_run_changes_nothing_and_says_who_trades_boxes(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    before = project.digest()
    _, outcome = tried(project, run_id, from_frame=50)
    assert project.digest() == before
    kinds = {change.number: change.kind for change in outcome.changes}
    one, two = (
        project.box(project.boxes_of_track(track_at(project, run_id, walker, 10))[0].box_id).number
        for walker in (LEFT, RIGHT)
    )
    assert kinds[one] is kinds[two] is ChangeKind.REASSIGNED
    assert {kind for number, kind in kinds.items() if number not in (one, two)} == {
        ChangeKind.UNCHANGED
    }
    groups = {change.group for change in outcome.changes if change.number in (one, two)}
    assert len(groups) == 1


def test_accepting_it_is_one_edit_that_mends_the_switch_and_can_be_undone(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    before = project.digest()
    index, outcome = tried(project, run_id, from_frame=50)
    edit = outcome.edit()
    assert edit is not None
    radius = index.blast_radius(edit)
    changes = project.edit(edit)
    assert changes.box_count == radius.boxes
    for walker in (LEFT, RIGHT):
        assert track_at(project, run_id, walker, 20) == track_at(project, run_id, walker, 180)
    assert project.replay_digest() == project.digest()
    project.undo()
    assert project.digest() == before


def test_the_scene_to_come_has_fewer_suspicions(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    index, outcome = tried(project, run_id, from_frame=50)
    assert len(index.suspicions(least_probability=0.5)) == 1
    assert index.suspicion_count(retracked_scene(index.scene, outcome), least_probability=0.5) == 0


def test_other_thresholds_leave_the_faint_one_out_and_only_some_may_be_accepted(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    strict = TrackerSettings.default(25.0, score_threshold=0.6)
    _, outcome = tried(project, run_id, from_frame=50, settings=strict)
    (cut,) = [change for change in outcome.changes if change.kind is ChangeKind.CUT]
    faint = track_at(project, run_id, FAINT, 10)
    assert (cut.target, cut.kept, cut.lost) == (faint, 0, 150)
    edit = outcome.edit([cut.group])
    assert edit is not None
    assert project.edit(edit).tracks == {faint}
    assert len(project.boxes_of_track(faint)) == 50
    assert outcome.edit([]) is None


def test_what_a_person_swapped_stays_swapped(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    one, two = (track_at(project, run_id, walker, 10) for walker in (LEFT, RIGHT))
    project.edit(SwapTracks(track_a=one, track_b=two, first_frame=100))
    assert tried(project, run_id, from_frame=50)[1].edit() is None
    # Also a decision that the tracker does not agree with.
    project.edit(SwapTracks(track_a=one, track_b=two, first_frame=150))
    outcome = tried(project, run_id, from_frame=50)[1]
    assert outcome.edit() is None, outcome.changes


def test_verified_stretches_are_never_touched(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    project.verify(run_id, 90, 140)
    layer = [project.boxes_in_frame(run_id, frame) for frame in range(90, 141)]
    edit = tried(project, run_id, from_frame=50)[1].edit()
    if edit is not None:
        project.edit(edit)
    assert [project.boxes_in_frame(run_id, frame) for frame in range(90, 141)] == layer
    assert all(stretch.is_intact for stretch in project.verified(run_id))
