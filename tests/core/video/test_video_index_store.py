"""The index in the cache folder: used again, never trusted blindly, never beside the video."""

from pathlib import Path

import numpy as np
import pytest
from numbered_video import numbers_read, write_numbered

from trackmend_core.errors import UserError
from trackmend_core.video import fingerprint, index_store, open_video
from trackmend_core.video.opening import default_cache_dir

X264 = {"preset": "veryfast", "g": "12", "bf": "3"}


@pytest.fixture
def video(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    return write_numbered(folder / "a.mp4", 40, options=X264)


def _stored(cache: Path) -> Path:
    (stored,) = cache.iterdir()
    return stored


def test_the_index_is_kept_in_the_cache_folder_and_used_again(video: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    open_video(video, cache_dir=cache).close()
    stored = _stored(cache)
    assert [entry.name for entry in video.parent.iterdir()] == ["a.mp4"]
    written = stored.stat().st_mtime_ns
    moved = video.rename(tmp_path / "elsewhere.mp4")
    with open_video(moved, cache_dir=cache) as source:
        assert numbers_read(source, [39, 20, 0]) == [39, 20, 0]
    assert stored.stat().st_mtime_ns == written


def test_the_default_cache_folder_is_the_users(video: Path, isolated_home: Path) -> None:
    open_video(video).close()
    assert isolated_home in default_cache_dir().parents
    assert len(list(default_cache_dir().iterdir())) == 1


@pytest.mark.parametrize("kind", ["empty", "noise", "cut", "of another video", "lying"])
def test_a_spoilt_index_is_built_again(kind: str, video: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    open_video(video, cache_dir=cache).close()
    stored = _stored(cache)
    content = stored.read_bytes()
    if kind == "of another video":
        other = write_numbered(tmp_path / "b.mp4", 9, options=X264)
        open_video(other, cache_dir=tmp_path / "other").close()
        stored.write_bytes(_stored(tmp_path / "other").read_bytes())
    elif kind == "lying":
        with np.load(stored, allow_pickle=False) as arrays:
            changed = {name: arrays[name] for name in arrays.files}
        changed["frame_packets"] = changed["frame_packets"] * 0
        with stored.open("wb") as file:
            np.savez(file, **changed)
    else:
        spoilt = {"empty": b"", "noise": b"\x07" * 900, "cut": content[: len(content) // 2]}
        stored.write_bytes(spoilt[kind])
    with open_video(video, cache_dir=cache) as source:
        assert source.frame_count == 40
        assert numbers_read(source, [39, 7]) == [39, 7]
    with np.load(stored, allow_pickle=False) as arrays:
        assert len(arrays["frame_packets"]) == 40


def test_an_index_by_another_version_is_built_again(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    open_video(video, cache_dir=cache).close()
    mark = fingerprint(video)
    assert index_store.stored_index(cache, mark) is not None
    monkeypatch.setattr(index_store, "_LAYOUT", 999)
    assert index_store.stored_index(cache, mark) is None


def test_a_cache_folder_that_cannot_be_written_costs_nothing_but_time(
    video: Path, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    with open_video(video, cache_dir=blocked / "index") as source:
        assert numbers_read(source, [11]) == [11]
    assert blocked.read_text() == "a file where the folder should be"


def test_no_half_written_index_stays_behind(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full_disk)
    cache = tmp_path / "cache"
    with open_video(video, cache_dir=cache) as source:
        assert numbers_read(source, [3]) == [3]
    assert list(cache.iterdir()) == []


def test_the_fingerprint_follows_the_content_not_the_name(video: Path, tmp_path: Path) -> None:
    mark = fingerprint(video)
    assert len(mark) == 32
    copy = tmp_path / "copy.mov"
    copy.write_bytes(video.read_bytes())
    assert fingerprint(copy) == mark
    with copy.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\xaa")
    assert fingerprint(copy) != mark


def test_the_fingerprint_of_a_large_file_sees_its_ends_and_its_length(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    block = np.random.default_rng(0).bytes(1 << 20)
    path.write_bytes(block * 6)
    mark = fingerprint(path)
    with path.open("r+b") as file:
        file.seek(-10, 2)
        file.write(b"changed")
    assert fingerprint(path) != mark
    path.write_bytes(block * 6 + b"\0")
    assert fingerprint(path) != mark


def test_the_fingerprint_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing at"):
        fingerprint(tmp_path / "gone.mp4")
