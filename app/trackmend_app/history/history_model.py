"""Edits and named moments as rows of a Qt table model, the newest on top."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from trackmend_app.theme import current_theme, ui_font
from trackmend_app.wording import say_composed
from trackmend_core.project import Checkpoint, EditRecord, EditState, TouchedTrack
from trackmend_core.types import EditId, TrackId

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
LINE_ROLE = Qt.ItemDataRole.UserRole


class Column(IntEnum):
    """The columns of the table."""

    WHEN = 0
    WHAT = 1
    WHO = 2
    STATE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One row: an edit with what it touched, or a named moment."""

    created_at: float
    edit: EditRecord | None = None
    touched: tuple[TouchedTrack, ...] = ()
    checkpoint: Checkpoint | None = None

    @property
    def frames(self) -> tuple[int, int] | None:
        """Return the first and last frame that the edit touched."""
        known = [one.frames for one in self.touched if one.frames is not None]
        return (min(k[0] for k in known), max(k[1] for k in known)) if known else None


def history_lines(
    edits: Iterable[EditRecord],
    checkpoints: Iterable[Checkpoint],
    touched: dict[EditId, list[TouchedTrack]],
    *,
    of_tracks: frozenset[TrackId] | None = None,
) -> list[HistoryLine]:
    """Return the rows, newest first; with `of_tracks` only edits that touch one of them."""
    lines = [
        HistoryLine(created_at=edit.created_at, edit=edit, touched=tuple(found))
        for edit in edits
        if (found := touched.get(edit.edit_id, [])) is not None
        and (of_tracks is None or any(one.track_id in of_tracks for one in found))
    ]
    if of_tracks is None:
        lines += [HistoryLine(created_at=one.created_at, checkpoint=one) for one in checkpoints]
    return sorted(lines, key=_newest_first)


def _newest_first(line: HistoryLine) -> tuple[float, int]:
    return -line.created_at, -(line.edit.edit_id if line.edit is not None else 0)


class HistoryModel(QAbstractTableModel):
    """Rows are `HistoryLine`s in the order given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: Sequence[HistoryLine] = ()

    def set_lines(self, lines: Sequence[HistoryLine]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    @property
    def lines(self) -> Sequence[HistoryLine]:
        """The rows from the top."""
        return self._lines

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the titles."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        titles = (self.tr("when"), self.tr("what"), self.tr("who"), self.tr("state"))
        return titles[section] if 0 <= section < len(titles) else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows or says."""
        if not index.isValid() or not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, Column(index.column()))
        if role == LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return " · ".join(filter(None, (self._text(line, column) for column in Column)))
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(line)
        if role == Qt.ItemDataRole.FontRole:
            return self._font(line, Column(index.column()))
        return None

    def _font(self, line: HistoryLine, column: Column) -> QFont | None:
        """Return a strong one for a moment; what counts no longer is struck out."""
        if line.checkpoint is not None:
            return ui_font(13, weight=QFont.Weight.DemiBold)
        if column is not Column.WHAT or line.edit is None or line.edit.is_in_effect:
            return None
        font = ui_font(13)
        font.setStrikeOut(True)
        return font

    def _text(self, line: HistoryLine, column: Column) -> str:
        edit = line.edit
        if column is Column.WHEN:
            return _when(line.created_at)
        if column is Column.WHAT:
            if line.checkpoint is not None:
                return f"◆ {line.checkpoint.name}"
            return say_composed(edit.title) if edit is not None else ""
        if edit is None:
            return "" if column is Column.WHO else self.tr("named moment")
        return edit.author if column is Column.WHO else self._state(edit)

    def _state(self, edit: EditRecord) -> str:
        if edit.is_in_effect:
            return ""
        if edit.is_reverted:
            return self.tr("taken back")
        return self.tr("undone") if edit.state is EditState.UNDONE else self.tr("overtaken")

    def _colour(self, line: HistoryLine) -> QColor | None:
        theme = current_theme()
        if line.checkpoint is not None:
            return QColor(theme.focus)
        return None if line.edit is not None and line.edit.is_in_effect else QColor(theme.quiet)


def _when(created_at: float) -> str:
    """Return the time of day, with the date if it was not today."""
    then = datetime.fromtimestamp(created_at)
    today = then.date() == datetime.now().date()
    return f"{then:%H:%M:%S}" if today else f"{then:%Y-%m-%d %H:%M}"
