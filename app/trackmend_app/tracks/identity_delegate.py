"""Draw the first cell of a track: its colour, its id, its label."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from trackmend_app.theme import current_theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.tracks.track_model import HERE_ROLE, TRACK_ROLE, AnyIndex

_SWATCH_PX = 10.0
_LEFT_PX = 12.0
_LEAST_EDITOR_PX = 150
_LEFT_MIDDLE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class IdentityDelegate(QStyledItemDelegate):
    """Draws and edits the first cell.

    The swatch is filled when the track is in the current frame, a ring when it is not.
    """

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, index: AnyIndex
    ) -> QWidget:
        """Return the field for the label."""
        field = QLineEdit(parent)
        field.setObjectName("label_editor")
        track = index.data(TRACK_ROLE)
        field.setPlaceholderText(self.tr("label"))
        name = self.tr("Label of track {number}").format(number=track.number)
        field.setAccessibleName(name)
        field.setStyleSheet("padding: 0 4px; border-radius: 3px; min-height: 0;")
        return field

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        """Put the field behind the number, wide enough to type in."""
        area = option.rect.adjusted(int(_LEFT_PX + _SWATCH_PX + 6), 1, 0, -1)
        number = QFontMetrics(ui_font(13)).horizontalAdvance(str(index.data(TRACK_ROLE).number))
        area.setLeft(area.left() + number + 6)
        view_width = option.widget.width() if option.widget else area.right()
        area.setWidth(max(area.width(), min(_LEAST_EDITOR_PX, view_width - area.left() - 4)))
        editor.setGeometry(area)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one cell."""
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        track, theme = index.data(TRACK_ROLE), current_theme()
        area = QRectF(option.rect)
        colour = QColor(panel_colour_name(track.number, theme=theme))
        swatch = QRectF(
            area.left() + _LEFT_PX, area.center().y() - _SWATCH_PX / 2, _SWATCH_PX, _SWATCH_PX
        )
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        weight = QFont.Weight.DemiBold if selected else QFont.Weight.Normal
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour if index.data(HERE_ROLE) else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(swatch.adjusted(0.8, 0.8, -0.8, -0.8), 3, 3)
        text = area.adjusted(_LEFT_PX + _SWATCH_PX + 8, 0, -4, 0)
        painter.setFont(ui_font(13, weight=weight))
        painter.setPen(QColor(theme.text))
        number = str(track.number)
        painter.drawText(text, _LEFT_MIDDLE, number)
        if track.label:
            text.setLeft(text.left() + painter.fontMetrics().horizontalAdvance(number) + 7)
            painter.setFont(ui_font(12))
            painter.setPen(QColor(theme.quiet))
            label = painter.fontMetrics().elidedText(
                track.label, Qt.TextElideMode.ElideRight, int(text.width())
            )
            painter.drawText(text, _LEFT_MIDDLE, label)
        painter.restore()
