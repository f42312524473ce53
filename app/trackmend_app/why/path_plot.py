"""How one track was decided over time: cost, margin, and its template against its first gallery."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from trackmend_app.theme import Theme, current_theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.why.matrix_content import Mark
from trackmend_app.why.matrix_painter import mark_colour
from trackmend_core.review.replay import STAGES, Decisions
from trackmend_core.review.template_curve import TemplateCurve

MOST_DOTS: Final = 4000
"""Beyond so many decisions they are drawn as lines: dots would take long and hide each other."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrackPath:
    """What is known of one track over time.

    Attributes:
        number: what people call it.
        decisions: how each of its boxes was given to it, in the order of frames.
        template: its appearance against its first gallery.
    """

    number: int
    decisions: Decisions
    template: TemplateCurve


class PathPlot(QWidget):
    """Three curves over one axis of frames, counted from 1; a click goes to a frame.

    Signals: frame_requested(frame_index).
    """

    frame_requested = Signal(int)
    _theme: Theme | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: TrackPath | None = None
        self.plots: tuple[pg.PlotWidget, ...] = tuple(pg.PlotWidget(self) for _ in range(3))
        self._titles = tuple(QLabel(self) for _ in self.plots)
        self._now = tuple(pg.InfiniteLine(angle=90, movable=False) for _ in self.plots)
        self._build()
        self._dress()

    @property
    def path(self) -> TrackPath | None:
        """Return what is on show."""
        return self._path

    def show_path(self, path: TrackPath | None) -> None:
        """Draw the curves of a track."""
        self._path = path
        self._redraw()

    def set_frame(self, frame_index: int) -> None:
        """Mark the current frame."""
        for line in self._now:
            line.setValue(frame_index + 1)

    def sizeHint(self) -> QSize:
        """Ask for three plots that can be read."""
        return QSize(420, 420)

    def changeEvent(self, event: QEvent) -> None:
        """Colour everything anew when the theme changes."""
        super().changeEvent(event)
        is_told = event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange)
        if is_told and current_theme() is not self._theme:  # told again and again as it is built
            self._dress()
            self._redraw()

    def _redraw(self) -> None:
        for plot, line in zip(self.plots, self._now, strict=True):
            plot.clear()
            plot.addItem(line)
        if self._path is None:
            return
        self._draw_costs(self._path)
        self._draw_margins(self._path)
        self._draw_template(self._path)
        frames = [*self._path.decisions.frames[[0, -1]]] if len(self._path.decisions) else []
        frames += [*self._path.template.frames[[0, -1]]] if len(self._path.template.frames) else []
        if frames:
            low, high = min(frames) + 1, max(frames) + 1
            self.plots[0].setXRange(float(low), float(max(high, low + 1)), padding=0.02)

    def _draw_costs(self, path: TrackPath) -> None:
        theme, decisions = current_theme(), path.decisions
        shares = decisions.costs / np.maximum(decisions.cost_maxes, 1e-9)
        limit = pg.InfiniteLine(pos=1.0, angle=0, pen=pg.mkPen(theme.error, width=1.0))
        self.plots[0].addItem(limit)
        self._line(0, decisions.frames, shares, QColor(theme.line), 1.0)
        if len(decisions) > MOST_DOTS:
            self._line(0, decisions.frames, shares, QColor(theme.good), 1.4)
            return
        for place, stage in enumerate(STAGES):
            rows = decisions.stages == place
            self._dots(
                0, decisions.frames[rows], shares[rows], mark_colour(Mark(stage.value), theme)
            )

    def _draw_margins(self, path: TrackPath) -> None:
        theme, decisions = current_theme(), path.decisions
        known = np.isfinite(decisions.margins)
        colour = QColor(panel_colour_name(path.number, theme=theme))
        margins = np.where(known, decisions.margins, np.nan)
        self.plots[1].addItem(pg.InfiniteLine(pos=0.0, angle=0, pen=pg.mkPen(theme.error)))
        self._line(1, decisions.frames, margins, colour, 1.6)
        close = known & (decisions.margins < 0.1)
        if close.sum() <= MOST_DOTS:
            self._dots(1, decisions.frames[close], margins[close], QColor(theme.doubt))

    def _draw_template(self, path: TrackPath) -> None:
        curve = path.template
        colour = QColor(panel_colour_name(path.number, theme=current_theme()))
        faint = QColor(colour)
        faint.setAlpha(90)
        self._line(2, curve.frames, curve.boxes, faint, 1.0)
        self._line(2, curve.frames, curve.template, colour, 2.2)
        self.plots[2].setYRange(min(0.0, float(np.min(curve.boxes, initial=0.0))), 1.0)

    def _line(
        self, place: int, frames: np.ndarray, values: np.ndarray, colour: QColor, width: float
    ) -> None:
        """Draw a curve that breaks where frames are missing."""
        xs, ys = frames.astype(np.float64) + 1, np.asarray(values, np.float64)
        gaps = np.flatnonzero(np.diff(xs) > 1.5) + 1
        xs = np.insert(xs, gaps, xs[gaps] - 0.5) if len(gaps) else xs
        ys = np.insert(ys, gaps, np.nan) if len(gaps) else ys
        pen = pg.mkPen(colour, width=width)
        item = pg.PlotDataItem(xs, ys, pen=pen, connect="finite", antialias=True)
        item.setDownsampling(auto=True, method="peak")
        self.plots[place].addItem(item)

    def _dots(self, place: int, frames: np.ndarray, values: np.ndarray, colour: QColor) -> None:
        self.plots[place].addItem(
            pg.ScatterPlotItem(x=frames + 1.0, y=values, size=5, pen=None, brush=pg.mkBrush(colour))
        )

    def _dress(self) -> None:
        theme = self._theme = current_theme()
        for plot, line in zip(self.plots, self._now, strict=True):
            plot.setBackground(theme.panel)
            line.setPen(pg.mkPen(theme.focus, width=1.4))
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(pg.mkPen(theme.line))
                axis.setTextPen(pg.mkPen(theme.quiet))
                axis.setTickFont(ui_font(11))

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Decisions about the track over time"))
        titles = (
            self.tr("Cost, as a share of the stage's limit"),
            self.tr("Margin to the next best: near 0, it might as well have come otherwise"),
            self.tr("Cosine with the first gallery: template thick, each box thin"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for plot, title, words in zip(self.plots, self._titles, titles, strict=True):
            title.setText(words)
            title.setProperty("kind", "small")
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.setMouseEnabled(x=True, y=False)
            plot.showGrid(x=False, y=True, alpha=0.12)
            plot.setFrameShape(plot.Shape.NoFrame)
            plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
            plot.getAxis("left").setWidth(38)
            plot.setAccessibleName(words)
            plot.setToolTip(self.tr("A click goes to the frame; the wheel stretches time"))
            plot.scene().sigMouseClicked.connect(
                lambda event, clicked=plot: self._on_clicked(clicked, event)
            )
            if plot is not self.plots[0]:
                plot.setXLink(self.plots[0])
            column.addWidget(title)
            column.addWidget(plot, 1)
        self.plots[-1].setLabel("bottom", self.tr("frame"))

    # Any: pyqtgraph has no types.
    def _on_clicked(self, plot: pg.PlotWidget, event: object) -> None:
        position = getattr(event, "scenePos", QPointF)()
        frame = plot.getViewBox().mapSceneToView(position).x()
        if self._path is not None:
            self.frame_requested.emit(max(0, round(frame) - 1))
