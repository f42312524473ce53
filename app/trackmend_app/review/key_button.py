"""A button that shows the key of its action on a small cap."""

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QWidget

from trackmend_app.theme import current_theme, ui_font

_GAP_PX = 7
_SIDE_PX = 9
_CAP_HEIGHT_PX = 18.0
_SHORT = {"Return": "Enter"}
_SIGNS = {"Return": "⏎"}
"""What is put on the cap instead of the word where there is little room."""


class KeyButton(QPushButton):
    """Does an action; its key and its tooltip follow the key editor."""

    def __init__(self, action: QAction, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self._title = title
        self._key = self._sign = ""
        self.setObjectName(f"review_{action.objectName()}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda _checked: action.trigger())
        action.changed.connect(self._on_action_changed)
        self._on_action_changed()

    @Slot()
    def _on_action_changed(self) -> None:
        keys = self._action.shortcuts()
        key = keys[0].toString(keys[0].SequenceFormat.NativeText) if keys else ""
        self._key, self._sign = _SHORT.get(key, key), _SIGNS.get(key, key)
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(f"{self._title} ({self._key})" if self._key else self._title)
        self.setEnabled(self._action.isEnabled())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for the title, the cap and margins."""
        return QSize(round(self._inner_px(self._key)) + 2 * _SIDE_PX, 30)

    def minimumSizeHint(self) -> QSize:
        """Ask for what is needed with a sign in place of the key's name."""
        return QSize(round(self._inner_px(self._sign)) + 2 * _SIDE_PX, 30)

    @property
    def cap(self) -> str:
        """Return what stands on the cap in the room there is."""
        return self._key if self.width() >= self.sizeHint().width() else self._sign

    def _inner_px(self, cap: str) -> float:
        title = QFontMetricsF(self._title_font()).horizontalAdvance(self._title)
        return title + (_GAP_PX + _cap_width(cap) if cap else 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the button, then title and cap in its middle."""
        theme, option = current_theme(), QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        is_primary = self.property("kind") == "primary"
        with QPainter(self) as painter:
            self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ink = theme.on_action if is_primary else theme.text
            colour = QColor(ink if self.isEnabled() else theme.quiet)
            painter.setPen(colour)
            painter.setFont(self._title_font())
            shown = self.cap
            whole = self._inner_px(shown)
            left = (self.width() - whole) / 2
            area = QRectF(left, 0, whole, self.height())
            middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            painter.drawText(area, middle, self._title)
            if not self._key:
                return
            cap = QRectF(0, 0, _cap_width(shown), _CAP_HEIGHT_PX)
            cap.moveRight(area.right())
            cap.moveTop((self.height() - cap.height()) / 2)
            ground = QColor(255, 255, 255, 46) if is_primary else QColor(theme.ground)
            painter.setBrush(ground)
            painter.setPen(Qt.PenStyle.NoPen if is_primary else QPen(QColor(theme.line), 1))
            painter.drawRoundedRect(cap, 4, 4)
            painter.setPen(colour)
            painter.setFont(_cap_font())
            painter.drawText(cap, int(Qt.AlignmentFlag.AlignCenter), shown)

    def _title_font(self) -> QFont:
        is_primary = self.property("kind") == "primary"
        return ui_font(13, weight=QFont.Weight.DemiBold if is_primary else QFont.Weight.Normal)


def _cap_width(text: str) -> float:
    return max(18.0, QFontMetricsF(_cap_font()).horizontalAdvance(text) + 10)


def _cap_font() -> QFont:
    return ui_font(11)
