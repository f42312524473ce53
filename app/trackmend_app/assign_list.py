"""The list that appears while Ctrl is held: which tracks the selected box may belong to."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from trackmend_app.chooser import Chooser
from trackmend_app.similarity.lookalikes import Lookalike

DELAY_MS = 350
_MARGIN_PX = 12


class AssignList(QFrame):
    """Tracks ranked by appearance, each with its key; shown while Ctrl is held on a selection."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setObjectName("assign_list")
        self.setProperty("kind", "card")
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addWidget(self._text)
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self._on_held)
        self._chooser: Chooser | None = None
        self.hide()

    def attend(self, window: QWidget, chooser: Chooser) -> None:
        """Watch the keyboard of a window."""
        self._chooser = chooser
        window.winId()
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Wait for Ctrl alone; any other key, or letting go, ends it. Nothing is swallowed."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            alone = event.key() == Qt.Key.Key_Control and not event.isAutoRepeat()
            self._delay.start() if alone else self._delay.stop()
        elif kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Control and not event.isAutoRepeat():
                self.put_away()
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.MouseButtonPress):
            self.put_away()
        return False

    def put_away(self) -> None:
        """Hide the list."""
        self._delay.stop()
        self.hide()

    def _on_held(self) -> None:
        found = self._chooser.lookalikes() if self._chooser is not None else []
        if found:
            self._text.setText(list_html(found))
            self.adjustSize()
            self.move(QPoint(self._canvas.width() - self.width() - _MARGIN_PX, _MARGIN_PX))
            self.show()
            self.raise_()


def list_html(found: list[Lookalike]) -> str:
    """Return the ranked tracks as a small table."""
    rows = "".join(
        f"<tr><td>Ctrl+{place}</td>"
        f"<td style='padding-left:14px; font-weight:600'>{one.number}</td>"
        f"<td align='right' style='padding-left:14px'>{one.similarity:.2f}</td></tr>"
        for place, one in enumerate(found, 1)
    )
    last = "<tr><td>Ctrl+0</td><td style='padding-left:14px' colspan='2'>a new id</td></tr>"
    title = "<span style='font-weight:600'>Assign from here on to</span>"
    return f"{title}<table cellspacing='4'>{rows}{last}</table>"
