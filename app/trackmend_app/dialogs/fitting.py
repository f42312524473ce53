"""Makes a dialog as high as its wrapped texts need; Qt guesses their height on its own."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog

_BESIDE_PX = 40
"""Of the screen's height, for the title bar and a bar of tasks."""


class FittingDialog(QDialog):
    """Base of our dialogs.

    Qt opens a dialog at two thirds of the screen's height at most and does not count the lines
    into which a text is broken, so that on a low screen fields would lie on one another.
    """

    def showEvent(self, event: QShowEvent) -> None:
        """Take the height that is needed, as far as the screen has it."""
        layout = self.layout()
        if layout is not None:
            needed = layout.minimumSize().height()
            if layout.hasHeightForWidth():
                needed = max(needed, layout.totalMinimumHeightForWidth(self.width()))
            needed = min(needed, self.screen().availableGeometry().height() - _BESIDE_PX)
            if needed > self.minimumHeight():
                self.setMinimumHeight(needed)
        super().showEvent(event)


def fit_height(dialog: QDialog, *, width: int) -> None:
    """Give a dialog a width, and the height that its layout needs at that width."""
    layout = dialog.layout()
    if layout is None:
        return
    wide = max(width, layout.totalMinimumSize().width())
    dialog.setMinimumWidth(wide)
    dialog.resize(wide, max(layout.totalHeightForWidth(wide), layout.totalSizeHint().height()))
