"""What carrying over plans, refuses, leaves alone, and offers again."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from carried_runs import (
    FRAMES,
    add_run,
    as_themselves,
    carry,
    mend_swap,
    place,
    street_project,
    swapped_late,
    track_at,
)

from trackmend_core.errors import UserError
from trackmend_core.jobs.carry_over import (
    CarryPlan,
    ConflictKind,
    apply_plan,
    corrected_run_before,
    plan_carry_over,
)
from trackmend_core.jobs.said import what_was_said
from trackmend_core.project import Project
from trackmend_core.project.edits import AddBox, DeleteTrack, SetBox
from trackmend_core.types import Progress


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with street_project(tmp_path) as made:
        yield made


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
