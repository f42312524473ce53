"""Holds the settings of this person, changes them, and tells who is concerned."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trackmend_app.settings.schema import Value
from trackmend_app.settings.store import (
    AppSettings,
    load_settings,
    save_settings,
    settings_file,
)
from trackmend_core.errors import UserError


class SettingsControl(QObject):
    """The one place where settings are read and written.

    Signals:
        changed(keys): settings have other values now; they are in the file.
        failed(error): they hold, but could not be written.
    """

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None, *, path: Path | None = None) -> None:
        super().__init__(parent)
        self._path = path or settings_file()
        self._now = load_settings(self._path)

    @property
    def now(self) -> AppSettings:
        """Return the settings that hold."""
        return self._now

    def change(self, values: Mapping[str, Value]) -> None:
        """Let settings have other values from now on."""
        keys = frozenset(key for key, value in values.items() if self._now[key] != value)
        if not keys:
            return
        self._now = self._now.with_values(values)
        try:
            save_settings(self._path, self._now)
        except UserError as error:
            self.failed.emit(error)
        self.changed.emit(keys)
