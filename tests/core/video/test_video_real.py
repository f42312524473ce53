"""Real sequences: every frame is there, and seeking gives the pixels of sequential reading."""

from pathlib import Path

import numpy as np
import pytest

from trackmend_core.video import open_video


@pytest.mark.parametrize(
    ("name", "frames", "rate", "size"),
    [
        ("TUD-Stadtmitte/TUD-Stadtmitte.mp4", 179, 25.0, (640, 480)),
        ("TUD-Campus/TUD-Campus.mp4", 71, 25.0, (640, 480)),
        ("clips/intel-one-by-one-person-detection.mp4", 1394, 10.0, (768, 432)),
        ("clips/pexels-pedestrians.mp4", 341, 25.0, (1280, 720)),
        ("TUD-Campus", 71, 25.0, (640, 480)),
        ("MOT17-mini/MOT17-04-FRCNN", 8, 30.0, (1920, 1080)),
    ],
)
def test_real_videos_read_the_same_in_any_order(
    name: str, frames: int, rate: float, size: tuple[int, int], shared_dir: Path, tmp_path: Path
) -> None:
    with open_video(shared_dir / "data" / name, cache_dir=tmp_path) as source:
        assert source.notices == ()
        assert source.frame_count == frames
        assert source.frame_rate == rate
        assert (source.width, source.height) == size
        compared = min(frames, 150)
        sums = [int(source.read(index).sum(dtype=np.int64)) for index in range(compared)]
        assert source.read(frames - 1).shape == (size[1], size[0], 3)
        for index in np.random.default_rng(3).permutation(compared)[:25].tolist():
            assert int(source.read(index).sum(dtype=np.int64)) == sums[index]
