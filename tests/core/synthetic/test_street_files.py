"""Drawn streets as video files with their truth beside them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.synthetic import (
    StreetSettings,
    draw_street,
    write_ground_truth,
    write_street_video,
    write_video,
)
from trackmend_core.types import ImageArray
from trackmend_core.video import open_video

SMALL = StreetSettings(width=160, height=120, frame_count=12, frame_rate=12.5, seed=2)


def test_a_street_video_holds_the_drawn_frames_and_rate(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    truth = write_street_video(path, SMALL)
    assert [entry.name for entry in tmp_path.iterdir()] == ["street.mp4"]
    with open_video(path, cache_dir=tmp_path / "cache") as source:
        assert (source.frame_count, source.frame_rate) == (12, 12.5)
        assert (source.width, source.height) == (160, 120)
        for frame_index, frame in enumerate(draw_street(SMALL)):
            difference = np.abs(source.read(frame_index).astype(int) - frame.image)
            assert difference.mean() < 8
            rows = truth.frame_indices == frame_index
            np.testing.assert_array_equal(truth.identities[rows], frame.identities)
            np.testing.assert_array_equal(truth.boxes_xyxy[rows], frame.boxes_xyxy)
            np.testing.assert_array_equal(truth.visibilities[rows], frame.visibilities)
    assert len(truth) == len(truth.identities) > 0


def test_the_truth_is_written_as_motchallenge_text(tmp_path: Path) -> None:
    truth = write_street_video(tmp_path / "street.mp4", SMALL)
    write_ground_truth(tmp_path / "gt.txt", truth)
    rows = np.loadtxt(tmp_path / "gt.txt", delimiter=",", ndmin=2)
    assert rows.shape == (len(truth), 9)
    np.testing.assert_array_equal(rows[:, 0], truth.frame_indices + 1)
    np.testing.assert_array_equal(rows[:, 1], truth.identities)
    np.testing.assert_allclose(rows[:, 2:4], truth.boxes_xyxy[:, :2], atol=0.006)
    sizes = truth.boxes_xyxy[:, 2:] - truth.boxes_xyxy[:, :2]
    np.testing.assert_allclose(rows[:, 4:6], sizes, atol=0.006)
    assert np.all(rows[:, 6:8] == 1)


@pytest.mark.parametrize("size", [(64, 64), (65, 97)])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
def test_frames_of_any_size_can_be_written(
    suffix: str, size: tuple[int, int], tmp_path: Path
) -> None:
    frames = [np.full((*size, 3), 40 * number, np.uint8) for number in range(4)]
    write_video(tmp_path / f"a{suffix}", frames, 30000 / 1001)
    with open_video(tmp_path / f"a{suffix}", cache_dir=tmp_path) as source:
        assert (source.height, source.width) == size
        assert source.frame_rate == pytest.approx(30000 / 1001)
        assert [round(source.read(n).mean() / 40) for n in range(4)] == [0, 1, 2, 3]


def test_writing_no_frames_or_into_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no frames"):
        write_video(tmp_path / "a.mp4", [], 25)
    frame = np.zeros((64, 64, 3), np.uint8)
    for path in (tmp_path / "gone" / "a.mp4", tmp_path / "a.unheard"):
        with pytest.raises(UserError, match="cannot be written"):
            write_video(path, [frame], 25)
    assert list(tmp_path.iterdir()) == []


def test_a_failing_drawing_leaves_no_half_video(tmp_path: Path) -> None:
    def broken() -> Iterator[ImageArray]:
        yield np.zeros((64, 64, 3), np.uint8)
        raise RuntimeError("out of paint")

    with pytest.raises(RuntimeError, match="paint"):
        write_video(tmp_path / "a.mp4", broken(), 25)
    assert list(tmp_path.iterdir()) == []


def test_a_street_without_people_can_be_written(tmp_path: Path) -> None:
    settings = StreetSettings(width=64, height=64, frame_count=2, walkers=0, lookalikes=0)
    truth = write_street_video(tmp_path / "a.mp4", settings)
    assert len(truth) == 0
    assert truth.boxes_xyxy.shape == (0, 4)
