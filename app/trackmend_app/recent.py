"""The projects that were open lately, kept in the window's settings."""

from pathlib import Path

from PySide6.QtCore import QSettings

_KEY = "recent/projects"
MOST = 5


def recent_projects(settings: QSettings) -> list[Path]:
    """Return them, the latest first; those that are gone are left out."""
    stored = settings.value(_KEY, [])
    names = stored if isinstance(stored, list) else [stored] if stored else []
    paths = [Path(str(name)) for name in names]
    return [path for path in paths if path.is_file()][:MOST]


def remember_project(settings: QSettings, path: Path) -> None:
    """Put a project at the head of the list."""
    paths = [path, *(known for known in recent_projects(settings) if known != path)]
    settings.setValue(_KEY, [str(known) for known in paths[:MOST]])
