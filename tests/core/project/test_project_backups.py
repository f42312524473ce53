"""Good copies lie beside the project, few, checked, and made only when something changed."""

import os
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from project_scenes import (
    add_street,
    begin_run,
    no_file_larger_than,
    record_run,
    track_numbered,
    write_frames,
)

from trackmend_core.errors import UserError
from trackmend_core.project import Project, backups, copy_project
from trackmend_core.project.backups import KEEP, backup_folder, list_backups, make_backup
from trackmend_core.project.edits import DeleteTrack
from trackmend_core.types import RunId


def make_older(path: Path, *, days: float) -> None:
    then = time.time() - days * 24 * 3600
    os.utime(path, (then, then))


def reopen(project: Project) -> Project:
    project.close()
    return Project.open(project.path)


def test_a_new_project_has_no_backup_until_it_holds_something(tmp_path: Path) -> None:
    project = reopen(Project.create(tmp_path / "p.trackmend"))
    project.close()
    assert list_backups(project.path) == []


def test_opening_backs_up_at_most_once_a_day_and_only_after_a_change(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p.trackmend")
    run_id = record_run(project, add_street(project))
    project = reopen(project)
    (first,) = list_backups(project.path)
    assert first.parent == tmp_path / "p.trackmend-backups"
    assert first.name.endswith(" daily.trackmend")

    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    project = reopen(project)
    assert list_backups(project.path) == [first]

    make_older(first, days=1.5)
    project = reopen(project)
    newest, oldest = list_backups(project.path)
    assert oldest == first

    make_older(newest, days=-1)
    project = reopen(project)
    assert len(list_backups(project.path)) == 2
    project.close()


def test_a_backup_is_a_project_that_opens(project: Project, run_id: RunId) -> None:
    backup = project.back_up()
    digest = project.digest()
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    with Project.open(backup) as copy:
        assert copy.digest() == digest == copy.replay_digest()


def test_only_the_newest_backups_are_kept(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for second in range(KEEP + 3):
        monkeypatch.setattr(
            backups.time, "strftime", lambda form, second=second: f"2030-01-01 00-00-{second:02d}"
        )
        made.append(make_backup(project.path, reason="manual"))
    assert list_backups(project.path) == made[-1 : -KEEP - 1 : -1]
    assert len(list(backup_folder(project.path).iterdir())) == KEEP


def test_a_backup_during_a_run_is_whole(project: Project) -> None:
    with begin_run(project, add_street(project)) as writer:
        write_frames(writer, range(20))
        writer.flush()
        backup = project.back_up()
        write_frames(writer, range(20, 30))
    with Project.open(backup) as copy:
        assert copy.run(writer.run_id).next_frame == 20
        assert copy.digest() == copy.replay_digest()


def test_the_newest_good_backup_skips_damaged_ones(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = make_backup(project.path, reason="manual")
    for second, content in enumerate((b"", b"SQLite format 3\x00" + b"z" * 5000)):
        name = f"{project.path.stem} 2999-01-0{second + 1} 00-00-00 daily.trackmend"
        (backup_folder(project.path) / name).write_bytes(content)
    assert backups.newest_good_backup(project.path) == good


def test_a_backup_that_cannot_be_made_is_a_notice_not_a_refusal(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p.trackmend")
    record_run(project, add_street(project))
    backup_folder(project.path).write_text("in the way")
    project = reopen(project)
    assert "No backup" in project.notices[0]
    with pytest.raises(UserError, match="No backup"):
        project.back_up()
    project.close()


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX limits the size of files")
def test_a_backup_leaves_no_half_files(project: Project, run_id: RunId) -> None:
    assert run_id
    with no_file_larger_than(64 * 1024), pytest.raises(UserError, match="No backup"):
        project.back_up()
    assert list(backup_folder(project.path).iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX limits the size of files")
def test_a_failed_copy_leaves_what_lay_there(project: Project, run_id: RunId) -> None:
    assert run_id
    target = project.path.with_name("copy.trackmend")
    copy_project(project.path, target)
    before = target.read_bytes()
    with no_file_larger_than(64 * 1024), pytest.raises(UserError, match="cannot be copied"):
        copy_project(project.path, target)
    assert target.read_bytes() == before
    assert not list(project.path.parent.glob("*.partial*"))


def test_a_backup_made_after_the_clock_was_put_back_is_kept(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_id
    for hour in range(KEEP):
        monkeypatch.setattr(time, "strftime", lambda _form, hour=hour: f"2030-01-01 0{hour}-59-59")
        project.back_up()
    monkeypatch.undo()
    newest = project.back_up()
    assert newest.exists()
    assert list_backups(project.path)[0] == newest
    assert len(list_backups(project.path)) == KEEP


def test_a_backup_from_a_clock_far_ahead_does_not_end_the_daily_ones(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p.trackmend")
    record_run(project, add_street(project))
    project = reopen(project)
    (first,) = list_backups(project.path)
    make_older(first, days=-400)
    project = reopen(project)
    project.close()
    assert len(list_backups(project.path)) == 2


def test_a_backup_holds_what_is_still_in_the_write_ahead_log(
    project: Project, run_id: RunId
) -> None:
    assert project.path.with_name(project.path.name + "-wal").stat().st_size > 0
    backup = project.back_up()
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT count(*) FROM boxes").fetchone() == (160,)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_large_project_is_backed_up_when_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Project.create(tmp_path / "p.trackmend") as project:
        record_run(project, add_street(project))
    monkeypatch.setattr("trackmend_core.project.opening.FULL_CHECK_BYTES", 1000)
    project = Project.open(project.path)
    assert list_backups(project.path) == []
    project.close()
    (backup,) = list_backups(project.path)
    assert backup.name.endswith("daily.trackmend")
    reopen(project).close()
    assert list_backups(project.path) == [backup]


def test_what_a_killed_backup_left_goes_with_a_later_one(project: Project, run_id: RunId) -> None:
    assert run_id
    folder = backup_folder(project.path)
    folder.mkdir()
    old, new = folder / "old.trackmend.partial", folder / "new.trackmend.partial"
    for half in (old, new):
        half.write_bytes(b"half")
    make_older(old, days=2)
    project.back_up()
    assert not old.exists()
    assert new.exists(), "it may be in the making"


def test_two_who_copy_to_the_same_name_at_once_both_succeed(
    project: Project, tmp_path: Path
) -> None:
    target, together = tmp_path / "copy.trackmend", Barrier(4)

    def copy(_: int) -> None:
        together.wait()
        copy_project(project.path, target)

    with ThreadPoolExecutor(together.parties) as pool:
        list(pool.map(copy, range(together.parties)))
    with Project.open(target) as copied:
        assert copied.digest() == project.digest()
    assert not list(tmp_path.glob("*.partial*"))
