"""Refinement does good: on drawn streets with occlusion, and on real sequences where there are."""

from pathlib import Path

import numpy as np
import pytest

from trackmend_core.evaluation import ClearRules
from trackmend_core.exchange import mot_chunks, write_mot_chunks
from trackmend_core.jobs import evaluate_files, pair_files
from trackmend_core.project import Project, VideoInfo
from trackmend_core.refinement import propose_refinement, refinement_view
from trackmend_core.synthetic import GroundTruth, StreetSettings, draw_street
from trackmend_core.synthetic.files import write_ground_truth
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections, RunId

DIM = 32
SEEN_FROM = 0.6


def settings(seed: int) -> StreetSettings:
    return StreetSettings(
        width=320, height=240, frame_count=160, walkers=10, furniture=6, seed=seed, noise=0
    )


def truth_of(street: StreetSettings) -> GroundTruth:
    frames = [(n, frame) for n, frame in enumerate(draw_street(street))]
    return GroundTruth(
        frame_indices=np.concatenate([np.full(len(f.identities), n) for n, f in frames]),
        identities=np.concatenate([f.identities for _, f in frames]),
        boxes_xyxy=np.concatenate([f.boxes_xyxy for _, f in frames]),
        visibilities=np.concatenate([f.visibilities for _, f in frames]),
    )


def track_what_is_seen(project: Project, truth: GroundTruth, street: StreetSettings) -> RunId:
    """Track people while enough of them is seen, with a tracker of short memory."""
    video_id = project.add_video(
        VideoInfo(
            path=project.path.with_suffix(".mp4"),
            fingerprint="street",
            frame_count=street.frame_count,
            frame_rate=street.frame_rate,
            width=street.width,
            height=street.height,
        )
    )
    rng = np.random.default_rng(street.seed)
    looks = rng.normal(size=(street.walkers + 1, DIM))
    tracker = Tracker(TrackerSettings.default(street.frame_rate, track_buffer=6))
    with project.start_run(
        video_id, model_id=None, tracker_settings={}, detector_settings={}, description="test"
    ) as writer:
        for frame in range(street.frame_count):
            rows = np.flatnonzero(
                (truth.frame_indices == frame) & (truth.visibilities >= SEEN_FROM)
            )
            seen = looks[truth.identities[rows]] + rng.normal(0, 0.4, (len(rows), DIM))
            seen /= np.linalg.norm(seen, axis=1, keepdims=True)
            boxes = truth.boxes_xyxy[rows] + rng.normal(0, 0.7, (len(rows), 4))
            detections = FrameDetections(boxes, truth.visibilities[rows], seen)
            writer.write(frame, detections, tracker.step(detections))
    return writer.run_id


def idf1_before_and_after(project: Project, run_id: RunId, gt: Path) -> tuple[float, float]:
    proposal = propose_refinement(refinement_view(project, run_id))
    assert proposal.items
    before = idf1(project, run_id, gt)
    project.edit(proposal.edit())
    return before, idf1(project, run_id, gt)


def idf1(project: Project, run_id: RunId, gt: Path) -> float:
    result = project.path.with_suffix(".txt")
    write_mot_chunks(result, mot_chunks(project, run_id))
    judged = evaluate_files(
        pair_files([gt], [result]), iou_min=0.5, rules_of=ClearRules.motchallenge
    )
    return judged.overall.clear.idf1


@pytest.mark.parametrize("seed", [1, 2])
def test_idf1_rises_on_streets_where_people_hide_one_another(tmp_path: Path, seed: int) -> None:
    street = settings(seed)
    truth = truth_of(street)
    write_ground_truth(tmp_path / "gt.txt", truth)
    with Project.create(tmp_path / "street.trackmend") as project:
        run_id = track_what_is_seen(project, truth, street)
        before, after = idf1_before_and_after(project, run_id, tmp_path / "gt.txt")
    print(f"IDF1 {before:.3f} -> {after:.3f}")
    assert after > before + 0.02


@pytest.mark.parametrize(("name", "gain"), [("TUD-Campus", 0.0), ("TUD-Stadtmitte", 0.02)])
def test_idf1_rises_on_real_people(
    shared_dir: Path, tmp_path: Path, name: str, gain: float
) -> None:
    """TUD-Campus begins at .907, with two gaps of a few frames: there is little to gain."""
    from trackmend_app.commands.track import TrackRequest, run_track

    folder = shared_dir / "data" / name
    path = tmp_path / "real.trackmend"
    run_track(TrackRequest(videos=(next(folder.glob("*.mp4")),), project=path))
    with Project.open(path) as project:
        run = project.active_run(project.videos()[0].video_id)
        assert run is not None
        gt = next(folder.rglob("gt.txt"))
        before, after = idf1_before_and_after(project, run.run_id, gt)
    print(f"{name}: IDF1 {before:.3f} -> {after:.3f}")
    assert after > before + gain
