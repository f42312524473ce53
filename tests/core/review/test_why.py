"""The replayed association of a frame says what the tracker compared and how it decided."""

from pathlib import Path

import numpy as np
import pytest
from review_scenes import FRAME_RATE, Walker, bystanders, record_walkers

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.review.why import FrameAssociation, Stage, explain_frame
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import RunId

SETTINGS = TrackerSettings.default(FRAME_RATE)


def explained(project: Project, run_id: RunId, frame: int) -> FrameAssociation:
    job = explain_frame(project, run_id, frame)
    while True:
        try:
            next(job)
        except StopIteration as end:
            told: FrameAssociation = end.value
            return told


def tracked(project: Project, source: RunId, settings: TrackerSettings) -> RunId:
    """Make a run of the same detections that the tracker really tracked."""
    tracker = Tracker(settings)
    with project.start_run(
        project.run(source).video_id,
        model_id=None,
        tracker_settings=settings.to_dict(),
        detector_settings={},
        description="tracked",
    ) as writer:
        for stored in project.iter_detections(source):
            found = tracker.step(stored.detections)
            writer.write(stored.frame_index, stored.detections, found)
    return writer.run_id


def test_pairs_stages_and_runners_up_are_those_of_the_tracker(tmp_path: Path) -> None:
    walkers = [
        Walker(person=0, x=100, speed=1.5, number=1),
        Walker(person=1, x=220, speed=1.5, number=2),
        # Looks like somebody else for a moment, so that only the overlap can tell.
        Walker(person=2, x=400, speed=0, foot=300, number=3, frames=range(80)),
        Walker(person=9, x=400, speed=0, foot=300, number=4, frames=range(80, 200)),
        *bystanders(),
    ]
    project, source = record_walkers(tmp_path / "walkers.trackmend", walkers)
    with project:
        run_id = tracked(project, source, SETTINGS)
        told = explained(project, run_id, 80)
        rows = {int(number): row for row, number in enumerate(told.tracker_ids)}
        boxes = project.boxes_in_frame(run_id, 80)
        for pair in told.pairs:
            number = told.tracker_ids[pair.track_row]
            (box,) = [box for box in boxes if box.number == number]
            assert box.detection_id == told.detection_ids[pair.detection_column]
        by_row = {pair.track_row: pair for pair in told.pairs}
        usual, changed = by_row[rows[1]], by_row[rows[3]]
        assert usual.stage is Stage.APPEARANCE
        assert told.cosines[usual.track_row, usual.detection_column] > 0.8
        assert told.gate_distances[usual.track_row, usual.detection_column] < told.gate
        assert changed.stage is Stage.OVERLAP
        assert told.cosines[changed.track_row, changed.detection_column] < 0.4
        assert told.overlaps[changed.track_row, changed.detection_column] > told.overlap_min
        assert changed.runner_up is not None
        assert changed.margin is not None
        assert changed.margin > 0
        assert np.isinf(told.costs[usual.track_row]).any()
        first = explained(project, run_id, 0)
        assert (len(first.tracker_ids), first.pairs) == (0, ())


def test_what_cannot_be_explained_says_so(tmp_path: Path) -> None:
    project, source = record_walkers(tmp_path / "walkers.trackmend", bystanders())
    with project:
        run_id = tracked(project, source, SETTINGS)
        with pytest.raises(UserError, match="no detections of frame 501"):
            explained(project, run_id, 500)
