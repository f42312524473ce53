"""Small pictures that stand in for frames: bounded, spread evenly, of the open video only."""

import numpy as np
import pytest

from trackmend_core.types import ImageArray
from trackmend_core.video import Glimpses, coarse_to_fine
from trackmend_core.video.glimpses import LONGEST_SIDE


def plain(value: int, *, width: int = 1280, height: int = 720) -> ImageArray:
    return np.full((height, width, 3), value, np.uint8)


def test_a_glimpse_comes_back_at_the_size_of_the_frame() -> None:
    kept = Glimpses()
    kept.begin("a")
    assert kept.put("a", 40, plain(120))
    picture = kept.picture("a", 40, width=1280, height=720)
    assert picture is not None and picture.shape == (720, 1280, 3)
    assert np.abs(picture.astype(int) - 120).max() < 4
    assert kept.picture("a", 41, width=1280, height=720) is None


def test_a_glimpse_takes_a_small_part_of_what_the_frame_takes() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3)).astype(np.uint8)
    kept = Glimpses()
    kept.begin("a")
    kept.put("a", 0, noise)
    assert 0 < kept.size_bytes < noise.nbytes / 20


@pytest.mark.parametrize(("frame", "nearest"), [(0, 10), (24, 10), (26, 40), (40, 40), (99, 60)])
def test_the_nearest_one_is_found_to_either_side(frame: int, nearest: int) -> None:
    kept = Glimpses()
    kept.begin("a")
    for at in (40, 10, 60):
        kept.put("a", at, plain(at))
    assert kept.nearest("a", frame) == nearest


def test_what_does_not_fit_is_refused_and_the_first_ones_stay() -> None:
    kept = Glimpses(max_bytes=20_000)
    kept.begin("a")
    taken = [frame for frame in range(60) if kept.put("a", frame, plain(frame))]
    assert 0 < len(taken) < 60
    assert taken == list(range(len(taken)))
    assert kept.size_bytes <= 20_000


def test_another_video_begins_with_nothing_and_the_one_before_is_refused() -> None:
    kept = Glimpses()
    kept.begin("a")
    kept.put("a", 1, plain(1))
    kept.begin("b")
    assert (len(kept), kept.size_bytes) == (0, 0)
    assert kept.nearest("b", 1) is None
    assert not kept.put("a", 2, plain(2)), "a late one of the video before"
    assert kept.nearest("a", 2) is None
    kept.begin("")
    assert not kept.put("", 3, plain(3))


def test_a_small_frame_is_not_enlarged_to_be_kept() -> None:
    kept = Glimpses()
    kept.begin("a")
    kept.put("a", 0, plain(9, width=LONGEST_SIDE // 4, height=48))
    picture = kept.picture("a", 0, width=LONGEST_SIDE // 4, height=48)
    assert picture is not None and picture.shape == (48, LONGEST_SIDE // 4, 3)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 64, 100])
def test_coarse_to_fine_gives_every_frame_once(count: int) -> None:
    frames = 5 * np.arange(count)
    assert sorted(coarse_to_fine(frames)) == frames.tolist()


def test_however_early_it_is_left_the_frames_lie_spread() -> None:
    frames = np.arange(1000)
    for begun in (8, 20, 100, 500):
        chosen = np.sort(coarse_to_fine(frames)[:begun])
        gaps = np.diff(np.concatenate([[0], chosen, [1000]]))
        assert gaps.max() <= 3 * 1000 / begun
