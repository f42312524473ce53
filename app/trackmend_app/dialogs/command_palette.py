"""Finds a command by a few letters of its name; Enter does it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QAction, QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.theme import current_theme, ui_font

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_COMMAND_ROLE = Qt.ItemDataRole.UserRole
_WIDTH_PX = 620
_ROW_PX = 34
_ROWS_SHOWN = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing that can be found.

    Attributes:
        title: as the menu lists it.
        place: the menu it is in.
        keys: as people read them.
        tip: what happens.
        enabled: whether it is possible now.
    """

    action_id: str
    title: str
    place: str
    keys: str
    tip: str
    enabled: bool


def fitness(typed: str, command: Command) -> float | None:
    """Return how well a command fits what was typed, larger is better; None if it does not.

    Every word must be somewhere in title, menu or tip, or its letters in the title in order.
    """
    title, rest = command.title.casefold(), f"{command.place} {command.tip}".casefold()
    total = 0.0
    for word in typed.casefold().split():
        parts = title.split()
        if word in parts:
            total += 5
        elif any(part.startswith(word) for part in parts):
            total += 3 + len(word) / max(1, len(title))
        elif word in title:
            total += 2
        elif word in rest:
            total += 1
        elif _letters_in_order(word, title):
            total += 0.5
        else:
            return None
    return total + (0.25 if command.enabled else 0.0)


def found(typed: str, commands: Iterable[Command]) -> list[Command]:
    """Return the commands that fit, the best first; what is impossible now comes last."""
    fitting = [(score, one) for one in commands if (score := fitness(typed, one)) is not None]
    fitting.sort(key=lambda pair: (not pair[1].enabled, -pair[0]))
    return [one for _, one in fitting]


def _letters_in_order(word: str, title: str) -> bool:
    letters = iter(title)
    return all(letter in letters for letter in word)


class _CommandModel(QAbstractListModel):
    """The commands that fit, as rows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._commands: Sequence[Command] = ()

    def set_commands(self, commands: Sequence[Command]) -> None:
        self.beginResetModel()
        self._commands = commands
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._commands)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        command = self._commands[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return " · ".join(filter(None, (command.title, command.tip, command.keys)))
        return command if role == _COMMAND_ROLE else None


class _CommandDelegate(QStyledItemDelegate):
    """Title and menu on the left, keys on the right; quiet where it is impossible now."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex):  # type: ignore[no-untyped-def]
        size = super().sizeHint(option, index)
        size.setHeight(_ROW_PX)
        return size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        command, theme = index.data(_COMMAND_ROLE), current_theme()
        area = option.rect.adjusted(12, 0, -12, 0)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.save()
        painter.setFont(ui_font(13, weight=QFont.Weight.Medium))
        painter.setPen(QColor(theme.text if command.enabled else theme.faint))
        painter.drawText(area, middle | int(Qt.AlignmentFlag.AlignLeft), command.title)
        left = painter.fontMetrics().horizontalAdvance(command.title) + 10
        painter.setFont(ui_font(11))
        painter.setPen(QColor(theme.quiet if command.enabled else theme.faint))
        place = area.adjusted(left, 0, 0, 0)
        painter.drawText(place, middle | int(Qt.AlignmentFlag.AlignLeft), command.place)
        painter.drawText(area, middle | int(Qt.AlignmentFlag.AlignRight), command.keys)
        painter.restore()


class CommandPalette(FittingDialog):
    """Type, choose with the arrows, Enter; Esc leaves."""

    def __init__(self, parent: QWidget, actions: ActionSet) -> None:
        super().__init__(parent)
        self.setObjectName("command_palette")
        self.setWindowTitle(self.tr("Find a command"))
        self.field = QLineEdit(self)
        self.view = QListView(self)
        self.nothing = QLabel(self.tr("No command is called that, or like that."), self)
        self.nothing.setProperty("kind", "quiet")
        self._actions = actions
        self._model = _CommandModel(self)
        self._commands = [self._command(row.action_id) for row in actions.rows]
        self.field.setPlaceholderText(self.tr("Type what you want to do"))
        self.field.setAccessibleName(self.tr("Find a command"))
        self.view.setModel(self._model)
        self.view.setItemDelegate(_CommandDelegate(self.view))
        self.view.setAccessibleName(self.tr("Commands"))
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.clicked.connect(self._on_clicked)
        self.field.textChanged.connect(self._on_typed)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.addWidget(self.field)
        column.addWidget(self.nothing)
        column.addWidget(self.view)
        self._on_typed("")
        rows = _ROWS_SHOWN * _ROW_PX + 2 * self.view.frameWidth()
        around = self.sizeHint().height() - self.view.sizeHint().height()
        self.resize(_WIDTH_PX, around + rows)

    @property
    def shown(self) -> list[str]:
        """The ids of the commands on show, the best first."""
        rows = range(self._model.rowCount())
        return [self._model.index(row, 0).data(_COMMAND_ROLE).action_id for row in rows]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down and the page keys choose, Enter does it, Esc leaves."""
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -10,
            Qt.Key.Key_PageDown: 10,
        }
        key = Qt.Key(event.key())
        if key in steps:
            row = self.view.currentIndex().row() + steps[key]
            self._choose(max(0, min(row, self._model.rowCount() - 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_clicked(self.view.currentIndex())
        else:
            super().keyPressEvent(event)

    def _command(self, action_id: str) -> Command:
        row = next(row for row in self._actions.rows if row.action_id == action_id)
        action: QAction = self._actions[action_id]
        keys = ", ".join(sequence.toString() for sequence in action.shortcuts())
        return Command(
            action_id=action_id,
            title=action.text().replace("&&", "&"),
            place=" ▸ ".join(filter(None, (row.menu.words, row.family))),
            keys=keys,
            tip=row.tip,
            enabled=action.isEnabled(),
        )

    def _choose(self, row: int) -> None:
        self.view.setCurrentIndex(self._model.index(row, 0))

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._model.set_commands(found(text, self._commands))
        self.nothing.setVisible(self._model.rowCount() == 0)
        self._choose(0)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        command = index.data(_COMMAND_ROLE)
        if isinstance(command, Command) and self._actions[command.action_id].isEnabled():
            self.accept()
            self._actions[command.action_id].trigger()
