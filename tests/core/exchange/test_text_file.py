"""Texts replace texts, as a whole, and nothing else."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from trackmend_core.errors import UserError
from trackmend_core.exchange import (
    check_text_target,
    empty_mot_table,
    mot_table,
    text_file,
    write_mot,
)
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


def test_a_full_disk_is_told_with_what_helps_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(text_file.os, "fsync", full)
    with pytest.raises(UserError, match="No space left") as told:
        write_mot(tmp_path / "t.txt", TABLE)
    assert "Free some space" in told.value.hint
    assert list(tmp_path.iterdir()) == []


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


WRITES_ON = """
import sys, time
from pathlib import Path
from trackmend_core.exchange.text_file import replacing
with replacing(Path(sys.argv[1])) as stream:
    stream.write("half of it"); stream.flush(); print("writing", flush=True); time.sleep(60)
"""


def _writer(path: Path) -> subprocess.Popen[str]:
    """A process in the middle of writing."""
    command = [sys.executable, "-c", WRITES_ON, str(path)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None and writer.stdout.readline() == "writing\n"
    return writer


def test_what_a_killed_process_left_half_written_goes_with_the_next_text(tmp_path: Path) -> None:
    writer = _writer(tmp_path / "t.txt")
    write_mot(tmp_path / "other.txt", TABLE)
    (half,) = tmp_path.glob(".*.part")  # it is still being written, so it stays
    os.kill(writer.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    writer.communicate()
    assert half.read_text() == "half of it"
    write_mot(tmp_path / "t.txt", TABLE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.txt", "t.txt"]


def test_what_other_machines_and_other_programs_are_writing_stays(tmp_path: Path) -> None:
    names = {
        ".trackmend-00000000-4194303-0123456789abcdef-01234567.part",
        ".0123456789abcdef0123456789abcdef.part",
        ".trackmend-notes.part",
    }
    for name in names:
        (tmp_path / name).write_text("goes on")
    write_mot(tmp_path / "t.txt", TABLE)
    assert {path.name for path in tmp_path.iterdir()} == names | {"t.txt"}
