"""The frame cache: bounded, least recently used goes first, safe between threads."""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numbered_video import number_in, write_numbered

from trackmend_core.types import ImageArray
from trackmend_core.video import CachedVideo, FrameCache, open_video

BOUND = 1000


def _frame(size: int, value: int = 0) -> ImageArray:
    return np.full((size, 1, 1), value, np.uint8)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "get", "forget"]),
            st.sampled_from(["street", "campus"]),
            st.integers(0, 6),
            st.integers(0, 1200),
        ),
        max_size=60,
    )
)
def test_the_cache_behaves_like_an_ordered_list_of_the_last_used(
    steps: list[tuple[str, str, int, int]],
) -> None:
    cache = FrameCache(BOUND)
    model: OrderedDict[tuple[str, int], int] = OrderedDict()
    for action, key, index, size in steps:
        if action == "put":
            cache.put(key, index, _frame(size))
            model.pop((key, index), None)
            if size <= BOUND:
                model[key, index] = size
            while sum(model.values()) > BOUND:
                model.popitem(last=False)
        elif action == "get":
            image = cache.get(key, index)
            assert (image is not None) == ((key, index) in model)
            if image is not None:
                assert image.nbytes == model[key, index]
                model.move_to_end((key, index))
        else:
            cache.forget(key)
            for place in [place for place in model if place[0] == key]:
                del model[place]
        assert cache.size_bytes == sum(model.values()) <= BOUND
        assert len(cache) == len(model)


def test_frames_in_the_cache_cannot_be_changed() -> None:
    cache = FrameCache(BOUND)
    cache.put("street", 0, _frame(10, value=5))
    image = cache.get("street", 0)
    assert image is not None
    with pytest.raises(ValueError, match="read-only"):
        image[:] = 0


def test_a_view_into_a_larger_picture_is_copied_before_it_is_kept() -> None:
    whole = np.zeros((100, 1, 1), np.uint8)
    cache = FrameCache(BOUND)
    cache.put("street", 0, whole[:10])
    whole[:] = 9
    image = cache.get("street", 0)
    assert image is not None
    assert image.max() == 0


def test_many_threads_keep_the_bound_and_get_the_right_frames() -> None:
    cache = FrameCache(BOUND)

    def work(seed: int) -> int:
        rng = np.random.default_rng(seed)
        seen = 0
        for index in rng.integers(0, 40, 2000).tolist():
            image = cache.get("street", index)
            if image is None:
                cache.put("street", index, _frame(100, value=index))
            else:
                assert int(image[0, 0, 0]) == index
                seen += 1
            assert cache.size_bytes <= BOUND
        return seen

    with ThreadPoolExecutor(4) as pool:
        assert all(seen > 0 for seen in pool.map(work, range(4)))
    assert len(cache) == 10


def test_a_negative_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="cache"):
        FrameCache(-1)


def test_a_cached_video_decodes_each_frame_once(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", 6)
    source = open_video(path, cache_dir=tmp_path)
    reads: list[int] = []
    original = source.read

    def counted(frame_index: int) -> ImageArray:
        reads.append(frame_index)
        return original(frame_index)

    source.read = counted  # type: ignore[method-assign]
    cache = FrameCache(10 << 20)
    with CachedVideo(source, cache) as video:
        for _ in range(3):
            assert [number_in(video.read(index)) for index in (4, 0, 5)] == [4, 0, 5]
        assert reads == [4, 0, 5]
        assert not video.read(4).flags.writeable
        assert (video.frame_count, video.width, video.height) == (6, 160, 96)
        assert video.frame_at(video.timestamp_s(3)) == 3
        with pytest.raises(IndexError):
            video.read(6)
    assert len(cache) == 0
    with pytest.raises(ValueError, match="closed"):
        video.read(0)
