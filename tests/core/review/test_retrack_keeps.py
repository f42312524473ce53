"""Whatever people did and whatever is tried: re-tracking keeps every decision and can be undone."""

import random
from pathlib import Path

import pytest
from review_scenes import Walker, record_walkers

from trackmend_core.errors import UserError
from trackmend_core.project import BoxRecord, Project
from trackmend_core.project.edits import (
    AddBox,
    ConfirmBox,
    DeleteBox,
    DeleteTrackFrom,
    Edit,
    MergeTracks,
    ReassignBoxes,
    SetBox,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review import ReviewIndex
from trackmend_core.review.retrack import retrack
from trackmend_core.review.retrack_diff import ChangeKind, Retracked
from trackmend_core.review.retrack_scene import retracked_scene
from trackmend_core.tracking import Preset, TrackerSettings, preset_settings
from trackmend_core.types import BoxSource, RunId

LAST = 199
CROWD = [
    Walker(person=0, x=60, speed=2.4, number=1, renamed=((90, 2), (150, 5))),
    Walker(person=1, x=560, speed=-2.2, number=2, foot=404, renamed=((90, 1),)),
    Walker(person=2, x=300, speed=0.3, number=3, foot=330, score=0.5, untracked=range(70, 90)),
    Walker(person=3, x=420, speed=-0.8, number=4, foot=260, score=0.35, untracked=range(120, 200)),
    Walker(person=100, x=120, speed=1.0, number=6, foot=410, frames=[*range(80), *range(100, 200)]),
]


def an_edit(dice: random.Random, project: Project, run_id: RunId) -> Edit:
    """Something that a person might do."""
    tracks = project.tracks(run_id)
    one, two = dice.sample(tracks, 2)
    frame = dice.randint(one.first_frame, one.last_frame)
    boxes = project.boxes_of_track(one.track_id)
    box = dice.choice(boxes)
    x1, y1, x2, y2 = box.box_xyxy
    x = dice.uniform(0, 500)
    edits: list[Edit] = [
        SwapTracks(track_a=one.track_id, track_b=two.track_id, first_frame=frame),
        SwapTracks(
            track_a=one.track_id, track_b=two.track_id, first_frame=frame, last_frame=frame + 20
        ),
        SplitTrack(track_id=one.track_id, at_frame=frame),
        MergeTracks(keep=one.track_id, absorb=two.track_id),
        DeleteBox(box_id=box.box_id),
        DeleteTrackFrom(track_id=one.track_id, from_frame=max(frame, one.first_frame + 5)),
        ConfirmBox(box_id=box.box_id),
        SetBox(box_id=box.box_id, box_xyxy=(max(0, x1 - 3), y1, x2, y2)),
        AddBox(run_id=run_id, frame_index=frame, box_xyxy=(x, 100, x + 50, 220)),
        ReassignBoxes(
            track_id=one.track_id, to_track_id=None, first_frame=frame, last_frame=frame + 15
        ),
    ]
    return dice.choice(edits)


def decided(project: Project, run_id: RunId) -> list[BoxRecord]:
    """Boxes that must stay exactly as they are."""
    verified = project.verified(run_id)
    return [
        box
        for box in project.boxes_in_range(run_id, 0, LAST)
        if box.source is BoxSource.PERSON
        or any(
            one.first_frame <= box.frame_index <= one.last_frame
            and one.track_id in (None, box.track_id)
            for one in verified
        )
    ]


def outcome_of(
    project: Project, run_id: RunId, *, from_frame: int, settings: TrackerSettings
) -> Retracked:
    job = retrack(project, run_id, from_frame=from_frame, settings=settings)
    while True:
        try:
            next(job)
        except StopIteration as end:
            outcome: Retracked = end.value
            return outcome


@pytest.mark.parametrize("seed", range(12))
def test_no_decision_is_lost_whatever_is_tried(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    project, run_id = record_walkers(tmp_path / "kept.trackmend", CROWD)
    with project:
        for _ in range(dice.randint(0, 6)):
            try:
                project.edit(an_edit(dice, project, run_id))
            except UserError:
                continue  # not possible there
        first = dice.randint(0, 150)
        tracks = project.tracks(run_id)
        whose = dice.choice((None, dice.choice(tracks).track_id))
        project.verify(run_id, first, first + dice.randint(5, 40), track_id=whose)
        gone = project.decided_boxes(run_id).taken_out
        before, kept = project.digest(), decided(project, run_id)
        earlier_from = dice.randint(0, 180)
        score = dice.choice((0.2, 0.4, 0.45, 0.6))
        settings = preset_settings(
            dice.choice(list(Preset)), frame_rate=25.0, score_threshold=score
        )
        outcome = outcome_of(project, run_id, from_frame=earlier_from, settings=settings)
        assert project.digest() == before, "a dry run"
        groups = {change.group for change in outcome.changes if change.frames is not None}
        some = {group for group in groups if dice.random() < 0.6} if dice.random() < 0.5 else groups
        earlier = project.boxes_in_range(run_id, 0, earlier_from - 1) if earlier_from else []
        edit = outcome.edit(some)
        if edit is None:
            return  # nothing would change, so nothing can be lost
        changes = project.edit(edit)
        assert changes.verified_changed == 0
        assert outcome.radius(some) == (changes.box_count, changes.track_count)
        assert decided(project, run_id) == kept
        if earlier_from:
            assert project.boxes_in_range(run_id, 0, earlier_from - 1) == earlier
        here = {box.detection_id for box in project.boxes_in_range(run_id, 0, LAST)}
        assert here.isdisjoint(gone), "what was deleted is not found again"
        assert project.check_verified(run_id)
        assert project.digest() == project.replay_digest()
        if some == groups:
            assert_as_foretold(project, run_id, outcome, before=before)
        project.undo() if project.digest() != before else None
        assert project.digest() == before


def assert_as_foretold(project: Project, run_id: RunId, outcome: Retracked, *, before: str) -> None:
    """The layer is now what the scene of the dry run said it would be."""
    after = ReviewIndex.open(project, run_id).scene
    project.undo()
    assert project.digest() == before
    foretold = retracked_scene(ReviewIndex.open(project, run_id).scene, outcome)
    stays = {int(track) for track in foretold.tracks if track > 0}
    assert stays <= {int(track) for track in after.tracks}
    for track_id in stays:
        one, two = foretold.tracks[track_id], after.tracks[track_id]  # type: ignore[index]
        assert one.frames.tolist() == two.frames.tolist()
        assert one.embedding_rows.tolist() == two.embedding_rows.tolist()
    new = [change for change in outcome.changes if change.kind is ChangeKind.NEW]
    assert len(after.tracks) == len(stays) + len(new)
