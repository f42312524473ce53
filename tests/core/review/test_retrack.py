"""Re-tracking is a dry run that keeps to what people decided, and one edit takes it over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from review_scenes import Walker, bystanders, record_walkers, track_at

from trackmend_core.project import LayerArrays, Project, as_stored
from trackmend_core.project.edits import (
    AddBox,
    DeleteTrackFrom,
    MarkOutside,
    PlaceBoxes,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review import ReviewIndex
from trackmend_core.review.retrack import retrack
from trackmend_core.review.retrack_diff import ChangeKind, Retracked
from trackmend_core.review.retrack_scene import retracked_scene
from trackmend_core.tracking import Preset, Tracker, TrackerSettings, preset_settings
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
    job = retrack(project, run_id, from_frame=from_frame, settings=settings)
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


def test_what_is_said_in_the_middle_of_the_reading_counts_the_next_time(
    scene: tuple[Project, RunId], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, run_id = scene
    expected = tried(project, run_id, from_frame=50)[1].edit()
    assert expected is not None
    read = project.layer_arrays

    def read_then_somebody_verifies(run_id: RunId) -> LayerArrays:
        layer = read(run_id)
        monkeypatch.undo()
        project.verify(run_id, 0, 199)
        return layer

    job = retrack(project, run_id, from_frame=50, settings=SETTINGS)
    monkeypatch.setattr(project, "layer_arrays", read_then_somebody_verifies)
    next(job)
    while True:
        try:
            next(job)
        except StopIteration as end:
            assert end.value.edit() == expected
            break
    assert tried(project, run_id, from_frame=50)[1].edit() is None, "all of it is verified"


def test_verified_stretches_are_never_touched(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    project.verify(run_id, 90, 140)
    layer = [project.boxes_in_frame(run_id, frame) for frame in range(90, 141)]
    edit = tried(project, run_id, from_frame=50)[1].edit()
    if edit is not None:
        project.edit(edit)
    assert [project.boxes_in_frame(run_id, frame) for frame in range(90, 141)] == layer
    assert all(stretch.is_intact for stretch in project.verified(run_id))


def test_an_untouched_run_tracked_again_as_it_was_gives_the_same(tmp_path: Path) -> None:
    walkers = [
        Walker(person=0, x=100, speed=2.0),
        Walker(
            person=1,
            x=500,
            speed=-2.0,
            foot=404,
            frames=[*range(90), *range(105, 200)],
            number=2,
        ),
        Walker(person=3, x=300, speed=0.5, foot=250, frames=range(40, 160), number=3),
    ]
    project, fabricated = record_walkers(tmp_path / "again.trackmend", walkers)
    with project:
        run_id = track_again(project, fabricated)
        for from_frame in (0, 30, 95, 150):
            outcome = tried(project, run_id, from_frame=from_frame)[1]
            assert outcome.edit() is None, (from_frame, outcome.changes)
            assert {change.kind for change in outcome.changes} == {ChangeKind.UNCHANGED}


def track_again(project: Project, run_id: RunId) -> RunId:
    """Return a run of the same detections that a real tracker has made."""
    tracker = Tracker(SETTINGS)
    with project.start_run(
        project.run(run_id).video_id,
        model_id=None,
        tracker_settings=SETTINGS.to_dict(),
        detector_settings={},
        description="tracked",
    ) as writer:
        for stored in project.iter_detections(run_id):
            seen = as_stored(stored.detections)
            writer.write(stored.frame_index, seen, tracker.step(seen))
    return writer.run_id


LENIENT = TrackerSettings.default(25.0, score_threshold=0.3)
OVERSEEN = Walker(
    person=4, x=200, speed=1.0, foot=330, number=4, untracked=range(60, 200), score=0.35
)


@pytest.fixture
def overseen(tmp_path: Path) -> Iterator[tuple[Project, RunId]]:
    """Nothing is wrong but for one person who is detected all along and tracked until frame 60."""
    project, run_id = record_walkers(tmp_path / "one.trackmend", [OVERSEEN, *bystanders()])
    with project:
        yield project, run_id


def test_a_lower_threshold_extends_a_track_by_what_was_detected_all_along(
    overseen: tuple[Project, RunId],
) -> None:
    project, run_id = overseen
    _, outcome = tried(project, run_id, from_frame=50, settings=LENIENT)
    (change,) = [one for one in outcome.changes if one.kind is not ChangeKind.UNCHANGED]
    assert (change.kind, change.gained, change.found) == (ChangeKind.EXTENDED, 140, 140)
    assert change.frames == (60, 199)
    edit = outcome.edit()
    assert edit is not None
    project.edit(edit)
    assert len(project.boxes_of_track(track_at(project, run_id, OVERSEEN, 10))) == 200
    # What an association has made, another may unmake: it is no decision about these boxes.
    _, back = tried(project, run_id, from_frame=50, settings=SETTINGS)
    (change,) = [one for one in back.changes if one.kind is not ChangeKind.UNCHANGED]
    assert (change.kind, change.dropped) == (ChangeKind.CUT, 150)


def test_nothing_appears_in_frames_that_were_verified(overseen: tuple[Project, RunId]) -> None:
    project, run_id = overseen
    owner = track_at(project, run_id, OVERSEEN, 10)
    project.verify(run_id, 70, 80)
    project.verify(run_id, 100, 120, track_id=owner)
    _, outcome = tried(project, run_id, from_frame=50, settings=LENIENT)
    edit = outcome.edit()
    assert edit is not None
    project.edit(edit)
    frames = {box.frame_index for box in project.boxes_of_track(owner)}
    assert frames == set(range(200)) - set(range(70, 81)) - set(range(100, 121))
    assert all(stretch.is_intact for stretch in project.verified(run_id))


def test_what_a_person_deleted_is_not_found_again(overseen: tuple[Project, RunId]) -> None:
    project, run_id = overseen
    owner = track_at(project, run_id, OVERSEEN, 10)
    project.edit(DeleteTrackFrom(track_id=owner, from_frame=40))
    _, outcome = tried(project, run_id, from_frame=30, settings=LENIENT)
    again = {box.frame for _, box in outcome.added}
    assert again.isdisjoint(range(40, 60)), "these boxes were there, and a person took them out"


def test_whom_a_person_has_drawn_is_not_tracked_a_second_time(
    overseen: tuple[Project, RunId],
) -> None:
    project, run_id = overseen
    x1, y1, x2, y2 = OVERSEEN.box_at(150).tolist()
    project.edit(AddBox(run_id=run_id, frame_index=150, box_xyxy=(x1 + 2, y1, x2 + 2, y2)))
    _, outcome = tried(project, run_id, from_frame=50, settings=LENIENT)
    added = {box.frame for _, box in outcome.added}
    assert 149 in added and 151 in added and 150 not in added
    project.edit(outcome.edit())
    assert len([b for b in project.boxes_in_frame(run_id, 150) if b.source == "person"]) == 1


def test_filled_gaps_stay_filled(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    faint = track_at(project, run_id, FAINT, 10)
    boxes = {box.frame_index: box for box in project.boxes_of_track(faint)}
    project.edit(MarkOutside(track_id=faint, first_frame=120, last_frame=160))
    filled = range(120, 161)
    project.edit(
        PlaceBoxes(
            track_id=faint,
            frames=tuple(filled),
            boxes_xyxy=tuple(boxes[frame].box_xyxy for frame in filled),
            scores=(1.0,) * len(filled),
            detection_ids=tuple(boxes[frame].detection_id for frame in filled),
        )
    )
    strict = TrackerSettings.default(25.0, score_threshold=0.6)
    _, outcome = tried(project, run_id, from_frame=50, settings=strict)
    gone = {frame for track, frame in outcome.removed if track == faint}
    assert gone and gone.isdisjoint(filled)


def test_a_track_that_is_split_by_a_person_is_not_joined_again(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    faint = track_at(project, run_id, FAINT, 10)
    project.edit(SplitTrack(track_id=faint, at_frame=120))
    later = track_at(project, run_id, FAINT, 190)
    outcome = tried(project, run_id, from_frame=50)[1]
    assert later != faint
    assert {change.kind for change in outcome.changes if change.target in (faint, later)} == {
        ChangeKind.UNCHANGED
    }


@pytest.mark.parametrize("preset", list(Preset))
def test_no_way_of_tracking_undoes_a_persons_swap(
    scene: tuple[Project, RunId], preset: Preset
) -> None:
    project, run_id = scene
    one, two = (track_at(project, run_id, walker, 10) for walker in (LEFT, RIGHT))
    project.edit(SwapTracks(track_a=one, track_b=two, first_frame=100))
    settings = preset_settings(preset, frame_rate=25.0)
    edit = tried(project, run_id, from_frame=50, settings=settings)[1].edit()
    if edit is not None:
        project.edit(edit)
    for walker, track_id in ((LEFT, one), (RIGHT, two)):
        for frame in (80, 99, 100, 120):
            assert track_at(project, run_id, walker, frame) == track_id
