"""The panel that shows where one appearance occurs: what is looked for, maps, moments elsewhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.elided_label import ElidedLabel
from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.model_shelf import ModelChoice
from trackmend_app.similarity.map_page import MapPage
from trackmend_app.similarity.map_tile import MapTile
from trackmend_app.similarity.match_row import draw_crop
from trackmend_app.similarity.moment_page import MomentPage
from trackmend_app.similarity.reading_box import ReadingBox
from trackmend_app.similarity.sampler_box import HeadSamplerBox, SamplerBox
from trackmend_app.wording.shown_keys import with_keys
from trackmend_core.similarity import SamplerName
from trackmend_core.types import FloatArray, ImageArray

MAP_OFFSETS = (-20, -8, 0, 12)
"""Frames before and after the current one that the panel shows by default."""
SPREADS = (2, 10, 20, 50, 200)
"""The choices of k for maps from t - k to t + k."""


def offsets_within(spread: int) -> tuple[int, ...]:
    """Return five offsets from -spread to +spread."""
    half = max(1, spread // 2)
    return (-spread, -half, 0, half, spread)


class QueryCrop(QWidget):
    """What is looked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._crop_bgr: ImageArray | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_crop(self, number: int | None, crop_bgr: ImageArray | None) -> None:
        """Show a picture, (H, W, 3) uint8 BGR."""
        self._number, self._crop_bgr = number or 0, crop_bgr
        self.setVisible(crop_bgr is not None)
        self.setAccessibleName(
            self.tr("Picture of track {number}").format(number=number)
            if number
            else self.tr("Picture of the place")
        )
        self.update()

    def set_picture(self, crop_bgr: ImageArray) -> None:
        """Show another picture of the same."""
        self.set_crop(self._number or None, crop_bgr)

    @property
    def has_picture(self) -> bool:
        """Tell whether there is one."""
        return self._crop_bgr is not None

    def sizeHint(self) -> QSize:
        """Ask for an upright picture."""
        return QSize(30, 46)

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
        moment_chosen(Moment): a moment elsewhere was clicked.
        page_changed(): maps or moments are wanted now.
        others_only_changed(on): moments of the track itself shall be left out, or not.
        offsets_chosen(offsets): other frames around the current one are wanted.
        readings_chosen(): embeddings shall be made in other ways; see `readings`.
    """

    frame_requested = Signal(int)
    moment_chosen = Signal(object)
    page_changed = Signal()
    others_only_changed = Signal(bool)
    offsets_chosen = Signal(object)
    readings_chosen = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, offsets: Sequence[int] = MAP_OFFSETS
    ) -> None:
        super().__init__(parent)
        self._offsets = tuple(offsets)
        self._has_query = False
        self._title = ElidedLabel(self)
        self.head_sampler = HeadSamplerBox(self)
        self._hint = QLabel(self)
        self._crop = QueryCrop(self)
        self.reading_boxes = (ReadingBox("A", self), ReadingBox("B", self))
        self.spread_box = QComboBox(self)
        self.compare_button = QToolButton(self)
        self.options_button = QToolButton(self)
        self.maps_button = QToolButton(self)
        self.moments_button = QToolButton(self)
        self.maps = MapPage(offsets, self)
        self.moments = MomentPage(self)
        self._pages = QStackedWidget(self)
        self._build()
        self.set_query(None)
        self.maps.frame_requested.connect(self.frame_requested)
        self.moments.chosen.connect(self.moment_chosen)
        self.moments.others_only_changed.connect(self.others_only_changed)
        self.spread_box.activated.connect(self._on_spread_chosen)
        self.compare_button.toggled.connect(self._on_compare_toggled)
        self.options_button.toggled.connect(self._show_readings)
        self.maps_button.toggled.connect(self._on_page_toggled)
        self.head_sampler.chosen.connect(self._on_head_sampler_chosen)
        for box in self.reading_boxes:
            box.chosen.connect(self._show_readings)
            box.chosen.connect(self.readings_chosen)

    @property
    def tiles(self) -> tuple[MapTile, ...]:
        """Return the small multiples, by offset, side A before side B."""
        return self.maps.tiles

    @property
    def sampler_box(self) -> SamplerBox:
        """Return the list of samplers of side A: in the head, beside its model while comparing."""
        one = self.reading_boxes[0]
        return one.sampler_box if self._names_model else self.head_sampler

    @property
    def _names_model(self) -> bool:
        """Tell whether side A says whose features it shows: two are compared, or another's."""
        return self.is_comparing or self.reading_boxes[0].model_path is not None

    @property
    def shows_moments(self) -> bool:
        """Tell whether "where else" is on show."""
        return self._pages.currentWidget() is self.moments

    @property
    def is_comparing(self) -> bool:
        """Tell whether two ways are compared."""
        return self.compare_button.isChecked()

    @property
    def readings(self) -> tuple[tuple[Path | None, SamplerName | None], ...]:
        """Return model and sampler of side A and, while comparing, of side B."""
        shown = self.reading_boxes if self.is_comparing else self.reading_boxes[:1]
        return tuple((box.model_path, box.sampler) for box in shown)

    def set_query(self, number: int | None, crop_bgr: ImageArray | None = None) -> None:
        """Say whose appearance is looked for, with a picture (H, W, 3) BGR; None: nobody's."""
        if number is None:
            self._title.setText(self.tr("RE-ID SIMILARITY"))
            self.maps.forget()
            self.moments.show_moments(())
        else:
            self._title.setText(self.tr("RE-ID SIMILARITY TO {number}").format(number=number))
        self._show_query(number is not None, number, crop_bgr)

    def set_query_picture(self, crop_bgr: ImageArray) -> None:
        """Show the picture of what is looked for, which came later; (H, W, 3) BGR."""
        self._crop.set_picture(crop_bgr)

    def set_place(self, frame_index: int, crop_bgr: ImageArray | None) -> None:
        """Say that a place of a frame is looked for, with a picture (H, W, 3) BGR."""
        text = self.tr("RE-ID SIMILARITY TO A PLACE IN FRAME {frame}")
        self._title.setText(text.format(frame=frame_index + 1))
        self._show_query(True, None, crop_bgr)

    def _show_query(self, has_query: bool, number: int | None, crop: ImageArray | None) -> None:
        self._has_query = has_query
        self._crop.set_crop(number, crop if has_query else None)
        self._hint.setVisible(not has_query)
        self._hint.setText(self._how_to_ask())
        self._pages.setVisible(has_query)
        self._show_readings()

    def _how_to_ask(self) -> str:
        return with_keys(
            self.tr(
                "Select a box to see where else it looks like that, or hold ‹hold_similarity› and "
                "move the pointer over the video: any place will do, a click keeps it."
            )
        )

    @Slot()
    def _show_readings(self) -> None:
        one, other = self.reading_boxes
        asked_for = self.is_comparing or self.options_button.isChecked()
        one.setVisible(self._has_query and self._names_model)
        other.setVisible(self._has_query and self.is_comparing)
        self.head_sampler.show_sampler(one.sampler)
        self.head_sampler.setVisible(self._has_query and not self._names_model)
        self.compare_button.setVisible(self._has_query)
        self.options_button.setVisible(self._has_query)
        far = asked_for or self._offsets != MAP_OFFSETS
        self.spread_box.setVisible(self._has_query and far and not self.shows_moments)
        for button in (self.maps_button, self.moments_button):
            button.setVisible(self._has_query)

    def set_models(self, models: Sequence[ModelChoice], *, run_model: Path | None) -> None:
        """List the models that can be compared."""
        for box in self.reading_boxes:
            box.set_models(models, run_model=run_model)

    def show_readings(self, readings: Sequence[tuple[Path | None, SamplerName | None]]) -> None:
        """Show how embeddings are made, one side or two. Asks nothing."""
        for box, (path, sampler) in zip(self.reading_boxes, readings, strict=False):
            box.show_model(path)
            box.sampler_box.show_sampler(sampler)
        if self.is_comparing != (len(readings) > 1):
            with QSignalBlocker(self.compare_button):
                self.compare_button.setChecked(len(readings) > 1)
        if len(self.maps.bars) != len(readings):
            self.maps.rebuild(self._offsets, sides=len(readings))
        self._show_readings()

    def set_current_frame(self, frame_index: int, frame_count: int) -> None:
        """Let the maps stand for the frames around this one."""
        self.maps.set_current_frame(frame_index, frame_count)

    def add_map(
        self, frame_index: int, image_bgr: ImageArray, similarity: FloatArray, *, side: int = 0
    ) -> None:
        """Show the map of a frame, (H, W) float32 cosine; without a tile for it it is dropped."""
        self.maps.add_map(frame_index, image_bgr, similarity, side=side)

    def set_crops(self, crops: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures of moments."""
        self.moments.set_crops(crops)

    @Slot(bool)
    def _on_page_toggled(self, maps: bool) -> None:
        self._pages.setCurrentWidget(self.maps if maps else self.moments)
        self._show_readings()
        self.page_changed.emit()

    @Slot(bool)
    def _on_compare_toggled(self, _on: bool) -> None:
        self.maps_button.setChecked(True)
        self.show_readings(self.readings)
        self.readings_chosen.emit()

    @Slot(object)
    def _on_head_sampler_chosen(self, sampler: SamplerName | None) -> None:
        self.reading_boxes[0].sampler_box.show_sampler(sampler)
        self._show_readings()
        self.readings_chosen.emit()

    @Slot(int)
    def _on_spread_chosen(self, row: int) -> None:
        self._offsets = MAP_OFFSETS if row == 0 else offsets_within(SPREADS[row - 1])
        self._show_readings()
        self.maps.rebuild(self._offsets, sides=len(self.maps.bars))
        self.offsets_chosen.emit(self._offsets)

    def _build(self) -> None:
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Similarity"))
        self._title.setProperty("kind", "heading")
        self._hint.setProperty("kind", "small")
        self._hint.setWordWrap(True)
        self._build_buttons()
        words = QVBoxLayout()
        words.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self._title, 1)
        first.addWidget(self.head_sampler)
        words.addLayout(first)
        words.addWidget(self._hint)
        row = QHBoxLayout()
        row.setSpacing(4)
        for widget in (self.maps_button, self.moments_button):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self.compare_button)
        row.addWidget(self.options_button)
        words.addLayout(row)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addLayout(words, 1)
        head.addWidget(self._crop, 0, Qt.AlignmentFlag.AlignTop)
        sides = QHBoxLayout()
        sides.setSpacing(6)
        sides.addWidget(self.reading_boxes[0], 2)
        sides.addWidget(self.spread_box, 1)
        self._pages.addWidget(self.maps)
        self._pages.addWidget(self.moments)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(sides)
        column.addWidget(self.reading_boxes[1])
        column.addWidget(self._pages, 1)
        column.addStretch()

    def _build_buttons(self) -> None:
        group = QButtonGroup(self)
        for button, text, tip in (
            (self.maps_button, self.tr("Around"), self.tr("Maps of the frames around this one")),
            (
                self.moments_button,
                self.tr("Where else"),
                self.tr("The moments of the whole video that look most like this"),
            ),
        ):
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setProperty("kind", "small")
            group.addButton(button)
        self.maps_button.setChecked(True)
        self.compare_button.setText(self.tr("A | B"))
        self.compare_button.setCheckable(True)
        self.compare_button.setProperty("kind", "small")
        self.compare_button.setToolTip(
            self.tr("Compare two models or two ways of reading, map beside map")
        )
        self.compare_button.setAccessibleName(self.tr("Compare two models or ways of reading"))
        self.options_button.setText("⋯")
        self.options_button.setCheckable(True)
        self.options_button.setProperty("kind", "small")
        self.options_button.setToolTip(self.tr("How far the maps reach before and after"))
        self.options_button.setAccessibleName(self.tr("More choices"))
        self.spread_box.addItem("t −20 … +12")
        for spread in SPREADS:
            self.spread_box.addItem(f"t ± {spread}")
        self.spread_box.setAccessibleName(self.tr("Frames around this one"))
        self.spread_box.setToolTip(self.tr("How far the maps reach before and after this frame"))
        self.spread_box.setMinimumContentsLength(10)
        self.spread_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.spread_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.spread_box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
