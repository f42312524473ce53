"""The line of state at the foot of the window: mode, what is expected, device, saved."""

from datetime import datetime

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar, QWidget

from trackmend_app.elided_label import PartsLabel
from trackmend_app.wording import say_composed

NOTICE_MS = 6000
FRESH_MS = 1500
"""So young, a notice stays although the person has moved on: it tells of that very step."""
WIDE_PX = 1500
"""From this width on there is room for the model's name beside what is expected."""
READ_MS = 3000
"""So old, it then makes way for what is expected."""


class StatusLine(QStatusBar):
    """Mode · what is expected · progress · device and speed · saved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_line")
        self.setSizeGripEnabled(False)
        self._mode = QLabel(self)
        _dress(self._mode, "status_mode", "figure")
        self._expected = PartsLabel(self)
        _dress(self._expected, "status_expected", "quiet")
        self._progress = QLabel(self)
        _dress(self._progress, "status_progress", "quiet")
        self._device = QLabel(self)
        _dress(self._device, "status_device", "quiet")
        self._saved = QLabel(self)
        _dress(self._saved, "status_saved", "good")
        self._expected.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.addWidget(self._mode)
        self.addWidget(self._expected, 1)
        self.addPermanentWidget(self._progress)
        self.addPermanentWidget(self._device)
        self.addPermanentWidget(self._saved)
        self._standing = self._device_said = ""
        self._notice_end = QTimer(self, singleShot=True)
        self._since_notice = QElapsedTimer()
        self._notice_end.timeout.connect(self._on_notice_ended)

    def set_mode(
        self, mode: str, expected: str, *, urgent: bool = False, moved_on: bool = False
    ) -> None:
        """Say the mode and what the window waits for.

        Args:
            mode: its name.
            expected: what the window waits for.
            urgent: a notice makes way for it.
            moved_on: the person does something else by now; a notice of earlier makes way.
        """
        expected = say_composed(expected)
        self._mode.setText(say_composed(mode))
        self._standing = expected
        if urgent or (moved_on and self._notice_age_ms > FRESH_MS):
            self._notice_end.stop()
        elif moved_on and self._notice_end.isActive():
            self._notice_end.start(max(1, READ_MS - self._notice_age_ms))
        if not self._notice_end.isActive():
            self._expected.setText(expected)

    def notice(self, text: str, *, yields: bool = False) -> None:
        """Say what has just happened, for some seconds; if it `yields`, until a person goes on."""
        text = say_composed(text)
        self._expected.setText(text)
        self._notice_end.start(NOTICE_MS)
        self._since_notice.start()
        if yields:
            self.let_notice_yield()

    def let_notice_yield(self) -> None:
        """Let what is said now make way as soon as a person goes on."""
        self._since_notice.invalidate()

    @property
    def _notice_age_ms(self) -> int:
        return self._since_notice.elapsed() if self._since_notice.isValid() else NOTICE_MS

    def end_notice(self) -> None:
        """Say again what the window waits for."""
        self._notice_end.stop()
        self._on_notice_ended()

    def repaint_notice(self) -> None:
        """Paint what is said now, not when the window next has time."""
        self._expected.repaint()

    def set_progress(self, text: str) -> None:
        """Say how far the review has come: share verified, events left, minutes of work."""
        self._progress.setText(text)
        self._progress.setVisible(bool(text))

    def set_device(self, text: str) -> None:
        """Say where the model runs and how fast."""
        self._device_said = say_composed(text)
        self._choose_device_words()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much of the device as leaves room for what is expected."""
        super().resizeEvent(event)
        self._choose_device_words()

    def _choose_device_words(self) -> None:
        """Leave the model's name to the tooltip where the line is short."""
        short = self._device_said.rpartition(", ")[2]
        is_narrow = self.width() < WIDE_PX
        self._device.setText(short if is_narrow else self._device_said)
        self._device.setToolTip(self._device_said if is_narrow else "")

    def set_saved(self, when: datetime | None) -> None:
        """Say when the last edit was committed; nothing without a project."""
        text = self.tr("● every edit saved · {time}")
        self._saved.setText(text.format(time=f"{when:%H:%M:%S}") if when else "")

    @property
    def standing(self) -> str:
        """Return what is expected, also while a notice covers it."""
        return self._standing

    @property
    def expected_shown(self) -> str:
        """Return what there is room for of what is expected, or of the notice that covers it."""
        return self._expected.shown

    @property
    def text(self) -> str:
        """Return the whole line, for tests and for people who read by ear."""
        before = (self._mode.text(), self._expected.text(), self._progress.text())
        return " · ".join(filter(None, (*before, self._device_said, self._saved.text())))

    @Slot()
    def _on_notice_ended(self) -> None:
        self._expected.setText(self._standing)


def _dress(label: QLabel, name: str, kind: str) -> None:
    label.setObjectName(name)
    label.setProperty("kind", kind)
    label.setTextFormat(Qt.TextFormat.PlainText)
