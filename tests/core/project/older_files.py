"""Makes project files of an older schema, by the migrations of then."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from trackmend_core.project.migrate import MIGRATIONS
from trackmend_core.project.schema import APPLICATION_ID


def make_older(path: Path, older: Path, *, version: int) -> None:
    """Write what a closed project holds into a new file as the first `version` migrations make it.

    What the older schema has no column for is left out.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{older}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, f"{version:04d}")
    engine.dispose()
    with closing(sqlite3.connect(older, isolation_level=None)) as file:
        file.execute("ATTACH DATABASE ? AS new", (str(path),))
        triggers = file.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            file.execute(f"DROP TRIGGER {name}")
        for (table,) in file.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
        ).fetchall():
            columns = ", ".join(
                sorted(_columns(file, "main", table) & _columns(file, "new", table))
            )
            if columns:
                file.execute(f"DELETE FROM main.{table}")
                file.execute(
                    f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}"
                )
        # Ids that were given once are not given again, in no version.
        file.execute(
            "UPDATE main.sqlite_sequence AS older SET seq = max(seq, coalesce((SELECT seq"
            " FROM new.sqlite_sequence AS newer"
            " WHERE replace(newer.name, 'laid_boxes', 'boxes') = older.name), 0))"
        )
        for _, statement in kept:
            file.execute(statement)
        file.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        file.execute(f"PRAGMA user_version = {version}")


def _columns(file: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in file.execute(f"PRAGMA {schema}.table_info({table})")}
