"""The page that stands where the video will be: what to do first."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trackmend_app.action_set import ActionSet
from trackmend_app.theme import current_theme
from trackmend_app.theme.icons import icon_pixmap

LOGO_PX = 64

_BUTTONS = (("open_video", "primary"), ("open_project", ""), ("open_sample", ""))


class WelcomePage(QWidget):
    """Offers to open a video, a project or the sample, and the recent projects.

    Signals: recent_chosen(path).
    """

    recent_chosen = Signal(object)

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self._logo = QLabel()
        self._draw_logo()
        title = QLabel("Open a video to begin")
        title.setProperty("kind", "title")
        hint = QLabel(
            "Drop a video, a folder of images or a .trackmend file here.\n"
            "Trackmend finds and follows everybody in it; you mend what went wrong."
        )
        hint.setProperty("kind", "quiet")
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.setSpacing(8)
        for action_id, kind in _BUTTONS:
            row.addWidget(self._button(actions, action_id, kind))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addStretch(2)
        for widget in (self._logo, title, hint):
            column.addWidget(widget, alignment=Qt.AlignmentFlag.AlignHCenter)
        row_box = QWidget()
        row_box.setLayout(row)
        column.addWidget(row_box, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._recent)
        column.addStretch(3)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the mark anew when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_logo()

    def _draw_logo(self) -> None:
        colour, ratio = current_theme().focus, self.devicePixelRatioF()
        self._logo.setPixmap(icon_pixmap("logo", size=LOGO_PX, colour=colour, ratio=ratio))

    def _button(self, actions: ActionSet, action_id: str, kind: str) -> QPushButton:
        action = actions[action_id]
        button = QPushButton(action.text())
        button.setObjectName(f"welcome_{action_id}")
        button.setToolTip(action.toolTip())
        if kind:
            button.setProperty("kind", kind)
        button.clicked.connect(action.trigger)
        return button

    def show_recent(self, paths: list[Path]) -> None:
        """List projects that were open lately."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if not paths:
            return
        heading = QLabel("LATELY")
        heading.setProperty("kind", "heading")
        self._recent.addWidget(heading, alignment=Qt.AlignmentFlag.AlignHCenter)
        for path in paths:
            button = QPushButton(path.name)
            button.setProperty("kind", "ghost")
            button.setToolTip(str(path))
            button.clicked.connect(lambda _checked, path=path: self.recent_chosen.emit(path))
            self._recent.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
