"""The page that stands where the video will be: what to do first."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.jobs.runner import JobRunner
from trackmend_app.run_strip import progress_text
from trackmend_app.theme import current_theme
from trackmend_app.theme.icons import icon_pixmap
from trackmend_app.wording import say_composed
from trackmend_core.types import Progress

LOGO_PX = 64
BAR_PX = 360

_BUTTONS = (("open_video", "primary"), ("open_project", ""), ("open_sample", ""), ("tour", ""))
_PAGES = ("swapped", "two-ids", "missing", "mistake")


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
        title = QLabel(self.tr("Open a video to begin"))
        title.setProperty("kind", "title")
        hint = QLabel(
            self.tr(
                "Drop a video, a folder of images or a .trackmend file here.\n"
                "Trackmend finds and follows everybody in it; you mend what went wrong."
            )
        )
        hint.setProperty("kind", "quiet")
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.setSpacing(8)
        buttons = [self._button(actions, action_id, kind) for action_id, kind in _BUTTONS]
        self._first, self._last_above = buttons[0], buttons[-1]
        for button in buttons:
            row.addWidget(button)
        self._progress_text = QLabel()
        self._progress_text.setProperty("kind", "quiet")
        self._progress_bar = QProgressBar()
        self._progress_bar.setTextVisible(False)
        self._progress_bar.setFixedWidth(BAR_PX)
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
        for progress in (self._progress_text, self._progress_bar):
            column.addWidget(progress, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._recent)
        column.addSpacing(10)
        column.addLayout(self._help(actions))
        column.addStretch(3)
        self.end_progress()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the mark anew when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_logo()

    def _draw_logo(self) -> None:
        colour, ratio = current_theme().focus, self.devicePixelRatioF()
        self._logo.setPixmap(icon_pixmap("logo", size=LOGO_PX, colour=colour, ratio=ratio))

    def _help(self, actions: ActionSet) -> QVBoxLayout:
        """List some pages of help by what one sees."""
        column = QVBoxLayout()
        column.setSpacing(2)
        heading = QLabel(self.tr("WHAT DO I DO WHEN…"))
        heading.setProperty("kind", "heading")
        column.addWidget(heading, alignment=Qt.AlignmentFlag.AlignHCenter)
        for page in _PAGES:
            button = self._button(actions, f"help_{page}", "ghost")
            column.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
        return column

    def _button(self, actions: ActionSet, action_id: str, kind: str) -> QPushButton:
        action = actions[action_id]
        button = QPushButton(action.text())
        button.setObjectName(f"welcome_{action_id}")
        button.setToolTip(action.toolTip())
        if kind:
            button.setProperty("kind", kind)
        button.clicked.connect(action.trigger)
        return button

    def attend(self, runner: JobRunner) -> None:
        """Show what a job does as long as it runs: something is being made ready to be shown."""
        runner.started.connect(self._begin_progress)
        runner.progressed.connect(self._show_progress)
        runner.ended.connect(self.end_progress)

    @Slot(str)
    def _begin_progress(self, title: str) -> None:
        self._progress_text.setText(say_composed(title) + "…")
        self._progress_bar.setRange(0, 0)
        self._progress_text.show()
        self._progress_bar.show()

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        self._progress_text.setText(progress_text(progress))
        self._progress_bar.setRange(0, progress.total)
        self._progress_bar.setValue(progress.done)

    @Slot()
    def end_progress(self) -> None:
        """Take the progress away."""
        self._progress_text.hide()
        self._progress_bar.hide()

    def show_recent(self, paths: list[Path]) -> None:
        """List projects that were open lately."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if not paths:
            return
        heading = QLabel(self.tr("LATELY"))
        heading.setProperty("kind", "heading")
        self._recent.addWidget(heading, alignment=Qt.AlignmentFlag.AlignHCenter)
        before: QWidget = self._last_above
        for path in paths:
            button = QPushButton(f"{path.stem}   {_folder_text(path)}")
            button.setProperty("kind", "ghost")
            button.setToolTip(str(path))
            button.clicked.connect(lambda _checked, path=path: self.recent_chosen.emit(path))
            self._recent.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
            self.setTabOrder(before, button)
            before = button

    def take_keys(self) -> None:
        """Let the keyboard begin where one begins, at the first button."""
        self._first.setFocus(Qt.FocusReason.OtherFocusReason)


def _folder_text(path: Path) -> str:
    """Return where a project lies, short: its folder, from the home on."""
    folder = path.parent
    home = Path.home()
    if folder.is_relative_to(home):
        return f"~/{folder.relative_to(home).as_posix()}".rstrip("/.")
    return folder.as_posix()
