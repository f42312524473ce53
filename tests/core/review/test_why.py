"""The replayed association of a frame says what the tracker compared and how it decided."""

from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from review_scenes import FRAME_RATE, Walker, bystanders, record_walkers, track_at

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.review import replay
from trackmend_core.review.replay import STAGES, AssociationReplay
from trackmend_core.review.template_curve import template_curve
from trackmend_core.review.why import FrameAssociation, Stage, explain_frame
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import Progress, RunId

Told = TypeVar("Told")
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


def told_all(job: Generator[Progress, None, Told]) -> Told:
    while True:
        try:
            next(job)
        except StopIteration as end:
            told: Told = end.value
            return told


def test_a_replay_explains_every_frame_as_one_from_the_beginning_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "CHECKPOINT_FRAMES", 30)
    leaver = Walker(
        person=3, x=300, speed=0, foot=300, number=7, frames=[*range(50), *range(70, 90)]
    )
    project, source = record_walkers(tmp_path / "walkers.trackmend", [leaver, *bystanders()])
    with project:
        run_id = tracked(project, source, SETTINGS)
        known = AssociationReplay(project, run_id)
        before = told_all(known.frame(61))
        told_all(known.run_through())
        for frame in (0, 1, 29, 30, 61, 75, 199):
            fresh, kept = explained(project, run_id, frame), told_all(known.frame(frame))
            for one, other in ((fresh, kept), *(((fresh, before),) if frame == 61 else ())):
                assert one.pairs == other.pairs
                assert np.array_equal(one.costs, other.costs)
                assert np.array_equal(one.seen_frames, other.seen_frames)
                assert np.array_equal(one.seen_boxes_xyxy, other.seen_boxes_xyxy)
        with pytest.raises(UserError, match="no detections of frame 301"):
            told_all(known.frame(300))


def test_a_lost_track_is_shown_as_it_was_seen_last(tmp_path: Path) -> None:
    leaver = Walker(person=3, x=300, speed=0, foot=300, number=7, frames=range(50))
    project, source = record_walkers(tmp_path / "walkers.trackmend", [leaver, *bystanders()])
    with project:
        run_id = tracked(project, source, SETTINGS)
        told = explained(project, run_id, 60)
        (row,) = np.flatnonzero(told.lost)
        assert told.seen_frames[row] == 49
        (box,) = [b for b in project.boxes_in_frame(run_id, 49) if b.box_xyxy[3] > 250]
        assert told.seen_detections[row] == box.detection_id
        assert np.allclose(told.seen_boxes_xyxy[row], leaver.box_at(49), atol=2)


def test_the_decisions_of_a_run_say_stage_cost_and_how_nearly_it_came_otherwise(
    tmp_path: Path,
) -> None:
    twins = [
        Walker(person=0, x=300, speed=0, foot=300, number=1),
        Walker(person=100, x=330, speed=0, foot=310, number=2),
    ]
    alone = Walker(person=5, x=80, speed=0, foot=450, number=3)
    project, source = record_walkers(tmp_path / "walkers.trackmend", [*twins, alone])
    with project:
        run_id = tracked(project, source, SETTINGS)
        known = AssociationReplay(project, run_id)
        told_all(known.run_through())
        decisions = known.decisions
        assert decisions is not None
        margins = {}
        for walker in (*twins, alone):
            track_id = track_at(project, run_id, walker, 100)
            columns = project.track_columns(track_id)
            path = decisions.of_detections(columns.detection_ids)
            assert len(path) == len(columns.frames) - 1, "the first box began the track"
            assert np.all(np.diff(path.frames) > 0)
            assert np.all(path.costs < path.cost_maxes)
            assert STAGES[path.stages[-1]] is Stage.APPEARANCE
            margins[walker.number] = float(np.median(path.margins))
        assert max(margins[1], margins[2]) < 0.3 < margins[3]
        assert len(decisions.of_detections(np.array([-1], np.int64))) == 0


def test_the_template_curve_falls_when_somebody_else_takes_the_track_over() -> None:
    rng = np.random.default_rng(0)
    looks = np.eye(8, dtype=np.float32)[[0] * 60 + [1] * 60] + 0.05 * rng.normal(size=(120, 8))
    looks = (looks / np.linalg.norm(looks, axis=1, keepdims=True)).astype(np.float32)
    curve = template_curve(np.arange(120), looks, momentum=0.9)
    assert curve.template[:60].min() > 0.9
    assert curve.boxes[60:].max() < 0.4
    assert curve.template[64] > curve.boxes[64] + 0.3, "the template follows slowly"
    assert curve.template[-1] < 0.4
    assert np.all(np.diff(curve.template[60:70]) < 0)
    assert len(template_curve(np.zeros(0, np.int64), looks[:0], momentum=0.9).frames) == 0
