from itertools import pairwise
from pathlib import Path

import numpy as np
from plain_fairmot import PlainFairMot

from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections


def golden_frames(path: Path) -> tuple[list[FrameDetections], Float64Array]:
    """Return what is detected in each frame, and the official rows."""
    with np.load(path) as golden:
        embeddings = golden["emb_q"].astype(np.float32)
        embeddings /= np.sqrt((embeddings**2).sum(axis=1, keepdims=True))
        dets, offsets = golden["dets"], golden["frame_offsets"]
        parts = [slice(a, b) for a, b in pairwise(offsets)]
        frames = [FrameDetections(dets[p, :4], dets[p, 4], embeddings[p]) for p in parts]
        return frames, golden["out"]


def track_golden(path: Path) -> tuple[Float64Array, Float64Array]:
    """Run a golden file; rows are frame, id, x, y, w, h, score."""
    frames, official = golden_frames(path)
    with np.load(path) as golden:
        settings = TrackerSettings.official(
            score_threshold=float(golden["opt_conf_thres"]),
            frame_rate=float(golden["opt_frame_rate"]),
            track_buffer=int(golden["opt_track_buffer"]),
        )
    tracker = Tracker(settings)
    rows = []
    for number, detections in enumerate(frames, 1):
        for box in tracker.step(detections):
            x1, y1, x2, y2 = box.box_xyxy
            rows.append([number, box.track_id, x1, y1, x2 - x1, y2 - y1, box.score])
    return np.array(rows), official


def assert_equal_to_official(path: Path) -> None:
    ours, official = track_golden(path)
    np.testing.assert_array_equal(ours[:, :2], official[:, :2])
    np.testing.assert_allclose(ours[:, 2:6], official[:, 2:6], atol=1e-6)
    np.testing.assert_array_equal(ours[:, 6], official[:, 6])


def test_the_sparse_golden_is_reproduced_in_ids_order_scores_and_boxes(data_dir: Path) -> None:
    assert_equal_to_official(data_dir / "golden" / "tracker_sparse.npz")


def test_every_other_tracker_golden_is_reproduced(shared_dir: Path) -> None:
    paths = sorted((shared_dir / "golden").glob("tracker_*.npz"))
    assert paths
    for path in paths:
        assert_equal_to_official(path)


def test_the_plain_rule_reproduces_the_goldens_too(data_dir: Path) -> None:
    """So that it may stand for the official tracker in scenes of which there is no golden."""
    frames, official = golden_frames(data_dir / "golden" / "tracker_sparse.npz")
    plain = PlainFairMot(score_threshold=0.4, buffer=30)
    rows = []
    for number, detections in enumerate(frames, 1):
        shown = plain.step(detections)
        rows += [[number, track.track_id, *track.box_tlwh(), track.score] for track in shown]
    np.testing.assert_array_equal(np.array(rows)[:, :2], official[:, :2])
    np.testing.assert_allclose(np.array(rows)[:, 2:], official[:, 2:7], atol=1e-6)


def test_the_zombie_frame_of_the_official_code_shows_in_the_golden(data_dir: Path) -> None:
    ours, _ = track_golden(data_dir / "golden" / "tracker_sparse.npz")
    assert np.diff(ours[ours[:, 1] == 7, 0]).max() == 32, "31 missed frames, with a buffer of 30"
