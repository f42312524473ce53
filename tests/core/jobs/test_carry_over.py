"""Corrections are said again of a newer run: by overlap, by appearance, never by force."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.jobs.carry_over import (
    CarriedOver,
    CarryPlan,
    ConflictKind,
    apply_plan,
    carried_over,
    carry_over,
    corrected_run_before,
    plan_carry_over,
)
from trackmend_core.jobs.said import what_was_said
from trackmend_core.project import Project, VideoInfo
from trackmend_core.project.edits import AddBox, DeleteTrack, MergeTracks, SetBox, SwapTracks
from trackmend_core.types import FrameDetections, Progress, RunId, TrackedBox, TrackId, VideoId

FRAMES = 30
DIM = 8
Box = tuple[float, float, float, float]
Names = Callable[[int, int], int | None]
"""(person, frame) -> the id that the tracker gives, None where it misses them."""


def place(person: int, frame: int) -> Box:
    left = 20.0 + 120 * person + 2.0 * frame
    return left, 60.0, left + 40, 180.0


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "street.trackmend") as made:
        made.add_video(
            VideoInfo(
                path=tmp_path / "street.mp4",
                fingerprint="street",
                frame_count=FRAMES,
                frame_rate=25.0,
                width=640,
                height=480,
            )
        )
        yield made


def add_run(
    project: Project, names: Names, *, ghost: int | None = None, shift: float = 0.0
) -> RunId:
    """Track people 1 to 3, and a ghost that is nobody, under the names given."""
    with project.start_run(
        VideoId(1), model_id=None, tracker_settings={}, detector_settings={}, description="run"
    ) as writer:
        for frame in range(FRAMES):
            seen = [(p, name) for p in (1, 2, 3) if (name := names(p, frame)) is not None]
            boxes = [np.array(place(p, frame)) + shift for p, _ in seen]
            if ghost is not None:
                seen.append((4, ghost))
                boxes.append(np.array([20.0, 300, 60, 420]))
            looks = np.eye(5, DIM)[[p for p, _ in seen]]
            tracked = [
                TrackedBox(track_id=name, box_xyxy=box, score=0.9, detection_index=row)
                for row, ((_, name), box) in enumerate(zip(seen, boxes, strict=True))
            ]
            detections = FrameDetections(np.array(boxes), np.full(len(boxes), 0.9), looks)
            writer.write(frame, detections, tracked)
    return writer.run_id


def as_themselves(person: int, _frame: int) -> int:
    return person


def swapped_late(person: int, frame: int) -> int:
    return {1: 2, 2: 1}.get(person, person) if frame >= 15 else person


def track_at(project: Project, run_id: RunId, person: int, frame: int) -> TrackId:
    centre = place(person, frame)[0] + 20
    (box,) = [
        one
        for one in project.boxes_in_frame(run_id, frame)
        if one.box_xyxy[0] < centre < one.box_xyxy[2] and one.box_xyxy[1] < 100
    ]
    return box.track_id


def carry(project: Project, from_run: RunId, to_run: RunId) -> CarriedOver:
    job = carry_over(project, from_run=from_run, to_run=to_run)
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: CarriedOver = end.value
            return result


def mend_swap(project: Project, run_id: RunId) -> None:
    first, second = (track_at(project, run_id, person, 14) for person in (1, 2))
    project.edit(SwapTracks(track_a=first, track_b=second, first_frame=15))


def test_a_mended_switch_is_mended_in_a_run_that_makes_it_again(project: Project) -> None:
    old = add_run(project, swapped_late)
    mend_swap(project, old)
    new = add_run(project, lambda p, f: swapped_late(p, f) + 10, shift=1.0)
    before = project.boxes_in_range(old, 0, FRAMES)
    result = carry(project, old, new)
    assert result.edits == {"swap_tracks": 1} and not result.conflicts
    assert result.found == result.said > 0
    for person in (1, 2, 3):
        assert track_at(project, new, person, 2) == track_at(project, new, person, 28)
    assert project.boxes_in_range(old, 0, FRAMES) == before, "the older layer is only read"


def test_a_run_that_is_right_already_is_left_alone(project: Project) -> None:
    old = add_run(project, swapped_late)
    mend_swap(project, old)
    new = add_run(project, as_themselves)
    assert carry(project, old, new).edit_count == 0
    kept = carried_over(project, new)
    assert kept is not None and kept["from_run"] == old and kept["conflicts"] == []
    assert carried_over(project, old) is None


def test_what_was_carried_over_is_undone_like_any_edit(project: Project) -> None:
    old = add_run(project, swapped_late)
    mend_swap(project, old)
    new = add_run(project, swapped_late)
    digest = project.digest()
    assert carry(project, old, new).edit_count == 1
    edit = project.edits()[-1]
    assert edit.run_id == new and "carried over" in edit.author
    assert project.replay_digest() == project.digest() != digest
    project.undo()
    assert project.digest() == digest
    assert "carried over" not in project.author


def test_what_the_person_took_away_is_taken_away_again(project: Project) -> None:
    old = add_run(project, as_themselves, ghost=9)
    ghost = next(t for t in project.tracks(old) if t.number == 9)
    project.edit(DeleteTrack(track_id=ghost.track_id))
    new = add_run(project, as_themselves, ghost=77)
    result = carry(project, old, new)
    assert result.edits == {"delete_box": FRAMES}
    assert len(project.tracks(new)) == 3


def test_what_the_person_drew_is_there_again_in_its_own_shape(project: Project) -> None:
    old = add_run(project, lambda p, f: None if (p, f) == (2, 5) else p)
    drawn = place(2, 5)
    project.edit(
        AddBox(
            run_id=old,
            frame_index=5,
            box_xyxy=drawn,
            track_id=track_at(project, old, 2, 4),
        )
    )
    moved = project.boxes_in_frame(old, 20)[0]
    shape = (moved.box_xyxy[0] + 6, 62.0, moved.box_xyxy[2] + 6, 182.0)
    project.edit(SetBox(box_id=moved.box_id, box_xyxy=shape))
    new = add_run(project, lambda p, f: None if (p, f) == (2, 5) else p + 20)
    result = carry(project, old, new)
    assert result.edits == {"add_box": 1, "set_box": 1} and not result.conflicts
    assert track_at(project, new, 2, 5) == track_at(project, new, 2, 4)
    assert shape in [box.box_xyxy for box in project.boxes_in_frame(new, 20)]


def test_verified_frames_list_who_is_missed_and_who_is_new(project: Project) -> None:
    old = add_run(project, as_themselves)
    project.verify(old, 5, 14)
    new = add_run(project, lambda p, f: None if p == 3 and f in (7, 8) else p, ghost=40)
    result = carry(project, old, new)
    assert result.edit_count == 0
    assert [(c.kind, c.first_frame, c.last_frame) for c in result.conflicts] == [
        (ConflictKind.EXTRA, 5, 14),
        (ConflictKind.MISSED, 7, 8),
    ]
    assert "frames 8 to 9" in result.conflicts[1].message


def test_where_two_boxes_fit_alike_their_looks_decide_or_nothing_does(project: Project) -> None:
    old = add_run(project, as_themselves)
    project.verify(old, 0, FRAMES - 1)
    side = 6.0

    def run_with_twin(look: int) -> RunId:
        """In frame 20 person 1 stands in two boxes, left and right of where they were."""
        with project.start_run(
            VideoId(1), model_id=None, tracker_settings={}, detector_settings={}, description="t"
        ) as writer:
            for frame in range(FRAMES):
                x1, y1, x2, y2 = place(1, frame)
                boxes, ids, looks = [(x1, y1, x2, y2)], [50], [1]
                if frame == 20:
                    boxes = [(x1 - side, y1, x2 - side, y2), (x1 + side, y1, x2 + side, y2)]
                    ids, looks = [50, 51], [look, 1]
                tracked = [
                    TrackedBox(track_id=i, box_xyxy=np.array(b), score=0.9, detection_index=row)
                    for row, (i, b) in enumerate(zip(ids, boxes, strict=True))
                ]
                seen = FrameDetections(
                    np.array(boxes), np.full(len(boxes), 0.9), np.eye(5, DIM)[looks]
                )
                writer.write(frame, seen, tracked)
        return writer.run_id

    told_apart = carry(project, old, run_with_twin(look=2))
    assert told_apart.edits == {"swap_tracks": 2}
    assert ConflictKind.UNCLEAR not in {c.kind for c in told_apart.conflicts}
    unclear = carry(project, old, run_with_twin(look=1))
    assert (ConflictKind.UNCLEAR, 20) in [(c.kind, c.first_frame) for c in unclear.conflicts]


def test_the_very_same_boxes_are_found_however_much_they_overlap(project: Project) -> None:
    """Two people walk abreast, look alike, and change ids; the same model finds the same boxes."""

    def run_abreast() -> RunId:
        with project.start_run(
            VideoId(1), model_id=None, tracker_settings={}, detector_settings={}, description="t"
        ) as writer:
            for frame in range(FRAMES):
                x1, y1, x2, y2 = place(1, frame)
                boxes = np.array([(x1, y1, x2, y2), (x1 + 2, y1, x2 + 2, y2)])
                ids = (1, 2) if frame < 15 else (2, 1)
                tracked = [
                    TrackedBox(track_id=i, box_xyxy=box, score=0.9, detection_index=row)
                    for row, (i, box) in enumerate(zip(ids, boxes, strict=True))
                ]
                looks = np.eye(5, DIM)[[1, 1]]
                writer.write(frame, FrameDetections(boxes, np.full(2, 0.9), looks), tracked)
        return writer.run_id

    old = run_abreast()
    first, second = sorted(box.track_id for box in project.boxes_in_frame(old, 0))
    project.edit(SwapTracks(track_a=first, track_b=second, first_frame=15))
    again = carry(project, old, run_abreast())
    assert again.edits == {"swap_tracks": 1}
    assert again.conflicts == ()


LOST, BACK = 4, 20


def gone_for_long(person: int, frame: int) -> int | None:
    """Person 1 is seen again after a gap far longer than a look, under another id."""
    if person != 1 or frame < LOST:
        return person
    return 9 if frame >= BACK else None


@pytest.mark.parametrize("keeps_the_first", [True, False])
def test_ends_joined_over_a_long_gap_are_joined_again(
    project: Project, keeps_the_first: bool
) -> None:
    old = add_run(project, gone_for_long)
    first, again = track_at(project, old, 1, 0), track_at(project, old, 1, BACK)
    keep, absorb = (first, again) if keeps_the_first else (again, first)
    project.edit(MergeTracks(keep=keep, absorb=absorb))
    new = add_run(project, gone_for_long, shift=1.0)
    assert track_at(project, new, 1, 0) != track_at(project, new, 1, BACK)
    outcome = carry(project, old, new)
    assert outcome.edits == {"merge_tracks": 1}
    assert track_at(project, new, 1, 0) == track_at(project, new, 1, BACK)


def drain(job: Generator[Progress, None, CarryPlan]) -> CarryPlan:
    while True:
        try:
            next(job)
        except StopIteration as end:
            plan: CarryPlan = end.value
            return plan


def test_many_corrections_are_one_edit_and_one_undo(project: Project) -> None:
    old = add_run(project, swapped_late, ghost=9)
    mend_swap(project, old)
    ghost = next(track for track in project.tracks(old) if track.number == 9)
    project.edit(DeleteTrack(track_id=ghost.track_id))
    new = add_run(project, swapped_late, ghost=9)
    before, count = project.digest(), len(project.edits())
    result = carry(project, old, new)
    assert result.edit_count == FRAMES + 1
    assert len(project.edits()) == count + 1
    assert project.edits()[-1].title == f"Carry over {FRAMES + 1} corrections of run {old}"
    after = project.digest()
    assert project.replay_digest() == after
    project.undo()
    assert project.digest() == before
    project.redo()
    assert project.digest() == after


def test_a_track_that_is_made_on_the_way_is_found_by_the_steps_after_it(project: Project) -> None:
    """The new run joins two people; their parts are told apart again, and the drawn box fits in."""
    old = add_run(project, lambda p, f: None if (p, f) == (1, 20) else p)
    owner = track_at(project, old, 1, 19)
    project.edit(AddBox(run_id=old, frame_index=20, box_xyxy=place(1, 20), track_id=owner))
    project.verify(old, 0, FRAMES - 1)

    def joined(person: int, frame: int) -> int | None:
        if person == 1 and frame in (20, 0, 1):
            return None
        return {1: 7, 2: 7 if frame < 2 else 8}.get(person, person)

    new = add_run(project, joined)
    result = carry(project, old, new)
    assert result.edits.get("split_track") == 1
    assert track_at(project, new, 1, 20) == track_at(project, new, 1, 28)
    assert track_at(project, new, 2, 0) == track_at(project, new, 2, 28)
    assert project.replay_digest() == project.digest()


def test_planning_changes_nothing_and_a_stale_plan_is_refused(project: Project) -> None:
    old = add_run(project, swapped_late)
    mend_swap(project, old)
    new = add_run(project, swapped_late)
    before = project.digest()
    plan = drain(plan_carry_over(project, from_run=old, to_run=new))
    assert project.digest() == before and plan.result.edit_count == 1
    project.edit(DeleteTrack(track_id=track_at(project, new, 3, 3)))
    changed = project.digest()
    with pytest.raises(UserError, match="changed since"):
        apply_plan(project, plan)
    assert project.digest() == changed


def test_what_was_carried_over_can_be_carried_on(project: Project) -> None:
    old = add_run(project, swapped_late)
    mend_swap(project, old)
    between = add_run(project, swapped_late)
    carry(project, old, between)
    newest = add_run(project, swapped_late)
    assert corrected_run_before(project, newest) == between
    said = what_was_said(project, between)
    assert min(said.frames) > 0, "what was said is around the swap, not the whole run"
    assert carry(project, between, newest).edits == {"swap_tracks": 1}
    assert corrected_run_before(project, newest) is None


def test_without_corrections_there_is_nothing_to_offer(project: Project) -> None:
    add_run(project, as_themselves)
    newer = add_run(project, as_themselves)
    assert corrected_run_before(project, newer) is None


def test_runs_of_which_nothing_was_said_are_refused(project: Project) -> None:
    old, new = add_run(project, as_themselves), add_run(project, as_themselves)
    with pytest.raises(UserError, match="Nothing was corrected"):
        carry(project, old, new)
    with pytest.raises(UserError, match="another run"):
        carry(project, old, old)


def test_what_was_decided_in_the_newer_run_stays_and_is_listed(project: Project) -> None:
    old = add_run(project, swapped_late)
    mend_swap(project, old)
    drawn = (300.0, 300.0, 340.0, 400.0)
    (box,) = project.boxes_of_track(track_at(project, old, 3, 20))[20:21]
    project.edit(SetBox(box_id=box.box_id, box_xyxy=(424.0, 64.0, 464.0, 184.0)))
    new = add_run(project, swapped_late)
    (mine,) = project.boxes_of_track(track_at(project, new, 3, 20))[20:21]
    project.edit(SetBox(box_id=mine.box_id, box_xyxy=(416.0, 64.0, 456.0, 184.0)))
    project.edit(AddBox(run_id=new, frame_index=20, box_xyxy=drawn))
    decided = project.boxes_in_frame(new, 20)
    result = carry(project, old, new)
    assert result.edits == {"swap_tracks": 1}
    (conflict,) = (one for one in result.conflicts if one.kind is ConflictKind.DECIDED)
    assert (conflict.number, conflict.first_frame) == (3, 20)
    kept = {box.box_id: box.box_xyxy for box in project.boxes_in_frame(new, 20)}
    assert kept == {box.box_id: box.box_xyxy for box in decided}


def test_identities_that_were_decided_in_the_newer_run_are_not_swapped(project: Project) -> None:
    old = add_run(project, swapped_late)
    mend_swap(project, old)
    new = add_run(project, swapped_late)
    project.verify(new, 12, 25)
    decided = project.boxes_in_range(new, 12, 25)
    result = carry(project, old, new)
    assert project.boxes_in_range(new, 12, 25) == decided
    assert [one.is_intact for one in project.verified(new)] == [True]
    assert {one.kind for one in result.conflicts} == {ConflictKind.DECIDED}
    assert all("you decided in this run" in one.message for one in result.conflicts)
    assert len(result.conflicts) == 2, "one line for each person, not for each frame"


def test_what_was_undone_or_corrected_since_can_be_carried_over_again(project: Project) -> None:
    old = add_run(project, swapped_late)
    mend_swap(project, old)
    new = add_run(project, swapped_late)
    carry(project, old, new)
    assert corrected_run_before(project, new) is None
    project.undo()
    assert corrected_run_before(project, new) == old, "what was undone may be wanted after all"
    carry(project, old, new)
    assert corrected_run_before(project, new) is None
    project.edit(DeleteTrack(track_id=track_at(project, old, 3, 3)))
    assert corrected_run_before(project, new) == old, "more was corrected in the earlier run"
    carry(project, old, new)
    assert corrected_run_before(project, new) is None
