"""A threshold as a slider with its name and value; the arrow keys move it by one step."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from trackmend_app.retracking.own_keys import keeps
from trackmend_app.retracking.thresholds import Threshold

_TITLE_PX = 104


class _Slider(QSlider):
    def event(self, event: QEvent) -> bool:
        """Keep the keys that move it."""
        return keeps(event) or super().event(event)


class ThresholdSlider(QWidget):
    """Signals: moved(name, value): by hand or key, not by `set_value`."""

    moved = Signal(str, float)

    def __init__(self, threshold: Threshold, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.threshold = threshold
        title = QLabel(threshold.title, self)
        title.setProperty("kind", "quiet")
        self._value = QLabel(self)
        self._value.setProperty("kind", "figure")
        self._value.setMinimumWidth(38)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider = _Slider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(self._ticks(threshold.least), self._ticks(threshold.most))
        self.slider.setPageStep(5)
        self.slider.setAccessibleName(threshold.title)
        self.slider.setAccessibleDescription(threshold.tip)
        for widget in (self, title, self.slider):
            widget.setToolTip(threshold.tip)
        title.setBuddy(self.slider)
        title.setMinimumWidth(_TITLE_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(title)
        row.addWidget(self.slider, 1)
        row.addWidget(self._value)
        self.slider.valueChanged.connect(self._on_value_changed)

    def set_value(self, value: float) -> None:
        """Show a value that came about otherwise."""
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(self._ticks(value))
        self.slider.blockSignals(blocked)
        self._value.setText(self.threshold.text(value))

    def _ticks(self, value: float) -> int:
        return round(value / self.threshold.step)

    @Slot(int)
    def _on_value_changed(self, ticks: int) -> None:
        value = ticks * self.threshold.step
        self._value.setText(self.threshold.text(value))
        self.moved.emit(self.threshold.name, value)
