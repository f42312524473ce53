"""Pictures that no other one needs are left out on the way to a far frame; it stays the same."""

import random
from pathlib import Path

import numpy as np
import pytest
from numbered_video import number_in, numbers_read, write_numbered

from trackmend_core.video import decoder, open_video

COUNT = 400


@pytest.fixture(scope="module")
def one_group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key frame; on two pictures of four no other one rests."""
    pattern = "keyint=9999:bframes=3:b-adapt=0:scenecut=0"
    options = {"preset": "veryfast", "x264-params": pattern}
    return write_numbered(tmp_path_factory.mktemp("one") / "a.mp4", COUNT, options=options)


@pytest.fixture
def came_out(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the packets of the frames that leave the decoder, as they do."""
    numbers: list[int] = []
    decode = decoder.decode_packet

    def counted(*args: object) -> object:
        frames = decode(*args)  # type: ignore[arg-type]
        numbers.extend(frame.pts for frame in frames)
        return frames

    monkeypatch.setattr(decoder, "decode_packet", counted)
    return numbers


def test_frames_after_left_out_ones_equal_those_decoded_in_order(
    one_group: Path, tmp_path: Path
) -> None:
    dice = random.Random(5)
    with open_video(one_group, cache_dir=tmp_path) as in_order:
        expected = [in_order.read(frame) for frame in range(COUNT)]
    for _ in range(6):
        with open_video(one_group, cache_dir=tmp_path) as video:
            for _ in range(8):
                frame = dice.randrange(COUNT)
                assert np.array_equal(video.read(frame), expected[frame]), frame


def test_a_jump_leaves_out_what_nobody_needs(
    one_group: Path, tmp_path: Path, came_out: list[int]
) -> None:
    with open_video(one_group, cache_dir=tmp_path) as video:
        assert number_in(video.read(COUNT - 20)) == COUNT - 20
    assert len(came_out) < 0.65 * COUNT


def test_the_frames_before_the_one_jumped_to_are_all_decoded(
    one_group: Path, tmp_path: Path, came_out: list[int]
) -> None:
    with open_video(one_group, cache_dir=tmp_path) as video:
        video.read(300)
        came_out.clear()
        around = range(299, 270, -1)
        assert numbers_read(video, around) == list(around)
    assert not came_out, "steps back from there find them at hand"


def test_a_frame_that_was_left_out_still_comes_when_it_is_wanted(
    one_group: Path, tmp_path: Path
) -> None:
    with open_video(one_group, cache_dir=tmp_path) as video:
        left = iter(range(150))
        assert video.read_unless(COUNT - 1, lambda: next(left, None) is None) is None
        order = [143, 142, 150, 151, 149, 120, 158]
        assert numbers_read(video, order) == order


def test_a_frame_that_was_left_out_does_not_count_as_coming(
    one_group: Path, tmp_path: Path
) -> None:
    """Waiting for it would decode to the end before decoding began anew."""
    with open_video(one_group, cache_dir=tmp_path) as video:
        left = iter(range(150))
        assert video.read_unless(COUNT - 1, lambda: next(left, None) is None) is None
        latest = video.quick_frame(COUNT - 1)
        assert 0 < latest < COUNT - 60
        assert not video.comes_soon(latest + 1)
        assert video.quick_frame(latest + 1) == latest
