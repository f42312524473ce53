"""Describes a project file without telling what is in it: version, tables, how many rows."""

import sqlite3
from contextlib import closing
from pathlib import Path


def describe_file(path: Path) -> str:
    """Return the schema of a project and the number of rows of each table and view, as text.

    Nothing of a person's work is in it: no names, no places, no boxes.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            rows = connection.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
            ).fetchall()
            tables = [name for kind, name, _ in rows if kind in ("table", "view")]
            counts = [(name, _count(connection, name)) for name in tables]
    except sqlite3.Error as error:
        return f"the project file cannot be read: {error}\n"
    lines = [f"user_version {version}", f"{path.stat().st_size} bytes", ""]
    lines += [f"{count:>12} rows  {name}" for name, count in counts]
    return "\n".join([*lines, "", *(f"{sql};" for _, _, sql in rows)]) + "\n"


def _count(connection: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])
