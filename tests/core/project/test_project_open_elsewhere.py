"""What other processes and programs do to a project that is open takes nothing away from it."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Event

import pytest
from project_scenes import add_street, no_file_larger_than, record_run, track_numbered

from trackmend_core.errors import UserError
from trackmend_core.project import Project, backups, copy_project, database
from trackmend_core.project.edits import DeleteTrack
from trackmend_core.types import RunId

NOTE = """
import sys
from collections.abc import Callable
from trackmend_core.project import Project
with Project.open(sys.argv[1]) as project:
    print(project.state("mine"))
    project.set_state(sys.argv[2], 1)
"""
needs_posix = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows lets nobody move or delete an open file"
)


def note_in_another_process(path: Path, key: str) -> str:
    """Open a project in another process, read the state "mine", set another one, close."""
    command = [sys.executable, "-c", NOTE, str(path), key]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def read_the_file(project: Project) -> None:
    copy_project(project.path, project.path.with_name("copy.trackmend"))


def open_it_again(project: Project) -> None:
    Project.open(project.path).close()


@pytest.mark.parametrize("look", [read_the_file, open_it_again])
def test_looking_at_an_open_project_keeps_its_locks(
    project: Project, look: Callable[[Project], None]
) -> None:
    look(project)
    note_in_another_process(project.path, "first")
    assert project.path.with_name(project.path.name + "-wal").exists()
    project.set_state("mine", "here")
    assert note_in_another_process(project.path, "second") == "here"
    project.close()
    with Project.open(project.path) as again:
        assert [again.state(key) for key in ("first", "mine", "second")] == [1, "here", 1]


def test_a_closed_project_is_let_go_of(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.trackmend") as project:
        read_the_file(project)
    open_files = Path("/proc/self/fd")
    if open_files.is_dir():
        held = [link.readlink() for link in open_files.iterdir() if link.is_symlink()]
        assert project.path not in held


@needs_posix
def test_a_project_that_is_renamed_while_open_refuses_edits_and_loses_none(
    project: Project, run_id: RunId
) -> None:
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    digest, elsewhere = project.digest(), project.path.with_name("renamed.trackmend")
    project.path.rename(elsewhere)
    with pytest.raises(UserError, match="moved") as refusal:
        project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    assert refusal.value.hint
    assert not project.path.exists()
    project.close()
    assert not project.path.exists()
    with Project.open(elsewhere) as moved:
        assert moved.digest() == digest


@needs_posix
def test_a_project_that_is_put_back_goes_on(project: Project, run_id: RunId) -> None:
    elsewhere = project.path.with_name("renamed.trackmend")
    project.path.rename(elsewhere)
    with pytest.raises(UserError, match="moved"):
        project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    elsewhere.rename(project.path)
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    assert len(project.tracks(run_id)) == 3


@needs_posix
@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_project_that_is_deleted_or_replaced_while_open_is_rescued(
    project: Project, run_id: RunId, *, is_replaced: bool
) -> None:
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    digest = project.digest()
    if is_replaced:
        other = project.path.with_name("synced")
        with Project.create(other) as older:
            record_run(older, add_street(older))
        other.replace(project.path)
    else:
        project.path.unlink()
    with pytest.raises(UserError, match="deleted or replaced") as refusal:
        project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    (rescued,) = project.path.parent.glob("* rescued *.trackmend")
    assert str(rescued) in refusal.value.hint
    project.close()
    assert project.path.exists() == is_replaced
    with Project.open(rescued) as safe:
        assert safe.digest() == digest


@needs_posix
def test_a_rescue_that_fails_promises_nothing_and_is_tried_again(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    digest = project.digest()
    project.path.unlink()

    def no_room(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as full:
        full.setattr(database, "save_as", no_room)
        with pytest.raises(UserError, match="deleted or replaced") as refusal:
            project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
        assert "could not be saved" in refusal.value.hint
    with pytest.raises(UserError, match="deleted or replaced"):
        project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    (rescued,) = project.path.parent.glob("* rescued *.trackmend")
    with Project.open(rescued) as safe:
        assert safe.digest() == digest


@needs_posix
def test_threads_that_find_a_project_gone_at_once_save_it_once(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    digest = project.digest()
    project.path.unlink()
    save, saved, together = database.save_as, [], Barrier(4)

    def slowly(source: sqlite3.Connection, target: Path) -> None:
        saved.append(target)
        time.sleep(0.05)
        save(source, target)

    def rescue(_: int) -> Path | None:
        together.wait()
        return project.rescue_if_lost()

    monkeypatch.setattr(database, "save_as", slowly)
    with ThreadPoolExecutor(together.parties) as pool:
        told = set(pool.map(rescue, range(together.parties)))
    assert told == {*saved} and len(saved) == 1
    with Project.open(saved[0]) as safe:
        assert safe.digest() == digest


@needs_posix
def test_a_rescue_waits_for_a_connection_that_a_thread_reads_through(
    project: Project, run_id: RunId
) -> None:
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    digest, reads = project.digest(), Event()

    def read_on() -> None:
        with ExitStack() as held:
            for _ in range(project._database.engine.pool.checkedin()):
                held.enter_context(project._database.engine.connect())
            reads.set()
            time.sleep(0.3)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_on)
        assert reads.wait(20)
        project.path.unlink()
        rescued = project.rescue_if_lost()
        reading.result()
    assert rescued is not None
    with Project.open(rescued) as safe:
        assert safe.digest() == digest


@needs_posix
def test_a_project_that_is_deleted_before_it_is_closed_is_rescued(
    project: Project, run_id: RunId
) -> None:
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    digest = project.digest()
    project.path.unlink()
    project.close()
    (rescued,) = project.path.parent.glob("* rescued *.trackmend")
    with Project.open(rescued) as safe:
        assert safe.digest() == digest


@needs_posix
def test_a_drive_that_takes_no_more_is_not_called_damage(project: Project, run_id: RunId) -> None:
    digest = project.digest()
    with no_file_larger_than(4096), pytest.raises(UserError, match="cannot be read or written"):
        project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    assert project.digest() == digest
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 2)))
    assert project.replay_digest() == project.digest()


def test_a_run_that_was_changed_after_its_backup_is_not_deleted(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup = backups.make_backup

    def back_up_while_another_window_edits(path: Path, *, reason: str) -> Path:
        made = make_backup(path, reason=reason)
        with Project.open(path) as other:
            other.edit(DeleteTrack(track_id=track_numbered(other, run_id, 1)))
        return made

    monkeypatch.setattr(backups, "make_backup", back_up_while_another_window_edits)
    with pytest.raises(UserError, match="was changed in another window"):
        project.delete_run(run_id)
    assert len(project.edits()) == 1
    monkeypatch.undo()
    with Project.open(project.delete_run(run_id), is_scratch=True) as kept:
        assert len(kept.edits()) == 1
