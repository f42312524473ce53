"""Texts replace texts, as a whole, and nothing else."""

from pathlib import Path

import pytest

from trackmend_core.errors import UserError
from trackmend_core.exchange import check_text_target, empty_mot_table, mot_table, write_mot
from trackmend_core.project import Project
from trackmend_core.types import MotTable

TABLE: MotTable = mot_table(frames=[1], ids=[1], boxes_xywh=[[0, 0, 1, 1]])


def test_what_is_no_text_is_never_replaced_by_tracks(tmp_path: Path) -> None:
    Project.create(tmp_path / "p.trackmend").close()
    files = {
        "p.trackmend": (tmp_path / "p.trackmend").read_bytes(),
        "v.mp4": b"\0\0\0\x18ftypmp42" + bytes(100),
        "p.jpg": b"\xff\xd8\xff\xe0JFIF",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match="is no text, so it is not replaced"):
            write_mot(tmp_path / name, TABLE)
        assert (tmp_path / name).read_bytes() == content


@pytest.mark.parametrize("before", ["", "1,2,3\r\n", "\ufeffä" * 3000, "x" + "日" * 3000])
def test_a_text_is_replaced(before: str, tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text(before, encoding="utf-8")
    write_mot(path, TABLE)
    assert path.read_text().startswith("1,1,0.000")


def test_a_file_marked_read_only_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("kept")
    path.chmod(0o444)
    with pytest.raises(UserError, match="marked read-only"):
        write_mot(path, TABLE)
    assert path.read_text() == "kept"


def test_the_file_that_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    link.symlink_to("real.txt")
    write_mot(link, TABLE)
    assert link.is_symlink()
    assert real.read_text().startswith("1,1,")


def test_a_file_of_the_users_beside_the_target_is_left_alone(tmp_path: Path) -> None:
    beside = tmp_path / "t.txt.part"
    beside.write_text("a download that goes on")
    write_mot(tmp_path / "t.txt", TABLE)
    assert beside.read_text() == "a download that goes on"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.txt", "t.txt.part"]


def test_a_name_as_long_as_the_drive_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".txt")
    write_mot(path, TABLE)
    assert path.is_file()


def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "none" / "t.txt", tmp_path / "folder", tmp_path / ("n" * 300)):
        with pytest.raises(UserError, match="cannot be written"):
            check_text_target(path)
        with pytest.raises(UserError, match="cannot be written"):
            write_mot(path, empty_mot_table())
    check_text_target(tmp_path / "new.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_drive_that_takes_nothing_is_said_although_nothing_can_be_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    for name in ("touch", "unlink", "open"):
        monkeypatch.setattr(Path, name, refuse)
    with pytest.raises(UserError, match="Read-only file system"):
        write_mot(tmp_path / "t.txt", TABLE)
