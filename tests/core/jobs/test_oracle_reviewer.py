"""A reviewer who knows the truth leaves no error behind, and only uses the edits people have."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.evaluation import evaluate_sequence
from trackmend_core.exchange import mot_table
from trackmend_core.jobs.oracle_reviewer import correct_by_truth, stretches
from trackmend_core.jobs.truth import Truth
from trackmend_core.project import Project, VideoInfo
from trackmend_core.types import FrameDetections, MotTable, RunId, TrackedBox

FRAMES, HALF = 40, 30
FALSE_ID = 90


def place(identity: int, frame: int) -> tuple[float, float, float, float]:
    left = 30.0 + 90 * identity + 2.0 * frame
    return left, 60.0, left + 40, 180.0


def truth_table() -> MotTable:
    rows = [(f, i, place(i, f)) for f in range(FRAMES) for i in (1, 2, 3, 4)]
    return mot_table(
        frames=[f + 1 for f, _, _ in rows],
        ids=[i for _, i, _ in rows],
        boxes_xywh=[(x1, y1, x2 - x1, y2 - y1) for _, _, (x1, y1, x2, y2) in rows],
    )


def tracked_id(identity: int, frame: int) -> int | None:
    """A tracker that swaps 1 and 2, breaks 3, sees 4 late and loses it, and drifts at the end."""
    if identity in (1, 2) and frame >= 10:
        return 3 - identity
    if identity == 3 and frame >= 15:
        return 33
    if identity == 4 and (frame < 4 or 12 <= frame < 20):
        return None
    return identity


@pytest.fixture
def mistaken(tmp_path: Path) -> Iterator[tuple[Project, RunId]]:
    project = Project.create(tmp_path / "street.trackmend")
    video_id = project.add_video(
        VideoInfo(
            path=tmp_path / "street.mp4",
            fingerprint="street",
            frame_count=FRAMES,
            frame_rate=25.0,
            width=640,
            height=480,
        )
    )
    with project.start_run(
        video_id, model_id=None, tracker_settings={}, detector_settings={}, description="bad"
    ) as writer:
        for frame in range(FRAMES):
            placed = {tracked_id(i, frame): place(i, frame) for i in (1, 2, 3, 4)}
            placed.pop(None, None)
            if 5 <= frame < 9:
                placed[FALSE_ID] = (500.0, 300.0, 540.0, 420.0)
            if frame == 25:
                placed[4] = (10.0, 300.0, 50.0, 420.0)
            boxes = np.array(list(placed.values()))
            detections = FrameDetections(boxes, np.full(len(boxes), 0.9), np.eye(len(boxes), 8))
            tracked = [
                TrackedBox(track_id=number, box_xyxy=box, score=0.9, detection_index=row)
                for row, (number, box) in enumerate(zip(placed, boxes, strict=True))
                if number is not None
            ]
            writer.write(frame, detections, tracked)
    yield project, writer.run_id
    project.close()


def correct(project: Project, run_id: RunId) -> Counter[str]:
    job = correct_by_truth(project, run_id, truth=Truth.of(truth_table()), end_frame=HALF)
    while True:
        try:
            next(job)
        except StopIteration as end:
            edits: Counter[str] = end.value
            return edits


def layer_table(project: Project, run_id: RunId) -> MotTable:
    boxes = project.boxes_in_range(run_id, 0, HALF - 1)
    return mot_table(
        frames=[box.frame_index + 1 for box in boxes],
        ids=[box.number for box in boxes],
        boxes_xywh=[
            (x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2 in (box.box_xyxy for box in boxes)
        ],
    )


def test_after_it_the_first_part_is_the_truth(mistaken: tuple[Project, RunId]) -> None:
    project, run_id = mistaken
    gt = truth_table().select(truth_table().frames <= HALF)
    before = evaluate_sequence(gt, layer_table(project, run_id)).clear
    assert before.id_switches == 3 and before.fp == 5 and before.fn == 13
    correct(project, run_id)
    after = evaluate_sequence(gt, layer_table(project, run_id)).clear
    assert (after.mota, after.idf1) == (1.0, 1.0)


def test_every_change_is_an_edit_in_the_log_and_is_counted(
    mistaken: tuple[Project, RunId],
) -> None:
    project, run_id = mistaken
    edits = correct(project, run_id)
    assert edits == Counter(edit.kind for edit in project.edits() if edit.is_in_effect)
    assert edits["swap_tracks"] == edits["merge_tracks"] == edits["delete_track"] == 1
    assert edits["set_box"] == 1 and edits["add_box"] == 1
    assert project.replay_digest() == project.digest()
    (verified,) = project.verified(run_id)
    assert (verified.first_frame, verified.last_frame, verified.is_intact) == (0, HALF - 1, True)
    for _ in range(edits.total()):
        project.undo()
    assert not any(edit.is_in_effect for edit in project.edits())


def test_boxes_that_fit_are_left_as_they_are(mistaken: tuple[Project, RunId]) -> None:
    project, run_id = mistaken
    before = {box.box_id: box.box_xyxy for box in project.boxes_in_range(run_id, 0, HALF - 1)}
    correct(project, run_id)
    after = {box.box_id: box.box_xyxy for box in project.boxes_in_range(run_id, 0, HALF - 1)}
    changed = [box_id for box_id in before if box_id in after and before[box_id] != after[box_id]]
    assert len(changed) == 1


def test_a_truth_of_another_video_is_refused(mistaken: tuple[Project, RunId]) -> None:
    project, run_id = mistaken
    late = truth_table().select(truth_table().frames > HALF)
    with pytest.raises(UserError, match="nobody in the first half"):
        next(correct_by_truth(project, run_id, truth=Truth.of(late), end_frame=HALF))


def test_people_who_are_hidden_or_not_marked_are_not_drawn() -> None:
    gt = mot_table(
        frames=[1, 1, 1],
        ids=[1, 2, 3],
        boxes_xywh=[[0, 0, 10, 20]] * 3,
        scores=[1, 0, 1],
        visibilities=[1.0, 1.0, 0.1],
    )
    assert Truth.of(gt).identities(5) == [1]


def test_stretches_of_frames() -> None:
    assert stretches([]) == []
    assert stretches([3, 4, 5, 9, 11, 12]) == [(3, 5), (9, 9), (11, 12)]
