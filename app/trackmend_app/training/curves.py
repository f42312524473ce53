"""Loss curves that grow while a training runs: each part faint as measured, firm as smoothed."""

from collections.abc import Mapping

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from trackmend_app.theme import Theme, current_theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.training.loss_history import LossHistory

_REDRAW_MS = 100
_TOTAL = "total"
_COLOUR_OF = {"heat_map": 2, "identity": 1, "size": 5, "offset": 6, "teacher": 7}


def loss_title(name: str) -> str:
    """Return what people call a part of the loss."""
    titles = {
        _TOTAL: QCoreApplication.translate("LossCurves", "total"),
        "heat_map": QCoreApplication.translate("LossCurves", "heat map"),
        "size": QCoreApplication.translate("LossCurves", "size"),
        "offset": QCoreApplication.translate("LossCurves", "offset"),
        "identity": QCoreApplication.translate("LossCurves", "identity"),
        "teacher": QCoreApplication.translate("LossCurves", "teacher"),
    }
    return titles.get(name, name.replace("_", " "))


class LegendEntry(QLabel):
    """The name of one curve and its last value, with the curve's colour before it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setProperty("kind", "small")
        self.setContentsMargins(14, 0, 6, 0)

    def show_value(self, value: float) -> None:
        """Say the last smoothed value."""
        self.setText(f"{loss_title(self._name)}  {value:.2f}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the mark and the text."""
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(curve_colour(self._name)))
            painter.drawRoundedRect(QRectF(0, self.height() / 2 - 2, 10, 4), 2, 2)


def curve_colour(name: str) -> str:
    """Return the colour of a curve in the current theme: the total in text colour, parts apart."""
    theme = current_theme()
    if name == _TOTAL:
        return theme.text
    return panel_colour_name(_COLOUR_OF.get(name, 9 + len(name)), theme=theme)


class LossCurves(QWidget):
    """Shows one training run; knows no process."""

    _theme: Theme | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = LossHistory()
        self._plot = pg.PlotWidget(self)
        self._curves: dict[str, tuple[pg.PlotDataItem, pg.PlotDataItem]] = {}
        self._entries: dict[str, LegendEntry] = {}
        self._checkpoints: list[pg.InfiniteLine] = []
        self._empty = QLabel(self.tr("The curves begin with the first step."), self)
        self._legend = QHBoxLayout()
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(_REDRAW_MS)
        self._redraw.timeout.connect(self._on_redraw)
        self._build()
        self._dress()

    @property
    def history(self) -> LossHistory:
        """What was measured so far."""
        return self._history

    def add_step(self, step: int, total: float, losses: Mapping[str, float]) -> None:
        """Take in one step: the loss that was minimised and its parts by name."""
        parts = {name: value for name, value in losses.items() if name != _TOTAL}
        self._history.add(step, {_TOTAL: total, **parts})
        self._show_plot(True)
        if not self._redraw.isActive():
            self._redraw.start()

    def add_checkpoint(self, step: int) -> None:
        """Mark the step at which a checkpoint was written."""
        line = pg.InfiniteLine(pos=step, angle=90, movable=False)
        self._checkpoints.append(line)
        self._plot.addItem(line)
        self._dress()

    def clear(self) -> None:
        """Begin anew."""
        self._redraw.stop()
        self._history = LossHistory()
        for line in self._checkpoints:
            self._plot.removeItem(line)
        for raw, smooth in self._curves.values():
            self._plot.removeItem(raw)
            self._plot.removeItem(smooth)
        for entry in self._entries.values():
            entry.deleteLater()
        self._checkpoints, self._curves, self._entries = [], {}, {}
        self._show_plot(False)

    def _show_plot(self, is_there: bool) -> None:
        """Show the plot once there is something in it: axes without curves say nothing."""
        self._plot.setVisible(is_there)
        self._empty.setVisible(not is_there)

    def sizeHint(self) -> QSize:
        """Ask for a plot that can be read."""
        return QSize(420, 260)

    def changeEvent(self, event: QEvent) -> None:
        """Colour everything anew when the theme changes."""
        super().changeEvent(event)
        is_told = event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange)
        if is_told and current_theme() is not self._theme:  # told again and again as it is built
            self._dress()

    @Slot()
    def _on_redraw(self) -> None:
        for name in self._history.names:
            if name not in self._curves:
                self._add_curve(name)
            raw, smooth = self._curves[name]
            steps, values = self._history.series(name)
            smoothed = self._history.smoothed(name)
            raw.setData(steps, values)
            smooth.setData(steps, smoothed)
            self._entries[name].show_value(float(smoothed[-1]))
        low, high = self._history.value_range()
        self._plot.setYRange(low, high, padding=0.06)

    def _add_curve(self, name: str) -> None:
        raw, smooth = pg.PlotDataItem(antialias=True), pg.PlotDataItem(antialias=True)
        self._plot.addItem(raw)
        self._plot.addItem(smooth)
        self._curves[name] = (raw, smooth)
        entry = LegendEntry(name, self)
        self._legend.insertWidget(self._legend.count() - 1, entry)
        self._entries[name] = entry
        self._dress()

    def _dress(self) -> None:
        """Give everything the colours of the theme."""
        theme = self._theme = current_theme()
        self._plot.setBackground(theme.panel)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.quiet))
            axis.setTickFont(ui_font(11))
        for name, (raw, smooth) in self._curves.items():
            colour = QColor(curve_colour(name))
            smooth.setPen(pg.mkPen(colour, width=2.2 if name == _TOTAL else 1.6))
            colour.setAlpha(60)
            raw.setPen(pg.mkPen(colour, width=1.0))
        for line in self._checkpoints:
            line.setPen(pg.mkPen(theme.good, width=1.2, style=Qt.PenStyle.DashLine))

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Loss curves"))
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.showGrid(x=False, y=True, alpha=0.12)
        self._plot.setLabel("bottom", self.tr("step"))
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._legend.setContentsMargins(4, 0, 4, 0)
        self._legend.setSpacing(4)
        self._legend.addStretch()
        self._empty.setProperty("kind", "quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._legend)
        column.addWidget(self._plot, 1)
        column.addWidget(self._empty, 1)
        self._show_plot(False)
