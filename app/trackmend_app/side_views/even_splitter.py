"""Views side by side that stay equally wide until a person drags the line between two."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget


class EvenSplitter(QSplitter):
    """Shares its width evenly: Qt keeps proportions, also those that a lack of room has made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_even = True
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._on_moved)

    def share_evenly(self) -> None:
        """Make all views equally wide, now and until one is made wider by hand."""
        self._is_even = True
        self.setSizes([self.width() // max(1, self.count())] * self.count())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share anew."""
        super().resizeEvent(event)
        if self._is_even:
            self.share_evenly()

    @Slot()
    def _on_moved(self) -> None:
        self._is_even = False
