"""The panel "who looks alike": all tracks against all as a matrix, and their boxes as points."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
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
from trackmend_app.why.heat_matrix import HeatMatrix
from trackmend_app.why.pair_card import PairCard, arrange
from trackmend_app.why.scatter_view import ScatterView
from trackmend_core.review.scatter import Projection
from trackmend_core.types import ImageArray


class AlikePanel(QWidget):
    """Shows what it is handed; asks nobody.

    Signals:
        page_changed(): the matrix or the points are wanted now.
        projection_chosen(): the points shall be laid out in another way.
        frame_requested(frame_index): a picture was clicked.
        compare_requested(): the pair over time is wanted.
    """

    page_changed = Signal()
    projection_chosen = Signal()
    frame_requested = Signal(int)
    compare_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_umap: bool) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        self._words = QLabel(self)
        self._note = QLabel(self)
        self.matrix_button = QToolButton(self)
        self.scatter_button = QToolButton(self)
        self.projection_box = QComboBox(self)
        self.matrix = HeatMatrix(self)
        self.scatter = ScatterView(self)
        self.card = PairCard(self)
        self._bar = ColourBar(self)
        self._split = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._pages = QStackedWidget(self)
        self._body = QWidget(self)
        self._build(with_umap)
        self.say("")
        self.matrix_button.toggled.connect(self._on_page_toggled)
        self.projection_box.activated.connect(self.projection_chosen)
        self.card.frame_requested.connect(self.frame_requested)
        self.card.compare_requested.connect(self.compare_requested)

    @property
    def shows_points(self) -> bool:
        """Tell whether the points are on show, and not the matrix."""
        return self.scatter_button.isChecked()

    @property
    def projection(self) -> Projection:
        """Return how points are to be laid out."""
        return Projection(self.projection_box.currentData())

    @property
    def words(self) -> str:
        """Return what is said instead of a picture."""
        return self._words.text()

    @property
    def note(self) -> str:
        """Return what is said of the picture."""
        return self._note.text()

    def say(self, words: str) -> None:
        """Show a sentence instead of matrix and points."""
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._body.setVisible(not words)

    def set_note(self, text: str) -> None:
        """Say what is on show, in one line."""
        self._note.setText(text)

    def set_crops(self, crops: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        self.matrix.set_crops(crops)
        self.card.set_crops(crops)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the card beside the picture in a low panel, else below it."""
        super().resizeEvent(event)
        arrange(self._split, self.card, room=self.size())

    @Slot()
    def _on_page_toggled(self) -> None:
        points = self.shows_points
        self._pages.setCurrentWidget(self.scatter if points else self.matrix)
        self.projection_box.setVisible(points)
        self._bar.setVisible(not points)
        self.page_changed.emit()

    def _build(self, with_umap: bool) -> None:
        self.setAccessibleName(self.tr("Who looks alike?"))
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(300)
        self._title.setText(self.tr("WHO LOOKS ALIKE?"))
        self._title.setProperty("kind", "heading")
        self._words.setProperty("kind", "quiet")
        self._words.setWordWrap(True)
        self._note.setProperty("kind", "small")
        self._note.setWordWrap(True)
        self._bar.set_shown(SimilarityRange(0.0, 1.0))
        self.matrix.setAccessibleName(self.tr("Tracks against tracks"))
        self._build_tools(with_umap)
        self._pages.addWidget(self.matrix)
        self._pages.addWidget(self.scatter)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(6)
        body.addWidget(self._bar)
        body.addWidget(self._note)
        body.addLayout(self._split, 1)
        self._split.setSpacing(8)
        self._split.addWidget(self._pages, 3)
        self._split.addWidget(self.card, 0)
        tools = QHBoxLayout()
        tools.setSpacing(4)
        tools.addWidget(self.matrix_button)
        tools.addWidget(self.scatter_button)
        tools.addStretch()
        tools.addWidget(self.projection_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addLayout(tools)
        column.addWidget(self._words)
        column.addWidget(self._body, 1)
        column.addStretch()

    def _build_tools(self, with_umap: bool) -> None:
        group = QButtonGroup(self)
        for button, text, tip in (
            (
                self.matrix_button,
                self.tr("Matrix"),
                self.tr("Every track against every other, alike ones side by side"),
            ),
            (
                self.scatter_button,
                self.tr("Points"),
                self.tr("Boxes of all tracks as points; close ones look alike"),
            ),
        ):
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setProperty("kind", "small")
            group.addButton(button)
        self.matrix_button.setChecked(True)
        self.projection_box.addItem(self.tr("PCA"), str(Projection.PCA))
        if with_umap:
            self.projection_box.addItem(self.tr("UMAP"), str(Projection.UMAP))
        self.projection_box.setAccessibleName(self.tr("How points are laid out"))
        self.projection_box.setToolTip(
            self.tr("How points are laid out; UMAP is offered when umap-learn is installed")
        )
        self.projection_box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.projection_box.hide()
