"""What can be shown at once while a far frame is still being decoded."""

import random
from pathlib import Path

import numpy as np
import pytest
from numbered_video import draw_numbered, number_in, write_numbered

from trackmend_core.video import CachedVideo, FrameCache, open_video

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
