"""A row of controls that does without some of them where a window is narrow."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class NarrowRow(QWidget):
    """A line that does without some of its parts, the first of them first, where room is short.

    What they do has keys as well; a window must not grow for them.
    """

    def __init__(
        self,
        *,
        needed: Sequence[QWidget],
        dispensable: Sequence[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._needed, self._dispensable = needed, dispensable
        self._unwanted: set[QWidget] = set()

    def set_wanted(self, part: QWidget, wanted: bool) -> None:
        """Show a part where there is room, or never."""
        (self._unwanted.discard if wanted else self._unwanted.add)(part)
        self.choose_parts()

    def minimumSizeHint(self) -> QSize:
        """Ask for what it cannot do without."""
        margins = self.contentsMargins()
        layout = self.layout()
        if layout is not None:
            margins += layout.contentsMargins()
        needed = [part for part in self._needed if not part.isHidden()]
        parts = sum(part.minimumSizeHint().width() for part in needed)
        between = self._spacing() * max(0, len(needed) - 1)
        width = margins.left() + parts + between + margins.right()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many parts as there is room for."""
        super().resizeEvent(event)
        self.choose_parts()

    def choose_parts(self) -> None:
        """Show the parts there is room for; call it when a part needs more or less."""
        room = self.width() - self.minimumSizeHint().width()
        for part in reversed(self._dispensable):
            if part not in self._unwanted:
                room -= part.sizeHint().width() + self._spacing()
            part.setVisible(part not in self._unwanted and room >= 0)

    def _spacing(self) -> int:
        layout = self.layout()
        return layout.spacing() if layout is not None else 0
