"""The bar above the video: run, teach, transport with the frame and time, and what is shown."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.playback import SPEEDS, speed_text
from trackmend_app.theme import icon
from trackmend_app.wording import say
from trackmend_app.wording.shown_keys import with_keys

_TRANSPORT = ("video_start", "step_back", "play", "step_forward", "video_end")
_TOGGLES = ("show_boxes", "show_trails", "show_confidence", "show_similarity")
_ICONS = {
    "run_model": "run-model",
    "video_start": "jump-start",
    "step_back": "step-back",
    "play": "play",
    "step_forward": "step-forward",
    "video_end": "jump-end",
    "lasso": "lasso",
    "find_command": "command",
}
_ICON_SIZE = QSize(16, 16)
NARROW_PX, WIDE_PX = 1380, 1500


def clock_text(time_s: float) -> str:
    """Return minutes, seconds and hundredths, with hours only when there are any."""
    hundredths = round(time_s * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"
    return f"{hours}:{text}" if hours else text


class FrameReadout(QWidget):
    """Says the current frame, counted from 1, how many there are, and the time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("frame_readout")
        self._frame = QLabel(self)
        self._frame.setProperty("kind", "clock")
        self._frame.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._rest = QLabel(self)
        self._rest.setProperty("kind", "quiet")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._frame)
        layout.addWidget(self._rest)
        self._dropped = QLabel(self)
        self._dropped.setProperty("kind", "quiet")
        self._dropped.setToolTip(
            self.tr("Frames that were due while playing but not shown in time")
        )
        layout.addWidget(self._dropped)

    def show_dropped(self, count: int) -> None:
        """Say how many frames were not shown in time while it plays; none says nothing."""
        self._dropped.setText(self.tr("· {count} dropped").format(count=count) if count else "")

    def show_place(self, *, frame_index: int, frame_count: int, time_s: float) -> None:
        """Say where the video is; a video of no frames says nothing."""
        if not frame_count:
            self._frame.clear()
            self._rest.clear()
            return
        widest = "0" * len(str(frame_count))
        self._frame.setMinimumWidth(self._frame.fontMetrics().horizontalAdvance(widest) + 4)
        self._frame.setText(str(frame_index + 1))
        self._rest.setText(f"/ {frame_count} · {clock_text(time_s)}")

    @property
    def text(self) -> str:
        """Return what is said."""
        parts = (self._frame.text(), self._rest.text(), self._dropped.text())
        return " ".join(part for part in parts if part)


class SpeedButton(QToolButton):
    """Lists the speeds; its tooltip names the keys that hold now."""

    def event(self, event: QEvent) -> bool:
        """Word the tooltip when it is wanted."""
        if event.type() == QEvent.Type.ToolTip:
            tip = self.tr("Speed of playing (‹slower› slower, ‹faster› faster)")
            self.setToolTip(with_keys(tip))
        return super().event(event)


class ToolBar(QToolBar):
    """The window's one tool bar, built from the action table.

    Signals: speed_chosen(speed).
    """

    speed_chosen = Signal(float)

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(say("Tools"), parent)
        self.setObjectName("tool_bar")
        self.setMovable(False)
        self.setIconSize(_ICON_SIZE)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self.run_button = self._add_button("run_model", text=self.tr("Run model"))
        self.run_button.setProperty("kind", "primary")
        self.run_button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._add_button("finetune", text=self.tr("Finetune…"))
        self.addSeparator()
        for action_id in _TRANSPORT:
            button = self._add_button(action_id)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.speed_button = self._build_speed_button()
        self.addWidget(self.speed_button)
        self.readout = FrameReadout(self)
        self.addWidget(self.readout)
        self._add_stretch()
        lasso = self._add_button("lasso")
        lasso.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        for action_id in _TOGGLES:
            self._add_button(action_id)
        self._add_button("compare", text=self.tr("A | B"))
        self._find = self._add_button("find_command", text=self.tr("Find a command"))
        self.redraw_icons()

    def _add_button(self, action_id: str, text: str = "") -> QToolButton:
        action = self._actions[action_id]
        if text:
            action.setIconText(text)
        button = QToolButton(self)
        button.setObjectName(f"button_{action_id}")
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addWidget(button)
        return button

    def _build_speed_button(self) -> QToolButton:
        button = SpeedButton(self)
        button.setObjectName("button_speed")
        button.setToolTip(self.tr("Speed of playing"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMinimumWidth(64)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(button)
        for speed in SPEEDS:
            menu.addAction(speed_text(speed)).triggered.connect(
                lambda _checked, speed=speed: self.speed_chosen.emit(speed)
            )
        button.setMenu(menu)
        button.setText(speed_text(1.0))
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand closer, the last button with its icon alone, where words would push it out."""
        narrow, style = self.width() < NARROW_PX, Qt.ToolButtonStyle
        words = (
            style.ToolButtonTextBesideIcon if self.width() > WIDE_PX else style.ToolButtonTextOnly
        )
        self._find.setToolButtonStyle(style.ToolButtonIconOnly if narrow else words)
        if bool(self.property("narrow")) != narrow:
            self.setProperty("narrow", narrow)
            for widget in (self, *self.findChildren(QToolButton)):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
        super().resizeEvent(event)

    def _add_stretch(self) -> None:
        stretch = QWidget(self)
        stretch.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(stretch)

    def show_speed(self, speed: float) -> None:
        """Say how fast the video plays."""
        self.speed_button.setText(speed_text(speed))

    def show_playing(self, playing: bool) -> None:
        """Turn the play button into a pause button and back."""
        self._actions["play"].setIcon(icon("pause" if playing else "play"))

    def redraw_icons(self) -> None:
        """Draw the icons in the colours of the theme that is on."""
        for action_id, name in _ICONS.items():
            on_action = action_id == "run_model"
            self._actions[action_id].setIcon(icon(name, on_action=on_action))
