"""Stretches that a person verified: amber after a change, replaced, counted once."""

import pytest
from project_scenes import box_at, track_numbered

from trackmend_core.errors import UserError
from trackmend_core.project import Project, verified_share
from trackmend_core.project.edits import (
    AddBox,
    DeleteBox,
    DeleteTrack,
    DescribeTracks,
    Edit,
    MarkOutside,
    SetOcclusion,
    SwapTracks,
)
from trackmend_core.types import RunId, TrackId


def test_a_change_turns_a_verified_stretch_amber_and_its_undo_turns_it_back(
    project: Project, run_id: RunId
) -> None:
    project.verify(run_id, 0, 19)
    project.verify(run_id, 30, 39)
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    edit = SwapTracks(track_a=a, track_b=b, first_frame=10)
    assert project.preview(edit).verified_changed == 2
    assert [one.is_intact for one in project.verified(run_id)] == [True, True]
    assert project.edit(edit).verified_changed == 2
    assert [one.is_intact for one in project.verified(run_id)] == [False, False]
    project.undo()
    assert [one.is_intact for one in project.verified(run_id)] == [True, True]
    project.edit(SwapTracks(track_a=a, track_b=b, first_frame=20, last_frame=29))
    assert [one.is_intact for one in project.verified(run_id)] == [True, True]
    assert project.check_verified(run_id)


@pytest.mark.parametrize(
    "edit",
    [
        DescribeTracks(track_ids=(TrackId(1),), label="x"),
        SetOcclusion(track_id=TrackId(2), first_frame=5, last_frame=9, is_occluded=True),
        DeleteTrack(track_id=TrackId(2)),
    ],
)
def test_a_verified_track_cares_for_its_own_boxes_only(
    project: Project, run_id: RunId, edit: Edit
) -> None:
    project.verify(run_id, 0, 39, track_id=TrackId(1))
    project.edit(edit)
    assert [one.is_intact for one in project.verified(run_id)] == [True]
    project.edit(
        AddBox(run_id=run_id, frame_index=50, box_xyxy=(1.0, 1.0, 9.0, 9.0), track_id=TrackId(1))
    )
    assert [one.is_intact for one in project.verified(run_id)] == [True]
    project.edit(MarkOutside(track_id=TrackId(1), first_frame=39, last_frame=39))
    assert [one.is_intact for one in project.verified(run_id)] == [False]
    assert project.check_verified(run_id)


def test_verifying_again_replaces_what_lies_inside(project: Project, run_id: RunId) -> None:
    project.verify(run_id, 5, 9)
    project.verify(run_id, 2, 3, track_id=TrackId(1))
    stretch = project.verify(run_id, 0, 500)
    assert (stretch.first_frame, stretch.last_frame) == (0, 39), "only tracked frames"
    assert len(project.verified(run_id)) == 2
    project.unverify(stretch.stretch_id)
    assert [one.track_id for one in project.verified(run_id)] == [TrackId(1)]
    with pytest.raises(UserError, match="tracked"):
        project.verify(run_id, 60, 70)


def test_the_verified_share_counts_boxes_once(project: Project, run_id: RunId) -> None:
    def share() -> float:
        return verified_share(project.tracks(run_id), project.verified(run_id))

    assert share() == 0
    project.verify(run_id, 0, 19)
    assert share() == pytest.approx(0.5)
    project.verify(run_id, 10, 29, track_id=TrackId(1))
    assert share() == pytest.approx((80 + 10) / 160)
    project.edit(DeleteBox(box_id=box_at(project, run_id, 2, 3).box_id))
    assert share() == pytest.approx(20 / 159)
