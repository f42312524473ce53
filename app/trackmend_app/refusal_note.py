"""Says over the video why an edit was not made, without getting in the way of the next key."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from trackmend_app.wording import say_composed
from trackmend_core.errors import UserError

SHOWN_MS = 9000
_WIDTH_PX, _MARGIN_PX = 460, 16


class RefusalNote(QFrame):
    """A note at the foot of a view; it goes by itself, with a click, or with the next edit."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("refusal_note")
        self.setProperty("kind", "refusal")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setToolTip(self.tr("Nothing was changed. Click to close."))
        self._message = _line(self, "figure")
        self._hint = _line(self, "quiet")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 10, 14, 10)
        self._column.setSpacing(2)
        self._column.addWidget(self._message)
        self._column.addWidget(self._hint)
        self._end = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._end.timeout.connect(self.hide)
        view.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """Return what is said; nothing while it is hidden."""
        return "" if self.isHidden() else f"{self._message.text()} {self._hint.text()}".strip()

    def tell(self, error: UserError) -> None:
        """Say why nothing was changed, and what to do instead."""
        self._message.setText(say_composed(error.message))
        self._hint.setText(say_composed(error.hint))
        self._hint.setVisible(bool(error.hint))
        self.setAccessibleName(f"{self._message.text()} {self._hint.text()}".strip())
        self._place()
        self.show()
        self.raise_()
        self._end.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go."""
        event.accept()
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay at the foot of the view."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _place(self) -> None:
        width = min(_WIDTH_PX, self._view.width() - 2 * _MARGIN_PX)
        self.setFixedWidth(max(120, width))
        self.setFixedHeight(self._column.heightForWidth(self.width()))
        self.move(
            (self._view.width() - self.width()) // 2,
            self._view.height() - self.height() - _MARGIN_PX,
        )


def _line(parent: QWidget, kind: str) -> QLabel:
    label = QLabel(parent)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
