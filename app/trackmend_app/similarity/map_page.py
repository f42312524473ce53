"""The page of small multiples: the frames around this one with their maps, one way or two."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from trackmend_app.similarity.colour_map import SimilarityRange
from trackmend_app.similarity.legend import ColourBar
from trackmend_app.similarity.map_tile import MapTile
from trackmend_core.types import FloatArray, ImageArray

_USUAL_ASPECT = 16 / 9
SIDES = "AB"


class MapPage(QWidget):
    """Shows what it is handed; each side has a scale of its own, shared by its maps.

    Signals:
        frame_requested(frame_index): a map was clicked.
    """

    frame_requested = Signal(int)

    def __init__(self, offsets: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: tuple[MapTile, ...] = ()
        self.bars: tuple[ColourBar, ...] = ()
        self._place = (0, 0)
        self._columns = 0
        self._area = QScrollArea(self)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self._area.viewport().installEventFilter(self)
        self._heads = QGridLayout()
        self._heads.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._heads)
        column.addWidget(self._area, 1)
        self.rebuild(offsets, sides=1)

    def rebuild(self, offsets: Sequence[int], *, sides: int) -> None:
        """Stand for other frames around the current one, in one way or in two side by side."""
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        letters = SIDES if sides > 1 else ("",)
        self.tiles = tuple(
            MapTile(offset, page, side=side, letter=letters[side])
            for offset in sorted(offsets)
            for side in range(sides)
        )
        for tile in self.tiles:
            tile.frame_requested.connect(self.frame_requested)
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._area.setWidget(page)
        self._rebuild_heads(sides)
        self._columns = 0
        self._lay_out()
        self.set_current_frame(*self._place)

    def _rebuild_heads(self, sides: int) -> None:
        while (item := self._heads.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.bars = tuple(ColourBar(self) for _ in range(sides))
        for side, bar in enumerate(self.bars):
            if sides > 1:
                letter = QLabel(SIDES[side], self)
                letter.setProperty("kind", "figure")
                letter.setContentsMargins(10 if side else 0, 0, 0, 0)
                self._heads.addWidget(letter, 0, 2 * side)
            self._heads.addWidget(bar, 0, 2 * side + 1)
            self._heads.setColumnStretch(2 * side + 1, 1)

    def set_current_frame(self, frame_index: int, frame_count: int) -> None:
        """Let the maps stand for the frames around this one."""
        self._place = (frame_index, frame_count)
        for tile in self.tiles:
            wanted = frame_index + tile.offset
            tile.expect(wanted if 0 <= wanted < frame_count else None)

    def say_busy(self, text: str, frame_index: int | None = None) -> None:
        """Say where there is no map yet what is done for it; of one frame, or of all."""
        for tile in self.tiles:
            tile.say(text if frame_index in (None, tile.frame_index) else "")

    def forget(self) -> None:
        """Show no map."""
        for tile in self.tiles:
            tile.forget()

    def add_map(
        self, frame_index: int, image_bgr: ImageArray, similarity: FloatArray, *, side: int = 0
    ) -> None:
        """Show the map of a frame; without a tile for it it is dropped."""
        for tile in self.tiles:
            if (tile.frame_index, tile.side) == (frame_index, side):
                tile.set_map(image_bgr, similarity)
                self._lay_out()
        for tile in self.tiles:
            tile.set_shape(image_bgr.shape[1], image_bgr.shape[0])
        shown = self._common_range(side)
        if shown is None or side >= len(self.bars):
            return
        self.bars[side].set_shown(shown)
        for tile in self.tiles:
            if tile.side == side:
                tile.set_shown(shown)

    def eventFilter(self, _viewport: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Lay the maps out anew when their room has changed."""
        if event.type() is QEvent.Type.Resize:
            self._lay_out()
        return False

    def _common_range(self, side: int) -> SimilarityRange | None:
        """Return one range for all maps of a side, so that their colours can be compared."""
        maps = [
            tile.similarity
            for tile in self.tiles
            if tile.side == side and tile.similarity is not None
        ]
        if not maps:
            return None
        return SimilarityRange.of(np.concatenate([values[::4, ::4].ravel() for values in maps]))

    def _lay_out(self) -> None:
        page = self._area.widget()
        grid = page.layout() if page is not None else None
        if not isinstance(grid, QGridLayout) or not self.tiles:
            return
        columns = self._best_columns()
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate(self.tiles):
            grid.addWidget(tile, place // columns, place % columns)

    def _best_columns(self) -> int:
        """Return how many columns show the frames largest; of two ways each pair stays together."""
        pair = len(self.bars)
        aspect = next((tile.aspect for tile in self.tiles if tile.aspect), _USUAL_ASPECT)
        room = self._area.viewport().size()
        most = max(1, room.width() // self.tiles[0].minimumSizeHint().width())

        def height_px(columns: int) -> float:
            rows = -(-len(self.tiles) // columns)
            return min(room.width() / columns / aspect, room.height() / rows)

        return max(range(pair, max(pair, min(most, len(self.tiles))) + 1, pair), key=height_px)
