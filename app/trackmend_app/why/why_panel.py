"""The panel "why did it match?": the frame's association as a matrix, and a track over time."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.colour_map import SimilarityRange
from trackmend_app.similarity.legend import ColourBar
from trackmend_app.why.association_view import Measure
from trackmend_app.why.heat_matrix import HeatMatrix
from trackmend_app.why.mark_legend import MarkLegend
from trackmend_app.why.matrix_content import MatrixContent
from trackmend_app.why.pair_card import NARROW_PX, PairCard, arrange
from trackmend_app.why.path_plot import PathPlot, TrackPath
from trackmend_core.types import ImageArray


class WhyPanel(QWidget):
    """Shows what it is handed; asks nobody.

    Signals:
        view_changed(): another page, measure or choice of tracks is wanted.
        cell_pointed(row, column): of the matrix.
        cell_chosen(row, column): of the matrix.
        frame_requested(frame_index): a picture or a plot was clicked.
        compare_requested(): the pair over time is wanted.
    """

    view_changed = Signal()
    cell_pointed = Signal(int, int)
    cell_chosen = Signal(int, int)
    frame_requested = Signal(int)
    compare_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        self._words = QLabel(self)
        self._limit = QLabel(self)
        self.frame_button = QToolButton(self)
        self.track_button = QToolButton(self)
        self.measure_box = QComboBox(self)
        self.chosen_box = QCheckBox(self.tr("Selected only"), self)
        self.matrix = HeatMatrix(self)
        self.card = PairCard(self)
        self.plot = PathPlot(self)
        self._bar = ColourBar(self)
        self._frame_page = QWidget(self)
        self._split = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._tools = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pages = QStackedWidget(self)
        self._build()
        self.say(self.tr("Run the tracker to see why it matches."))
        self.matrix.pointed.connect(self.cell_pointed)
        self.matrix.chosen.connect(self.cell_chosen)
        self.card.frame_requested.connect(self.frame_requested)
        self.card.compare_requested.connect(self.compare_requested)
        self.plot.frame_requested.connect(self.frame_requested)
        self.frame_button.toggled.connect(self._on_page_toggled)
        self.measure_box.activated.connect(self.view_changed)
        self.chosen_box.toggled.connect(self.view_changed)

    @property
    def measure(self) -> Measure:
        """Return what the cells show."""
        return Measure(self.measure_box.currentData())

    @property
    def shows_track(self) -> bool:
        """Tell whether a track over time is on show, and not the frame."""
        return self.track_button.isChecked()

    @property
    def only_chosen(self) -> bool:
        """Tell whether the matrix is to show the selected tracks alone."""
        return self.chosen_box.isChecked()

    @property
    def words(self) -> str:
        """Return what is said instead of a picture."""
        return self._words.text()

    def say(self, words: str) -> None:
        """Show a sentence instead of matrix or plot."""
        self._title.setText(self.tr("WHY DID IT MATCH?"))
        self._words.setText(words)
        self._words.show()
        self._pages.hide()

    def show_frame(
        self, frame_number: int, content: MatrixContent, *, ends: SimilarityRange, limit: str
    ) -> None:
        """Show the association of a frame."""
        self._title.setText(self.tr("WHY DID IT MATCH? · FRAME {n}").format(n=frame_number))
        self._words.hide()
        self._pages.show()
        self._pages.setCurrentWidget(self._frame_page)
        self.matrix.set_content(content)
        self._bar.set_shown(ends)
        self._limit.setText(limit)

    def show_track(self, path: TrackPath) -> None:
        """Show a track over time."""
        text = self.tr("WHY DID IT MATCH? · TRACK {n} OVER TIME")
        self._title.setText(text.format(n=path.number))
        self._words.hide()
        self._pages.show()
        self._pages.setCurrentWidget(self.plot)
        self.plot.show_path(path)

    def set_crops(self, crops: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        self.matrix.set_crops(crops)
        self.card.set_crops(crops)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the card beside the matrix in a low panel, else below it; the tools in two rows."""
        super().resizeEvent(event)
        arrange(self._split, self.card, room=self.size())
        direction = QBoxLayout.Direction
        is_narrow = self.width() < NARROW_PX
        self._tools.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)

    @Slot()
    def _on_page_toggled(self) -> None:
        on_frame = self.frame_button.isChecked()
        self.measure_box.setVisible(on_frame)
        self.chosen_box.setVisible(on_frame)
        self.view_changed.emit()

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Why did it match?"))
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(300)
        self._title.setProperty("kind", "heading")
        self._words.setProperty("kind", "quiet")
        self._words.setWordWrap(True)
        self._limit.setProperty("kind", "small")
        self._limit.setWordWrap(True)
        self._build_tools()
        self.matrix.setAccessibleName(self.tr("Tracks against detections of this frame"))
        self.matrix.setMinimumHeight(120)
        page = QVBoxLayout(self._frame_page)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(6)
        page.addWidget(self._bar)
        page.addWidget(self._limit)
        page.addWidget(MarkLegend(self))
        page.addLayout(self._split, 1)
        self._split.setSpacing(8)
        self._split.addWidget(self.matrix, 3)
        self._split.addWidget(self.card, 0)
        self._pages.addWidget(self._frame_page)
        self._pages.addWidget(self.plot)
        pages, choices = QHBoxLayout(), QHBoxLayout()
        pages.addWidget(self.frame_button)
        pages.addWidget(self.track_button)
        pages.addStretch()
        choices.addWidget(self.chosen_box)
        choices.addWidget(self.measure_box)
        for row in (pages, choices):
            row.setSpacing(4)
            self._tools.addLayout(row)
        self._tools.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addLayout(self._tools)
        column.addWidget(self._words)
        column.addWidget(self._pages, 1)
        column.addStretch()

    def _build_tools(self) -> None:
        group = QButtonGroup(self)
        for button, text, tip in (
            (self.frame_button, self.tr("This frame"), self.tr("Tracks against detections")),
            (
                self.track_button,
                self.tr("Over time"),
                self.tr("How each box of the selected track was given to it"),
            ),
        ):
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setProperty("kind", "small")
            group.addButton(button)
        self.frame_button.setChecked(True)
        for measure, text, tip in (
            (Measure.COST, self.tr("Cost"), self.tr("Cosine distance and motion, as fused")),
            (Measure.COSINE, self.tr("Cosine"), self.tr("How alike template and detection look")),
            (Measure.GATE, self.tr("Motion"), self.tr("Squared distance to the Kalman filter")),
            (Measure.OVERLAP, self.tr("Overlap"), self.tr("IoU of expected and detected box")),
        ):
            self.measure_box.addItem(text, str(measure))
            row = self.measure_box.count() - 1
            self.measure_box.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        self.measure_box.setAccessibleName(self.tr("What the cells show"))
        self.measure_box.setToolTip(self.tr("What the cells show"))
        self.measure_box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.chosen_box.setToolTip(
            self.tr("Show the selected tracks, what could have been theirs, and who took it")
        )
        self.chosen_box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
