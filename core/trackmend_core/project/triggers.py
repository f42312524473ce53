"""The triggers that make a change to tracks or boxes impossible to miss.

`recorder` holds one row while a change is allowed: the id of the running edit, or 0 while a run is
written or an edit is undone. Without it every change is refused. During an edit the first touch of
a row keeps the row as it was in `recorded_<table>`, whichever statement did it; `write_log` turns
those into the log when the edit ends. The statements are plain `INSERT`s guarded by `NOT EXISTS`,
because the conflict clause of an outer statement would override `OR IGNORE` inside a trigger.
"""

from collections.abc import Sequence

RECORDER_TABLE = "CREATE TABLE recorder (edit_id INTEGER NOT NULL)"


def recorder_statements(table: str, *, columns: Sequence[str]) -> list[str]:
    """Return the DDL that guards and records one table.

    Args:
        table: its name; the table has `id` and `run_id`.
        columns: all of its columns, `id` first.
    """
    kept = f"recorded_{table}"
    names = ", ".join(columns)
    old = ", ".join(f"OLD.{name}" for name in columns)
    refuse = f"SELECT RAISE(ABORT, '{table} change only inside an edit')"
    closed = "NOT EXISTS (SELECT 1 FROM recorder)"
    recording = "EXISTS (SELECT 1 FROM recorder WHERE edit_id > 0)"
    unseen = f"NOT EXISTS (SELECT 1 FROM {kept} WHERE id = {{}}.id)"
    keep_old = f"INSERT INTO {kept} ({names}, is_new) SELECT {old}, 0 WHERE {unseen.format('OLD')}"
    keep_new = f"INSERT INTO {kept} (id, is_new) SELECT NEW.id, 1 WHERE {unseen.format('NEW')}"
    run_is_there = "EXISTS (SELECT 1 FROM runs WHERE id = OLD.run_id)"
    other = ", ".join(columns[1:])
    return [
        f"CREATE TABLE {kept} (id INTEGER PRIMARY KEY, {other}, is_new INTEGER NOT NULL)",
        f"CREATE TRIGGER {table}_guard_insert BEFORE INSERT ON {table} WHEN {closed}"
        f" BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_guard_update BEFORE UPDATE ON {table}"
        f" WHEN {closed} OR NEW.id <> OLD.id BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_guard_delete BEFORE DELETE ON {table}"
        f" WHEN {closed} AND {run_is_there} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_record_insert AFTER INSERT ON {table} WHEN {recording}"
        f" BEGIN {keep_new}; END",
        f"CREATE TRIGGER {table}_record_update AFTER UPDATE ON {table} WHEN {recording}"
        f" BEGIN {keep_old}; END",
        f"CREATE TRIGGER {table}_record_delete AFTER DELETE ON {table} WHEN {recording}"
        f" BEGIN {keep_old}; END",
    ]


def immutable_statements(table: str, *, parent: str, key: str) -> list[str]:
    """Return the DDL that lets rows be written once and leave only together with their parent.

    Args:
        table: its name.
        parent: the table it belongs to, deleted before its children by `ON DELETE CASCADE`.
        key: the column of `table` that names the parent.
    """
    refuse = f"SELECT RAISE(ABORT, '{table} is model output and never changes')"
    parent_is_there = f"EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.{key})"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {parent_is_there}"
        f" BEGIN {refuse}; END",
    ]


RUN_SETTINGS_GUARD = (
    "CREATE TRIGGER runs_no_update BEFORE UPDATE OF video_id, model_id, tracker_settings,"
    " detector_settings, created_at ON runs"
    " BEGIN SELECT RAISE(ABORT, 'the settings of a run never change'); END"
)
