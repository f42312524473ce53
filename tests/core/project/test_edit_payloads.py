"""Edits come out of the log as they went in."""

import dataclasses
import json

import pytest

from trackmend_core.project import Project
from trackmend_core.project.edits import (
    EDIT_KINDS,
    AddBox,
    CarryOver,
    ConfirmBox,
    DeleteBox,
    DeleteStretch,
    DeleteTrack,
    DeleteTrackFrom,
    DeleteTracks,
    DescribeTracks,
    Edit,
    JoinOverlapping,
    MarkOutside,
    MergeMany,
    MergeTracks,
    PlaceBoxes,
    ReassignBoxes,
    ReassignPieces,
    RefineTracks,
    Retrack,
    RevertTo,
    SetBox,
    SetOcclusion,
    SplitTrack,
    SwapTracks,
    from_payload,
    kind_of,
    to_payload,
)
from trackmend_core.types import BoxId, RunId, TrackId

EXAMPLES: list[Edit] = [
    SwapTracks(track_a=TrackId(1), track_b=TrackId(2), first_frame=3, last_frame=None),
    ReassignBoxes(track_id=TrackId(1), to_track_id=None, first_frame=3, last_frame=5),
    MergeTracks(keep=TrackId(1), absorb=TrackId(2)),
    SplitTrack(track_id=TrackId(1), at_frame=3),
    DeleteBox(box_id=BoxId(4)),
    DeleteTrackFrom(track_id=TrackId(1), from_frame=3),
    DeleteTrack(track_id=TrackId(1)),
    SetBox(box_id=BoxId(4), box_xyxy=(0.1, 1 / 3, 7.000000000000001, 9e15)),
    AddBox(run_id=RunId(1), frame_index=3, box_xyxy=(0.1, 0.2, 0.7, 5e-324), track_id=None),
    DeleteTracks(track_ids=(TrackId(1), TrackId(2))),
    MergeMany(keep=TrackId(1), absorb=(TrackId(2), TrackId(3))),
    ConfirmBox(box_id=BoxId(4)),
    PlaceBoxes(
        track_id=TrackId(1),
        frames=(3, 4),
        boxes_xyxy=((0.1, 1 / 3, 7.000000000000001, 9e15), (1.0, 2.0, 3.0, 4.0)),
        scores=(0.1, 1.0),
        detection_ids=(None, 7),
    ),
    SetOcclusion(track_id=TrackId(1), first_frame=3, last_frame=5, is_occluded=True),
    MarkOutside(track_id=TrackId(1), first_frame=3, last_frame=5),
    DescribeTracks(track_ids=(TrackId(1),), label="goalkeeper", attributes={"team": "blue"}),
    RevertTo(run_id=RunId(1), checkpoint_id=2, name="before lunch"),
    DeleteStretch(track_id=TrackId(1), first_frame=3, last_frame=5),
    ReassignPieces(pieces=((TrackId(1), 3, 5, 2), (TrackId(2), 3, 5, 1))),
    RefineTracks(
        chains=((TrackId(1), TrackId(2)),),
        gaps=((TrackId(1), (4,), ((0.1, 1 / 3, 7.0, 9e15),), (0.5,)),),
        delete=(TrackId(3),),
    ),
    Retrack(
        run_id=RunId(1),
        from_frame=3,
        pieces=((TrackId(1), 3, 5, -1),),
        removed=((TrackId(2), 4, 6),),
    ),
    JoinOverlapping(keep=TrackId(1), absorb=TrackId(2)),
    CarryOver(
        run_id=RunId(2),
        from_run=RunId(1),
        steps=(
            ("swap_tracks", {"track_a": 4, "track_b": 5, "first_frame": 3, "last_frame": None}),
        ),
        spans=(("swap_tracks", 3, 9, (TrackId(4), TrackId(5))),),
    ),
]


@pytest.mark.parametrize("edit", EXAMPLES, ids=kind_of)
def test_an_edit_survives_the_log_to_the_last_bit(edit: Edit) -> None:
    logged = json.loads(json.dumps(to_payload(edit)))
    assert from_payload(kind_of(edit), logged) == edit
    assert edit.title()[0].isupper()
    assert dataclasses.is_dataclass(edit)


def test_every_kind_of_edit_is_in_the_examples() -> None:
    assert {type(edit) for edit in EXAMPLES} == set(EDIT_KINDS.values())


@pytest.mark.parametrize(
    ("kind", "payload"), [("teleport", {}), ("delete_track", {"track": 3}), ("delete_box", {})]
)
def test_an_unknown_edit_in_the_log_is_a_bug(kind: str, payload: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="the log has"):
        from_payload(kind, payload)


def test_an_edit_that_nobody_listed_is_a_bug(project: Project) -> None:
    class Vanish:
        def title(self, names: object = None) -> str:
            return "Vanish"

    with pytest.raises(ValueError, match="EDIT_KINDS"):
        project.edit(Vanish())  # type: ignore[arg-type]
