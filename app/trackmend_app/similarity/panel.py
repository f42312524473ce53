"""The panel that shows where one appearance occurs: query, maps around this frame, best matches."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.similarity.colour_map import SimilarityRange
from trackmend_app.similarity.legend import ColourBar
from trackmend_app.similarity.map_tile import MapTile
from trackmend_app.similarity.match_row import Match, MatchRow, draw_crop
from trackmend_app.similarity.sampler_box import SamplerBox
from trackmend_core.similarity import SamplerName
from trackmend_core.types import FloatArray, ImageArray

MAP_OFFSETS = (-20, -8, 0, 12)
"""Frames before and after the current one that the panel shows by default."""
_MOST_MATCHES = 4


class QueryCrop(QWidget):
    """The person that is looked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = 1
        self._crop_bgr: ImageArray | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_crop(self, number: int, crop_bgr: ImageArray | None) -> None:
        """Show a picture, (H, W, 3) uint8 BGR."""
        self._number, self._crop_bgr = number, crop_bgr
        self.setVisible(crop_bgr is not None)
        self.setAccessibleName(self.tr("Picture of track {number}").format(number=number))
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for an upright picture."""
        return QSize(40, 64)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture."""
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            draw_crop(painter, area, self._crop_bgr, number=self._number)


class SimilarityPanel(QWidget):
    """Shows what it is handed; asks nobody.

    Signals:
        frame_requested(frame_index): a map was clicked.
        match_chosen(track_id): a match was clicked.
        sampler_chosen(SamplerName or None): embeddings shall be read in another way.
    """

    frame_requested = Signal(int)
    match_chosen = Signal(int)
    sampler_chosen = Signal(object)

    def __init__(
        self, parent: QWidget | None = None, *, offsets: Sequence[int] = MAP_OFFSETS
    ) -> None:
        super().__init__(parent)
        self.tiles = tuple(MapTile(offset, self) for offset in sorted(offsets))
        self._title = QLabel(self)
        self._hint = QLabel(self)
        self._crop = QueryCrop(self)
        self._bar = ColourBar(self)
        self.sampler_box = SamplerBox(self)
        self._maps = QWidget(self)
        self._matches = QVBoxLayout()
        self._build()
        self.set_query(None)
        for tile in self.tiles:
            tile.frame_requested.connect(self.frame_requested)
        self.sampler_box.chosen.connect(self.sampler_chosen)

    def set_query(self, number: int | None, crop_bgr: ImageArray | None = None) -> None:
        """Say whose appearance is looked for, with a picture (H, W, 3) BGR; None: nobody's."""
        self._crop.set_crop(number or 1, crop_bgr if number is not None else None)
        if number is None:
            self._title.setText(self.tr("RE-ID SIMILARITY"))
            self._hint.setText(self.tr("Select a box to see where else it looks like that."))
            for tile in self.tiles:
                tile.forget()
            self.set_matches(())
        else:
            self._title.setText(self.tr("RE-ID SIMILARITY TO {number}").format(number=number))
            self._hint.setText(self.tr("Cosine similarity of every place with this box."))
        self._bar.setVisible(number is not None)
        self.sampler_box.setVisible(number is not None)
        self._maps.setVisible(number is not None)

    @Slot(object)
    def set_sampler(self, sampler: SamplerName | None) -> None:
        """Show how embeddings are read; None as the model learnt it. Asks nothing."""
        self.sampler_box.show_sampler(sampler)

    def set_current_frame(self, frame_index: int, frame_count: int) -> None:
        """Let the maps stand for the frames around this one."""
        for tile in self.tiles:
            wanted = frame_index + tile.offset
            tile.expect(wanted if 0 <= wanted < frame_count else None)

    def add_map(self, frame_index: int, image_bgr: ImageArray, similarity: FloatArray) -> None:
        """Show the map of a frame, (H, W) float32 cosine; without a tile for it it is dropped."""
        for tile in self.tiles:
            if tile.frame_index == frame_index:
                tile.set_map(image_bgr, similarity)
        shown = self._common_range()
        if shown is not None:
            self._bar.set_shown(shown)
            for tile in self.tiles:
                tile.set_shown(shown)

    def set_matches(self, matches: Sequence[Match]) -> None:
        """Show the tracks that look most alike, best first."""
        while (item := self._matches.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for match in matches[:_MOST_MATCHES]:
            row = MatchRow(match, self)
            row.clicked.connect(self._on_match_clicked)
            self._matches.addWidget(row)

    @Slot()
    def _on_match_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, MatchRow):
            self.match_chosen.emit(int(row.match.track_id))

    def _common_range(self) -> SimilarityRange | None:
        """Return one range for all maps, so that their colours can be compared."""
        maps = [tile.similarity for tile in self.tiles if tile.similarity is not None]
        if not maps:
            return None
        return SimilarityRange.of(np.concatenate([values[::4, ::4].ravel() for values in maps]))

    def _build(self) -> None:
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Similarity"))
        self._title.setProperty("kind", "heading")
        self._hint.setProperty("kind", "small")
        self._hint.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._title)
        words.addWidget(self._hint)
        words.addWidget(self._bar)
        words.addWidget(self.sampler_box)
        words.addStretch()
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addLayout(words, 1)
        head.addWidget(self._crop, 0, Qt.AlignmentFlag.AlignTop)
        grid = QGridLayout(self._maps)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for place, tile in enumerate(self.tiles):
            grid.addWidget(tile, place // 2, place % 2)
        self._matches.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._maps, 1)
        column.addLayout(self._matches)
        column.addStretch()
