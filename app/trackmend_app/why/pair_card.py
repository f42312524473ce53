"""One cell of the association as a pair of pictures with every figure that decided it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.picture_cell import FootLine, PictureCell
from trackmend_core.project.records import frame_number
from trackmend_core.types import ImageArray

LOW_PX = 520
"""A panel lower than this has the card beside its picture, not below."""
NARROW_PX = 430
"""A panel narrower than this has no room for that, nor for all its tools in one row."""
_BESIDE_PX = 236
_UNBOUNDED_PX = 16_777_215
_SIZE, _COMPACT_SIZE = QSize(64, 118), QSize(46, 82)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two pictures.

    Attributes:
        name: below it, such as "7".
        number: of the identity whose colour frames it, 0 for none.
        frame_index: where it was seen; a click goes there.
        key: the picture.
    """

    name: str
    number: int
    frame_index: int
    key: CropKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of figures; `fits` says whether it keeps to the limit, None without one."""

    name: str
    value: str
    limit: str = ""
    fits: bool | None = None


class SidePicture(PictureCell):
    """A picture with its name and frame below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, number=0, size=_SIZE)
        self.side: Side | None = None
        self.setAccessibleName(self.tr("no picture"))

    def set_side(self, side: Side | None) -> None:
        """Show another picture, once it comes."""
        if side is None or self.side is None or side.key != self.side.key:
            self.set_crop(None)
        self.side = side
        if side is None:
            return
        frame = frame_number(side.frame_index)
        self.set_identity(side.number, FootLine(f"{side.name} · {frame}"))
        words = self.tr("{name}, frame {frame}: go there").format(name=side.name, frame=frame)
        self.setAccessibleName(words)
        self.setToolTip(words)

    def set_compact(self, compact: bool) -> None:
        """Take less room, or as much as is good to look at."""
        self.set_size(_COMPACT_SIZE if compact else _SIZE)

    def set_crops(self, crops: Mapping[CropKey, ImageArray]) -> None:
        """Take the picture if it is among these."""
        crop = crops.get(self.side.key) if self.side is not None else None
        if crop is not None:
            self.set_crop(crop)


class PairCard(QWidget):
    """Shows A and B, the figures between them, and a sentence.

    Signals:
        frame_requested(frame_index): a picture was clicked.
        compare_requested(): A and B over time are wanted.
    """

    frame_requested = Signal(int)
    compare_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = (SidePicture(self), SidePicture(self))
        self.compare_button = QPushButton(self.tr("Compare over time"), self)
        self._words = QLabel(self)
        self._figures = QGridLayout()
        self._body = QWidget(self)
        self._is_compact = False
        self._build()
        self.show_nothing("")
        for picture in self.pictures:
            picture.clicked.connect(self._on_picture_clicked)
        self.compare_button.clicked.connect(self.compare_requested)

    @property
    def words(self) -> str:
        """Return the sentence on show."""
        return self._words.text()

    def show_nothing(self, hint: str) -> None:
        """Say what to do."""
        for picture in self.pictures:
            picture.set_side(None)
        self._body.hide()
        self._words.setText(hint)

    def show_pair(
        self,
        sides: tuple[Side, Side],
        figures: Sequence[Figure],
        *,
        words: str,
        may_compare: bool,
    ) -> None:
        """Show a pair; pictures come with `set_crops`."""
        for picture, side in zip(self.pictures, sides, strict=True):
            picture.set_side(side)
        self._fill(figures)
        self._words.setText(words)
        self.compare_button.setEnabled(may_compare)
        self._body.show()
        self._fit()

    def set_compact(self, compact: bool) -> None:
        """Take less room, or as much as is good to look at."""
        for picture in self.pictures:
            picture.set_compact(compact)
        self._is_compact = compact
        self._words.setMinimumHeight(18 if compact else 34)
        self._fit()

    def _fit(self) -> None:
        """Beside what it belongs to, be as wide as the words are: German ones are longer."""
        wide = max(_BESIDE_PX, self._body.sizeHint().width())
        self.setMaximumWidth(wide if self._is_compact else _UNBOUNDED_PX)
        self.setMinimumWidth(wide if self._is_compact else 0)

    def crop_keys(self) -> list[CropKey]:
        """Return the pictures that are wanted."""
        return [picture.side.key for picture in self.pictures if picture.side is not None]

    def set_crops(self, crops: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        for picture in self.pictures:
            picture.set_crops(crops)

    def _fill(self, figures: Sequence[Figure]) -> None:
        while (item := self._figures.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, figure in enumerate(figures):
            name, value, limit = QLabel(figure.name), QLabel(figure.value), QLabel(figure.limit)
            name.setProperty("kind", "small")
            limit.setProperty("kind", "small")
            kinds = {True: "good", False: "error", None: "figure"}
            value.setProperty("kind", kinds[figure.fits])
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, label in enumerate((name, value, limit)):
                self._figures.addWidget(label, row, column)

    @Slot()
    def _on_picture_clicked(self) -> None:
        picture = self.sender()
        if isinstance(picture, SidePicture) and picture.side is not None:
            self.frame_requested.emit(picture.side.frame_index)

    def _build(self) -> None:
        self.setAccessibleName(self.tr("The pair under the cursor"))
        self._words.setWordWrap(True)
        self._words.setProperty("kind", "small")
        self._words.setMinimumHeight(34)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.compare_button.setProperty("kind", "small")
        self.compare_button.setToolTip(self.tr("Show the two tracks side by side in the filmstrip"))
        self._figures.setHorizontalSpacing(6)
        self._figures.setVerticalSpacing(3)
        between = QVBoxLayout()
        between.addLayout(self._figures)
        between.addStretch()
        between.addWidget(self.compare_button, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self._body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.pictures[0], 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(between)
        row.addWidget(self.pictures[1], 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._body)
        column.addWidget(self._words)
        column.addStretch()


def arrange(split: QBoxLayout, card: PairCard, *, room: QSize) -> None:
    """Put the card beside what it belongs to, or below."""
    direction = QBoxLayout.Direction
    is_beside = room.height() < LOW_PX and room.width() >= NARROW_PX
    split.setDirection(direction.LeftToRight if is_beside else direction.TopToBottom)
    card.set_compact(is_beside)
