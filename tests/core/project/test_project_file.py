"""Only a sound project of this or an older version is opened; anything else stays untouched."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from project_scenes import add_street, record_run

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.network_drive import is_on_network_drive


def closed_project(folder: Path) -> Path:
    with Project.create(folder / "street.trackmend") as project:
        record_run(project, add_street(project))
    return project.path


def refusal(path: Path) -> UserError:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(UserError) as raised:
        Project.open(path)
    if before is not None:
        assert path.read_bytes() == before
        assert [found.name for found in path.parent.glob(f"{path.name}-*")] == []
    assert raised.value.hint
    return raised.value


def test_a_closed_project_is_one_file(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_creating_over_an_existing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "thesis.txt"
    path.write_text("years of work")
    with pytest.raises(UserError, match="exists already"):
        Project.create(path)
    assert path.read_text() == "years of work"


def test_creating_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        Project.create(tmp_path / "nowhere" / "street.trackmend")


def test_a_missing_file_is_refused_and_not_created(tmp_path: Path) -> None:
    assert "no project" in refusal(tmp_path / "gone.trackmend").message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "folder" in refusal(tmp_path).message


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.trackmend"
    path.touch()
    assert "empty" in refusal(path).message


@pytest.mark.parametrize("content", [b"dear diary", b"x" * 5000, b"SQLite format 3\x00"])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.trackmend"
    path.write_bytes(content)
    assert "not a Trackmend project" in refusal(path).message


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.trackmend"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.commit()
    assert "another program" in refusal(path).message


def test_a_newer_project_is_refused_untouched(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with closing(sqlite3.connect(path)) as future:
        future.execute("PRAGMA journal_mode = DELETE")
        future.execute("PRAGMA user_version = 999")
    error = refusal(path)
    assert "newer version" in error.message
    assert "has not been changed" in error.hint


def test_a_newer_schema_still_in_the_log_of_a_crash_is_refused(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    crash = (
        "import os, sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "database.execute('PRAGMA user_version = 999')\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", crash, str(path)], check=False)
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    with pytest.raises(UserError, match="newer version"):
        Project.open(path)


def test_a_read_only_project_is_refused(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    path.chmod(0o444)
    assert "read-only" in refusal(path).message


def test_a_damaged_project_names_the_newest_good_backup(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with Project.open(path) as project:
        backup = project.back_up()
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = b"\xa5" * (len(damaged) - 4096)
    path.write_bytes(bytes(damaged))
    with pytest.raises(UserError, match="damaged") as raised:
        Project.open(path)
    assert str(backup) in raised.value.hint
    assert path.read_bytes() == damaged


def test_a_truncated_project_without_backup_says_so(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    path.write_bytes(path.read_bytes()[:20000])
    with pytest.raises(UserError, match="damaged") as raised:
        Project.open(path)
    assert "no good backup" in raised.value.hint


def test_opening_a_project_twice_works_and_both_see_the_same(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with Project.open(path) as first, Project.open(path) as second:
        first.set_state("frame", 7)
        assert second.state("frame") == 7


def test_a_locked_project_says_that_it_is_in_use(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserError, match="in use"):
            Project.open(path, busy_timeout_s=0.1)


def test_edits_wait_for_the_disk(project: Project) -> None:
    with project._database.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_network_drive_is_told_by_its_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    place = tmp_path / "far away"
    place.mkdir()
    escaped = str(place).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\n")
    assert is_on_network_drive(place / "a.trackmend", mounts=mounts)
    assert not is_on_network_drive(tmp_path / "a.trackmend", mounts=mounts)
    assert not is_on_network_drive(place / "a.trackmend", mounts=tmp_path / "none")


def test_a_project_on_a_network_drive_works_with_a_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trackmend_core.project.opening.is_on_network_drive", lambda path: True)
    with Project.create(tmp_path / "far.trackmend") as project:
        assert "network drive" in project.notices[0]
        run_id = record_run(project, add_street(project))
        assert len(project.tracks(run_id)) == 4
        with project._database.reading() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        assert mode == "delete"
    assert [found.name for found in tmp_path.iterdir()] == ["far.trackmend"]


def test_opening_loads_neither_torch_nor_alembic(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    script = (
        "import sys\n"
        "from trackmend_core.project import Project\n"
        "Project.open(sys.argv[1]).close()\n"
        "heavy = {'torch', 'alembic', 'cv2', 'scipy', 'PySide6'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_creating_a_project_prints_and_logs_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="alembic"):
        closed_project(tmp_path)
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("alembic")] == []


def test_values_of_the_window_stay_with_the_file(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with Project.open(path) as project:
        assert project.state("frame", default=3) == 3
        project.set_state("frame", {"video": 1, "frame": 17})
    with Project.open(path) as project:
        assert project.state("frame") == {"video": 1, "frame": 17}


def test_a_large_project_is_checked_in_part_unless_it_was_not_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = closed_project(tmp_path)
    monkeypatch.setattr("trackmend_core.project.opening.FULL_CHECK_BYTES", 1000)
    with closing(sqlite3.connect(path)) as database:
        (page,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'run_boxes'"
        ).fetchone()
        (page_size,) = database.execute("PRAGMA page_size").fetchone()
        database.execute("PRAGMA journal_mode = DELETE")
    damaged = bytearray(path.read_bytes())
    damaged[(page - 1) * page_size : page * page_size] = b"\xa5" * page_size
    path.write_bytes(bytes(damaged))
    Project.open(path).close()
    path.write_bytes(bytes(damaged))
    path.with_name(path.name + "-wal").touch()
    with pytest.raises(UserError, match="damaged"):
        Project.open(path)


def test_a_closed_project_stays_closed(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p.trackmend")
    project.close()
    project.path.unlink()
    project.close()
    assert list(tmp_path.iterdir()) == []


def test_a_project_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "Straße [1] #2 100% ?.trackmend"
    with Project.create(path) as project:
        record_run(project, add_street(project))
        assert project.digest() == project.replay_digest()
        backup = project.back_up()
    with Project.open(path) as project, Project.open(backup) as copy:
        assert project.digest() == copy.digest()


def test_a_machine_that_knows_no_name_for_the_user_opens_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown() -> str:
        raise ImportError("No module named 'pwd'")

    monkeypatch.setattr("getpass.getuser", unknown)
    with Project.create(tmp_path / "p.trackmend") as project:
        assert project.author == ""
