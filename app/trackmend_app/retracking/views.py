"""What a dry run shows itself in: its panel, and the canvas beside the canvas."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from trackmend_app.action_set import ActionSet
from trackmend_app.retracking.after_canvas import AfterCanvas
from trackmend_app.retracking.panel import RetrackPanel


class RetrackViews:
    """Made with the window, hidden until there is a dry run."""

    def __init__(self, actions: ActionSet) -> None:
        self.panel = RetrackPanel(actions)
        self.after = AfterCanvas()

    def beside(self, canvas: QWidget) -> QWidget:
        """Return a canvas with the frame as it would be beside it, equally wide."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(canvas, 1)
        row.addWidget(self.after, 1)
        return holder
