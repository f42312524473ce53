"""Makes a dialog as high as its wrapped texts need; Qt guesses their height on its own."""

from PySide6.QtWidgets import QDialog


def fit_height(dialog: QDialog, *, width: int) -> None:
    """Give a dialog a width, and the height that its layout needs at that width."""
    layout = dialog.layout()
    if layout is None:
        return
    wide = max(width, layout.totalMinimumSize().width())
    dialog.setMinimumWidth(wide)
    dialog.resize(wide, max(layout.totalHeightForWidth(wide), layout.totalSizeHint().height()))
