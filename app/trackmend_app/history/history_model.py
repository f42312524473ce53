"""Edits, verdicts and named moments as rows of a Qt table model, the newest on top."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from trackmend_app.theme import current_theme, ui_font
from trackmend_app.verdict_words import title_of_verdict
from trackmend_app.wording import say_composed
from trackmend_core.project import Checkpoint, EditRecord, EditState, TouchedTrack, Verdict
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
    """One row: an edit with what it touched, a verdict, or a named moment."""

    created_at: float
    edit: EditRecord | None = None
    touched: tuple[TouchedTrack, ...] = ()
    checkpoint: Checkpoint | None = None
    verdict: Verdict | None = None

    @property
    def counts(self) -> bool:
        """Return whether it is in effect."""
        if self.verdict is not None:
            return self.verdict.is_in_effect
        return self.edit is None or self.edit.is_in_effect

    @property
    def author(self) -> str | None:
        """Return who did it, None for a named moment."""
        known = self.edit or self.verdict
        return None if known is None else known.author

    @property
    def frames(self) -> tuple[int, int] | None:
        """Return the first and last frame that the edit touched, or the verdict is about."""
        if self.verdict is not None:
            return self.verdict.frames
        known = [one.frames for one in self.touched if one.frames is not None]
        return (min(k[0] for k in known), max(k[1] for k in known)) if known else None


def history_lines(
    edits: Iterable[EditRecord],
    checkpoints: Iterable[Checkpoint],
    touched: dict[EditId, list[TouchedTrack]],
    verdicts: Iterable[Verdict] = (),
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
        lines += [HistoryLine(created_at=one.created_at, verdict=one) for one in verdicts]
    return sorted(lines, key=_newest_first)


def _newest_first(line: HistoryLine) -> tuple[float, int]:
    edit_id = line.edit.edit_id if line.edit is not None else 0
    return -line.created_at, -int(edit_id)


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
            shown = [self._text(line, column) for column in Column if column is not Column.STATE]
            return " · ".join(filter(None, (*shown, self._state(line))))
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(line)
        if role == Qt.ItemDataRole.FontRole:
            return self._font(line, Column(index.column()))
        return None

    def _font(self, line: HistoryLine, column: Column) -> QFont | None:
        """Return a strong one for a moment; what counts no longer is struck out."""
        if line.checkpoint is not None:
            return ui_font(13, weight=QFont.Weight.DemiBold)
        if column is not Column.WHAT or line.counts:
            return None
        font = ui_font(13)
        font.setStrikeOut(True)
        return font

    def _text(self, line: HistoryLine, column: Column) -> str:
        if column is Column.WHEN:
            return _when(line.created_at)
        if column is Column.WHO:
            return line.author or ""
        if column is Column.STATE:
            # Sign and colour tell a named moment; its words would take the room of what was done.
            return "" if line.checkpoint is not None else self._state(line)
        if line.checkpoint is not None:
            return f"◆ {line.checkpoint.name}"
        if line.verdict is not None:
            return title_of_verdict(line.verdict)
        return say_composed(line.edit.title) if line.edit is not None else ""

    def _state(self, line: HistoryLine) -> str:
        if line.checkpoint is not None:
            return self.tr("named moment")
        if line.counts:
            return ""
        known = line.edit or line.verdict
        if known is not None and known.state is EditState.APPLIED:
            return self.tr("taken back")
        is_undone = known is not None and known.state is EditState.UNDONE
        return self.tr("undone") if is_undone else self.tr("overtaken")

    def _colour(self, line: HistoryLine) -> QColor | None:
        theme = current_theme()
        if line.checkpoint is not None:
            return QColor(theme.focus)
        return None if line.counts else QColor(theme.quiet)


def _when(created_at: float) -> str:
    """Return the time of day, with the date if it was not today."""
    then = datetime.fromtimestamp(created_at)
    today = then.date() == datetime.now().date()
    return f"{then:%H:%M:%S}" if today else f"{then:%Y-%m-%d %H:%M}"
