"""The migrations make exactly the tables that the queries expect, and the guards hold."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from project_scenes import add_street, record_run

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.migrate import MIGRATIONS
from trackmend_core.project.schema import SCHEMA_VERSION, metadata
from trackmend_core.types import RunId


@pytest.fixture
def raw(project: Project, run_id: RunId) -> Iterator[sqlite3.Connection]:
    """The file as any other program sees it."""
    with closing(sqlite3.connect(project.path, isolation_level=None)) as connection:
        yield connection


def test_the_migrated_file_has_the_tables_of_the_schema(project: Project) -> None:
    own = set(metadata.tables)
    with project._database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name in own,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_every_check_and_foreign_key_of_the_schema_is_in_the_file(project: Project) -> None:
    with project._database.reading() as connection:
        for table in metadata.sorted_tables:
            sql = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE name = ?", (table.name,)
            ).scalar_one()
            assert len(re.findall("FOREIGN KEY", sql)) == len(table.foreign_key_constraints)
            assert ("AUTOINCREMENT" in sql) == table.dialect_options["sqlite"]["autoincrement"]
            assert ("WITHOUT ROWID" in sql) != table.dialect_options["sqlite"]["with_rowid"]


def test_the_newest_migration_is_the_schema_version() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == f"{SCHEMA_VERSION:04d}"


@pytest.mark.parametrize("table", ["run_boxes", "run_tracks", "frame_detections"])
def test_model_output_cannot_be_changed_or_deleted(raw: sqlite3.Connection, table: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="never changes"):
        raw.execute(f"UPDATE {table} SET id = id")
    with pytest.raises(sqlite3.IntegrityError, match="never changes"):
        raw.execute(f"DELETE FROM {table}")


def test_the_settings_of_a_run_cannot_be_changed(raw: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="never change"):
        raw.execute("UPDATE runs SET tracker_settings = '{}'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE boxes SET x1 = 0 WHERE id = 1",
        "DELETE FROM boxes WHERE id = 1",
        "INSERT INTO tracks (run_id, number, label) VALUES (1, 99, '')",
        "UPDATE tracks SET number = 77 WHERE id = 1",
        "DELETE FROM tracks",
        "INSERT OR REPLACE INTO tracks (id, run_id, number, label) VALUES (1, 1, 50, '')",
    ],
)
def test_the_layer_cannot_be_changed_outside_an_edit(
    raw: sqlite3.Connection, statement: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="only inside an edit"):
        raw.execute(statement)


def test_an_older_project_is_backed_up_and_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Project.create(tmp_path / "old.trackmend") as project:
        record_run(project, add_street(project))
        digest = project.digest()
    with closing(sqlite3.connect(project.path)) as old:
        old.execute("PRAGMA user_version = 0")
    with Project.open(project.path) as project:
        assert project.digest() == digest
    backups = list((tmp_path / "old.trackmend-backups").iterdir())
    assert [backup.name.endswith("before-update.trackmend") for backup in backups] == [True]
    with closing(sqlite3.connect(project.path)) as new:
        assert new.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


def test_a_migration_that_fails_leaves_the_project_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Project.create(tmp_path / "old.trackmend") as project:
        record_run(project, add_street(project))
        digest = project.digest()
    with closing(sqlite3.connect(project.path)) as old:
        old.execute("PRAGMA user_version = 0")

    def break_half_way(connection: object) -> None:
        connection.exec_driver_sql("DROP TABLE suggestions")  # type: ignore[attr-defined]
        raise UserError("The power went.", "Plug it in.")

    with monkeypatch.context() as patch:
        patch.setattr("trackmend_core.project.opening.migrate", break_half_way)
        with pytest.raises(UserError, match="power"):
            Project.open(project.path)
    with Project.open(project.path) as project:
        assert project.digest() == digest
        assert project.suggestions(RunId(1)) == []
