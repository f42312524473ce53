"""One more canvas with a line above it that says, and changes, what it shows."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.canvas import CanvasMode, VideoCanvas
from trackmend_app.dropped_files import leave_drops_to
from trackmend_app.narrow_row import NarrowRow
from trackmend_app.side_views.link import offset_text
from trackmend_app.theme import icon
from trackmend_app.wording import say

_NAME_PX = 92
"""Of a video's name that are read before it gives way."""


class VideoBox(QComboBox):
    """Names the video; content with the beginning of its name, glad of more."""

    def sizeHint(self) -> QSize:
        """Ask for the beginning of a name: Qt would ask for the longest one."""
        return QSize(_NAME_PX, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Ask for the same."""
        return self.sizeHint()

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:  # noqa: N802 - Qt's name
        """End a name that is too long by dots, not within a letter."""
        super().initStyleOption(option)
        control = QStyle.ComplexControl.CC_ComboBox
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(control, option, field, self).width()
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, room
        )


class SideView(QWidget):
    """Shows what it is handed; nothing can be edited in it.

    Signals:
        step_asked(frames): go so many frames on, or back.
        frame_asked(frame_index): a number was typed.
        video_asked(video_id): another video was chosen.
        link_asked(linked): keep in step with the main view, or stay.
        go_asked(): the main view shall go where this one is.
        close_asked(); used(): the pointer or a key was in it.
    """

    step_asked = Signal(int)
    frame_asked = Signal(int)
    video_asked = Signal(int)
    link_asked = Signal(bool)
    go_asked = Signal()
    close_asked = Signal()
    used = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = VideoCanvas(self)
        self.canvas.set_mode(CanvasMode.LOOK)
        self.canvas.setAccessibleName(self.tr("Another view of the video"))
        self.video_box = VideoBox(self)
        self.frame_box = QSpinBox(self)
        leave_drops_to(self.frame_box)
        self.count_label = QLabel(self)
        self.back_button = self._button(self.tr("A frame back"), lambda: self.step_asked.emit(-1))
        self.on_button = self._button(self.tr("A frame on"), lambda: self.step_asked.emit(1))
        self.link_button = self._button("", None)
        self.go_button = self._button(
            self.tr("Take the main view to this frame"), self.go_asked.emit
        )
        self.close_button = self._button(self.tr("Close this view"), self.close_asked.emit)
        self._build()

    def show_videos(self, videos: Sequence[tuple[int, str]], chosen: int) -> None:
        """Offer the videos of the project, (row, name)."""
        with QSignalBlocker(self.video_box):
            self.video_box.clear()
            for video_id, name in videos:
                self.video_box.addItem(name, video_id)
            self.video_box.setCurrentIndex(self.video_box.findData(chosen))
        self.video_box.setToolTip(
            self.tr("Video of this view: {name}").format(name=self.video_box.currentText())
        )
        self._head.set_wanted(self.video_box, len(videos) > 1)

    def show_place(self, frame_index: int, frame_count: int) -> None:
        """Say which frame is shown."""
        with QSignalBlocker(self.frame_box):
            self.frame_box.setRange(1, max(1, frame_count))
            self.frame_box.setValue(frame_index + 1)
        self.count_label.setText(f"/ {frame_count}")

    def show_link(self, offset: int | None) -> None:
        """Say how far from the main view this one stays; None when it goes its own way."""
        with QSignalBlocker(self.link_button):
            self.link_button.setChecked(offset is not None)
        self.link_button.setText("" if offset is None else offset_text(offset))
        self.link_button.setAccessibleName(
            self.tr("Not linked")
            if offset is None
            else self.tr("Linked {offset}").format(offset=offset_text(offset))
        )
        self._head.choose_parts()

    @property
    def head_height(self) -> int:
        """Return how high the line above the canvas is."""
        return self._head.sizeHint().height()

    def redraw_icons(self) -> None:
        """Draw the icons in the colours of the theme that is on."""
        self.link_button.setIcon(icon("link"))
        self.back_button.setIcon(icon("step-back"))
        self.on_button.setIcon(icon("step-forward"))
        self.close_button.setIcon(icon("close"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a click beside the canvas as a sign that this view is meant."""
        self.used.emit()
        super().mousePressEvent(event)

    def _button(self, tip: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "small")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        if callable(slot):
            button.clicked.connect(lambda _checked: slot())
        return button

    def _build(self) -> None:
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.frame_box.setAccessibleName(self.tr("Frame of this view"))
        self.frame_box.setKeyboardTracking(False)
        self.frame_box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.video_box.setAccessibleName(self.tr("Video of this view"))
        self.video_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.count_label.setProperty("kind", "quiet")
        self.link_button.setCheckable(True)
        self.link_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.go_button.setText(self.tr("Go here"))
        self.redraw_icons()
        steps = (self.back_button, self.on_button)
        self._head = NarrowRow(
            needed=(self.frame_box, self.close_button),
            dispensable=(
                self.count_label,
                self.go_button,
                *steps,
                self.link_button,
                self.video_box,
            ),
            parent=self,
        )
        head = QHBoxLayout(self._head)
        head.setContentsMargins(6, 5, 6, 5)
        head.setSpacing(4)
        for widget in (self.back_button, self.on_button, self.frame_box, self.count_label):
            head.addWidget(widget)
        head.addWidget(self.link_button)
        head.addWidget(self.video_box, 1)
        head.addStretch()
        head.addWidget(self.go_button)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.canvas, 1)
        self.frame_box.valueChanged.connect(lambda number: self.frame_asked.emit(number - 1))
        self.link_button.toggled.connect(self.link_asked)
        self.video_box.currentIndexChanged.connect(self._on_video_chosen)
        self.tell_keys()

    def tell_keys(self) -> None:
        """Name in every tooltip the key that does the same, as the keys are set now."""
        for part, tip in (
            (self.frame_box, say("Frame of this view (‹view_back›, ‹view_forward›)")),
            (self.back_button, say("A frame back (‹view_back›)")),
            (self.on_button, say("A frame on (‹view_forward›)")),
            (
                self.link_button,
                say("Keep so many frames from the main view, or stay where it is (‹link_view›)"),
            ),
            (self.go_button, say("Take the main view to this frame (‹go_to_view›)")),
            (self.close_button, say("Close this view (‹close_view›)")),
        ):
            part.setToolTip(tip)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Be up to date before a tooltip is asked for."""
        super().enterEvent(event)
        self.tell_keys()

    @Slot(int)
    def _on_video_chosen(self, _row: int) -> None:
        self.video_asked.emit(int(self.video_box.currentData()))
