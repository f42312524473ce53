"""Corrections are said again of a newer run: by overlap, by appearance, never by force."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from carried_runs import (
    DIM,
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

from trackmend_core.jobs.carry_over import (
    ConflictKind,
    carried_over,
)
from trackmend_core.project import Project
from trackmend_core.project.edits import AddBox, DeleteTrack, MergeTracks, SetBox, SwapTracks
from trackmend_core.types import FrameDetections, RunId, TrackedBox, VideoId


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with street_project(tmp_path) as made:
        yield made


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
