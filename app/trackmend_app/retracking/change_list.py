"""The diff: one row per track that would differ, each with a tick; those that trade go together."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from trackmend_app.retracking.change_words import change_words, kind_words, place_words
from trackmend_app.retracking.own_keys import keeps
from trackmend_app.theme import current_theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_core.review.retrack_diff import ChangeKind, TrackChange

AnyIndex = QModelIndex | QPersistentModelIndex
CHANGE_ROLE = int(Qt.ItemDataRole.UserRole)
NUMBER_ROLE = CHANGE_ROLE + 1
_ROW_PX = 46
_TONES = {
    ChangeKind.EXTENDED: "good",
    ChangeKind.NEW: "focus",
    ChangeKind.REASSIGNED: "doubt",
    ChangeKind.CUT: "error",
}


class _ChangeDelegate(QStyledItemDelegate):
    """Draws a swatch, the id and the kind, and below what is given and got."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        """Ask for two lines."""
        return QSize(200, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one row."""
        self.initStyleOption(option, index)
        described = option.text
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        change, number = index.data(CHANGE_ROLE), int(index.data(NUMBER_ROLE))
        tick = style.subElementRect(
            QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, option.widget
        )
        theme, area = current_theme(), QRectF(option.rect)
        area.setLeft(tick.right() + 10)
        top = QRectF(area.left(), area.top() + 4, area.width() - 8, 19)
        below = QRectF(area.left(), top.bottom(), area.width() - 8, 18)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(panel_colour_name(number, theme=theme))
        painter.setPen(QPen(colour, 1.6))
        is_new = change.kind is ChangeKind.NEW
        painter.setBrush(Qt.BrushStyle.NoBrush if is_new else colour)
        painter.drawRoundedRect(QRectF(top.left(), top.center().y() - 5, 10, 10), 3, 3)
        painter.setPen(QColor(theme.text))
        painter.setFont(ui_font(13, weight=QFont.Weight.DemiBold))
        painter.drawText(top.adjusted(18, 0, 0, 0), left, str(number))
        advance = painter.fontMetrics().horizontalAdvance(str(number)) + 28
        painter.setFont(ui_font(11, weight=QFont.Weight.DemiBold))
        painter.setPen(QColor(getattr(theme, _TONES.get(change.kind, "quiet"))))
        painter.drawText(top.adjusted(advance, 0, 0, 0), left, kind_words(change.kind))
        painter.setFont(ui_font(11))
        painter.setPen(QColor(theme.quiet))
        painter.drawText(top, right, place_words(change))
        shown = painter.fontMetrics().elidedText(
            described, Qt.TextElideMode.ElideRight, int(below.width())
        )
        painter.drawText(below, left, shown)
        painter.restore()


class ChangeList(QListWidget):
    """Shows the changes it is handed.

    Signals:
        ticked(group, on): a person ticked or unticked one of the group.
        change_chosen(TrackChange): the row was made the current one.
    """

    ticked = Signal(int, bool)
    change_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_ChangeDelegate(self))
        self.setAccessibleName(self.tr("What would become of each track"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._is_filling = False
        self._changes: Sequence[TrackChange] = ()
        self.itemChanged.connect(self._on_item_changed)
        self.currentRowChanged.connect(self._on_current_row_changed)

    def event(self, event: QEvent) -> bool:
        """Keep the keys that move through it, and Space, which ticks."""
        return keeps(event, ticks=True) or super().event(event)

    def show_changes(
        self,
        changes: Sequence[TrackChange],
        *,
        ticked: frozenset[int],
        number_of: Callable[[int], int],
    ) -> None:
        """Show these; the rows stay where they are if only ticks differ."""
        self._is_filling = True
        if [*changes] != [*self._changes]:
            self._changes = [*changes]
            self.clear()
            for change in changes:
                self._add(change, number_of)
        for row, change in enumerate(self._changes):
            state = Qt.CheckState.Checked if change.group in ticked else Qt.CheckState.Unchecked
            self.item(row).setCheckState(state)
        self._is_filling = False

    def _add(self, change: TrackChange, number_of: Callable[[int], int]) -> None:
        words = change_words(change, lambda target: str(number_of(target)))
        item = QListWidgetItem(words)
        number = number_of(change.target)
        item.setData(CHANGE_ROLE, change)
        item.setData(NUMBER_ROLE, number)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsUserCheckable
        )
        told = self.tr("Track {number}, {kind}: {what}, {place}").format(
            number=number, kind=kind_words(change.kind), what=words, place=place_words(change)
        )
        item.setData(Qt.ItemDataRole.AccessibleTextRole, told)
        item.setToolTip(told + self.tr("\nTracks that trade boxes are ticked together"))
        self.addItem(item)

    @Slot(QListWidgetItem)
    def _on_item_changed(self, item: QListWidgetItem) -> None:
        if not self._is_filling:
            is_on = item.checkState() is Qt.CheckState.Checked
            self.ticked.emit(item.data(CHANGE_ROLE).group, is_on)

    @Slot(int)
    def _on_current_row_changed(self, row: int) -> None:
        if not self._is_filling and row >= 0:
            self.change_chosen.emit(self._changes[row])
