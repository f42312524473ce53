from pathlib import Path

import numpy as np

from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections


def track_golden(path: Path) -> tuple[Float64Array, Float64Array]:
    """Run a golden file; rows are frame, id, x, y, w, h, score."""
    with np.load(path) as golden:
        embeddings = golden["emb_q"].astype(np.float32)
        embeddings /= np.sqrt((embeddings**2).sum(axis=1, keepdims=True))
        tracker = Tracker(
            TrackerSettings.official(
                score_threshold=float(golden["opt_conf_thres"]),
                frame_rate=float(golden["opt_frame_rate"]),
                track_buffer=int(golden["opt_track_buffer"]),
            )
        )
        rows = []
        offsets = golden["frame_offsets"]
        for frame in range(len(offsets) - 1):
            part = slice(offsets[frame], offsets[frame + 1])
            detections = FrameDetections(
                golden["dets"][part, :4], golden["dets"][part, 4], embeddings[part]
            )
            for box in tracker.step(detections):
                x1, y1, x2, y2 = box.box_xyxy
                rows.append([frame + 1, box.track_id, x1, y1, x2 - x1, y2 - y1, box.score])
        return np.array(rows), golden["out"]


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


def test_the_zombie_frame_of_the_official_code_shows_in_the_golden(data_dir: Path) -> None:
    ours, _ = track_golden(data_dir / "golden" / "tracker_sparse.npz")
    assert np.diff(ours[ours[:, 1] == 7, 0]).max() == 32, "31 missed frames, with a buffer of 30"
