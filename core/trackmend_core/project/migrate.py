"""Brings a project file to the newest schema with Alembic, silently and in one transaction."""

import logging
from pathlib import Path

from sqlalchemy import Connection

from trackmend_core.project.schema import APPLICATION_ID, SCHEMA_VERSION

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Run every migration that is missing and stamp the file.

    Args:
        connection: inside a write transaction; the caller commits.
    """
    # Imported here because only a new or an old file needs it, and it takes a while.
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
