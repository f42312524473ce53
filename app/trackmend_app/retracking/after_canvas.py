"""The frame as it would be after re-tracking, beside the frame as it is, looking the same way."""

from PySide6.QtWidgets import QWidget

from trackmend_app.canvas import VideoCanvas


class AfterCanvas(VideoCanvas):
    """Shows boxes to look at: nothing on it can be dragged; it moves with the other canvas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("after_canvas")
        self.setAccessibleName(self.tr("After re-tracking"))
        self.set_empty_text("", "")
        self.hide()

    @property
    def editable_box(self) -> None:
        """Nothing is."""
        return
