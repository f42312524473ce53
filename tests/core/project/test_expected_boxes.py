"""Boxes in which nobody was seen: where the tracker expects somebody who is hidden."""

from pathlib import Path

import numpy as np
import pytest
from project_scenes import add_street, begin_run, frame_output

from trackmend_core.project import BoxRecord, Project
from trackmend_core.project.edits import ConfirmBox, SetBox, SwapTracks
from trackmend_core.types import BoxSource, RunId, TrackedBox

HIDDEN_FRAMES = (10, 11, 12)


@pytest.fixture
def hidden_run(tmp_path: Path) -> tuple[Project, RunId]:
    """A run of 20 frames in which walker 2 is hidden, and expected, in three."""
    project = Project.create(tmp_path / "hidden.trackmend")
    with begin_run(project, add_street(project)) as writer:
        for frame in range(20):
            hidden = frame in HIDDEN_FRAMES
            detections, tracked = frame_output(frame, [1] if hidden else [1, 2])
            if hidden:
                place = np.array([20.0 + frame, 34.0, 60.0 + frame, 133.0])
                tracked.append(TrackedBox(track_id=2, box_xyxy=place, score=0.5))
            writer.write(frame, detections, tracked)
    return project, writer.run_id


def of_second(project: Project, run_id: RunId) -> list[BoxRecord]:
    track = next(one for one in project.tracks(run_id) if one.number == 2)
    return project.boxes_of_track(track.track_id)


def test_they_are_in_the_layer_and_say_what_they_are(hidden_run: tuple[Project, RunId]) -> None:
    project, run_id = hidden_run
    with project:
        boxes = of_second(project, run_id)
        assert [box.frame_index for box in boxes] == list(range(20))
        assert tuple(b.frame_index for b in boxes if b.is_expected) == HIDDEN_FRAMES
        assert all(b.is_occluded == b.is_expected for b in boxes)
        assert {b.source for b in boxes} == {BoxSource.MODEL}
        layer = project.layer_arrays(run_id)
        assert sorted(layer.frames[layer.is_expected].tolist()) == list(HIDDEN_FRAMES)


def test_a_person_who_places_or_confirms_one_makes_it_theirs(
    hidden_run: tuple[Project, RunId],
) -> None:
    project, run_id = hidden_run
    with project:
        first, second, third = (box for box in of_second(project, run_id) if box.is_expected)
        project.edit(ConfirmBox(box_id=first.box_id))
        project.edit(SetBox(box_id=second.box_id, box_xyxy=(30.0, 30.0, 60.0, 120.0)))
        left = [box.box_id for box in of_second(project, run_id) if box.is_expected]
        assert left == [third.box_id]
        assert project.layer_arrays(run_id).is_expected.sum() == 1
        project.undo()
        project.undo()
        assert sum(box.is_expected for box in of_second(project, run_id)) == 3


def test_the_log_leads_to_the_same_layer(hidden_run: tuple[Project, RunId]) -> None:
    project, run_id = hidden_run
    with project:
        one, two = project.tracks(run_id)
        project.edit(SwapTracks(track_a=one.track_id, track_b=two.track_id, first_frame=11))
        assert project.replay_digest() == project.digest()
