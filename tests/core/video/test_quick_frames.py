"""What can be shown at once while a far frame is still being decoded."""

import random
from pathlib import Path

import numpy as np
import pytest
from numbered_video import draw_numbered, number_in, numbers_read, write_numbered

from trackmend_core.video import CachedVideo, FrameCache, decoder, open_video

GROUP = 60


@pytest.fixture(scope="module")
def long_groups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key frames at 0, 60, 120 and 180 only, with B-frames between."""
    path = tmp_path_factory.mktemp("groups") / "a.mp4"
    options = {"preset": "veryfast", "g": str(GROUP), "keyint_min": str(GROUP), "bf": "3"}
    options["sc_threshold"] = "0"
    return write_numbered(path, 4 * GROUP, options=options)


def test_far_away_the_key_frame_before_is_quick(long_groups: Path, tmp_path: Path) -> None:
    with open_video(long_groups, cache_dir=tmp_path) as video:
        video.read(0)
        assert video.quick_frame(2 * GROUP + 40) == 2 * GROUP
        assert video.quick_frame(0) == 0


def test_a_frame_decoded_in_passing_is_quicker_than_going_back(
    long_groups: Path, tmp_path: Path
) -> None:
    with open_video(long_groups, cache_dir=tmp_path) as video:
        video.read(GROUP + 30)
        assert GROUP < video.quick_frame(GROUP + 50) <= GROUP + 40
        assert video.quick_frame(GROUP + 10) == GROUP + 10


def test_a_read_that_is_given_up_goes_on_from_where_it_stopped(
    long_groups: Path, tmp_path: Path
) -> None:
    asked = 0

    def after_thirty() -> bool:
        nonlocal asked
        asked += 1
        return asked > 30

    with open_video(long_groups, cache_dir=tmp_path) as video:
        assert video.read_unless(GROUP - 1, after_thirty) is None
        assert video.quick_frame(GROUP - 1) > 10, "what was decoded is at hand"
        image = video.read_unless(GROUP - 1, lambda: False)
        assert image is not None and number_in(image) == GROUP - 1


def test_scrubbing_to_and_fro_never_gives_a_wrong_frame(long_groups: Path, tmp_path: Path) -> None:
    dice = random.Random(4)
    with CachedVideo(open_video(long_groups, cache_dir=tmp_path), FrameCache(1 << 20)) as video:
        for _ in range(60):
            wanted = dice.randrange(4 * GROUP)
            near = video.quick_frame(wanted)
            assert number_in(video.read(near)) == near
            patience = dice.choice((0, 3, 20, 1000))
            left = iter(range(patience))
            image = video.read_unless(wanted, lambda left=left: next(left, None) is None)
            assert image is None or number_in(image) == wanted


def test_images_of_a_folder_are_as_quick_as_any(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    for number in range(5):
        cv2.imwrite(str(tmp_path / f"{number:06d}.png"), draw_numbered(number))
    with open_video(tmp_path, cache_dir=tmp_path / "cache") as video:
        assert video.quick_frame(3) == 3
        assert video.read_unless(3, lambda: True) is None
        image = video.read_unless(3, lambda: False)
        assert image is not None and number_in(image) == 3


def test_the_cache_knows_the_nearest_frame_of_a_video() -> None:
    cache = FrameCache(1 << 20)
    assert cache.nearest("a", 5) is None
    for frame_index in (2, 9, 40):
        cache.put("a", frame_index, np.zeros((4, 4, 3), np.uint8))
    cache.put("b", 5, np.zeros((4, 4, 3), np.uint8))
    assert cache.nearest("a", 5) == 2
    assert cache.nearest("a", 30) == 40


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the frames were large: a few are kept, twenty or so while stepping back."""
    monkeypatch.setattr(decoder, "_KEPT_BYTES", 150_000)
    monkeypatch.setattr(decoder, "_BACK_BYTES", 800_000)


@pytest.mark.usefixtures("little_memory")
def test_steps_back_find_their_frames_decoded_once_prepared(
    long_groups: Path, tmp_path: Path
) -> None:
    with open_video(long_groups, cache_dir=tmp_path) as video:
        at = 3 * GROUP + 30
        video.read(at)
        while at > 2 * GROUP:
            video.prepare_before(at, lambda: False)
            for _ in range(5):
                at -= 1
                assert video.quick_frame(at) == at
                assert number_in(video.read(at)) == at


def test_preparing_may_be_interrupted_to_read_what_is_at_hand(
    long_groups: Path, tmp_path: Path
) -> None:
    with open_video(long_groups, cache_dir=tmp_path) as video:
        video.read(2 * GROUP + 30)
        read: list[int] = []

        def look_in_between() -> bool:
            read.append(number_in(video.read(2 * GROUP + 30)))
            return len(read) > 20

        video.prepare_before(2 * GROUP + 30, look_in_between)
        assert set(read) == {2 * GROUP + 30}
        order = [2 * GROUP + 31, 2 * GROUP + 10, 2 * GROUP + 29, GROUP - 1, 2 * GROUP + 40]
        assert [number_in(video.read(frame)) for frame in order] == order


@pytest.mark.usefixtures("little_memory")
def test_stepping_to_and_fro_with_preparation_never_gives_a_wrong_frame(
    long_groups: Path, tmp_path: Path
) -> None:
    dice = random.Random(8)
    with CachedVideo(open_video(long_groups, cache_dir=tmp_path), FrameCache(1 << 20)) as video:
        at = 4 * GROUP - 1
        for _ in range(120):
            at = max(0, min(4 * GROUP - 1, at + dice.choice((-1, -1, -1, -3, 2, 5, -40))))
            assert number_in(video.read(at)) == at
            left = dice.randrange(80)

            def given_up(steps: list[int] = [left]) -> bool:  # noqa: B006 - counts down
                steps[0] -= 1
                return steps[0] < 0

            video.prepare_before(at, given_up)


def test_a_key_frame_far_away_takes_few_packets_and_the_frames_after_it_still_come(
    long_groups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[int] = []
    decode = decoder.decode_packet
    monkeypatch.setattr(
        decoder, "decode_packet", lambda *args: fed.append(args[1][0]) or decode(*args)
    )
    with open_video(long_groups, cache_dir=tmp_path) as video:
        assert number_in(video.read(2 * GROUP)) == 2 * GROUP
        assert len(fed) == 1
        assert numbers_read(video, range(2 * GROUP + 1, 3 * GROUP + 5)) == list(
            range(2 * GROUP + 1, 3 * GROUP + 5)
        )
        assert number_in(video.read(GROUP)) == GROUP
        assert number_in(video.read(GROUP - 1)) == GROUP - 1
