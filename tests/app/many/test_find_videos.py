"""Videos behind folders and lists."""

from pathlib import Path

import pytest

from trackmend_app.many.find_videos import find_videos
from trackmend_core.errors import UserError


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def found(root: Path, *paths: Path) -> list[str]:
    return [str(video.relative_to(root)) for video in find_videos(paths)]


def test_a_folder_gives_its_videos_and_sequences_in_natural_order(tmp_path: Path) -> None:
    touch(tmp_path, "v10.mp4", "v2.MP4", "notes.md", "sub/b.avi", ".hidden/c.mp4")
    touch(tmp_path, "MOT/02/img1/1.jpg", "MOT/02/det/det.txt", "MOT/10/img1/1.jpg")
    assert found(tmp_path, tmp_path) == ["MOT/02", "MOT/10", "sub/b.avi", "v2.MP4", "v10.mp4"]


def test_a_folder_of_images_stays_one_video_but_a_poster_does_not_make_one(tmp_path: Path) -> None:
    touch(tmp_path, "images/1.jpg", "images/2.jpg", "films/poster.jpg", "films/a.mp4")
    assert found(tmp_path, tmp_path / "images") == ["images"]
    assert found(tmp_path, tmp_path / "films") == ["films/a.mp4"]


def test_a_list_names_paths_relative_to_itself(tmp_path: Path) -> None:
    touch(tmp_path, "data/a.mp4", "data/b.mp4", "more/c.mp4")
    listed = tmp_path / "list.txt"
    listed.write_text(f"# ours\n\ndata/b.mp4\n{tmp_path / 'data' / 'a.mp4'}\nmore\nlost.mp4\n")
    expected = ["data/b.mp4", "data/a.mp4", "more/c.mp4", "lost.mp4"]
    assert found(tmp_path, listed) == expected


def test_a_video_that_is_named_twice_is_found_once(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "s/img1/1.jpg")
    paths = [tmp_path / "a.mp4", tmp_path, tmp_path / "s" / ".." / "a.mp4", tmp_path / "s" / "img1"]
    assert found(tmp_path, *paths) == ["a.mp4", "s"]


def test_a_link_that_leads_back_is_not_followed(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.mp4")
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    assert found(tmp_path, tmp_path) == ["in/a.mp4"]


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("empty.txt", "# nothing\n", "names no video"),
        ("nested.txt", "nested.txt\n", "another list"),
        ("binary.txt", b"\xff\xfe\x00\xd8", "cannot be read"),
        ("folder", None, "There is no video"),
    ],
)
def test_what_leads_to_no_video_is_said(
    tmp_path: Path, name: str, content: str | bytes | None, complaint: str
) -> None:
    path = tmp_path / name
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UserError, match=complaint):
        find_videos([path])
