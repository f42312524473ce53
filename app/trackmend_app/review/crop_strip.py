"""Pictures of the tracks before and after an event, side by side; a click goes to their frame."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.picture_cell import LINE_PX, FootLine, PictureCell
from trackmend_core.project.records import frame_number
from trackmend_core.review import Crop, Suspicion
from trackmend_core.types import ImageArray

CELL_SIZE = QSize(64, 104)
_PARTNER = "partner_"


class CropCell(PictureCell):
    """One picture with its number and side of the event below."""

    def __init__(self, crop: Crop, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, number=number, size=CELL_SIZE)
        self.crop = crop
        self.key = CropKey.around(crop.frame, crop.box_xyxy)
        words = self.tr("{number} before") if _is_before(crop) else self.tr("{number} after")
        which = words.format(number=number)
        self.set_identity(number, FootLine(which))
        where = self.tr("frame {frame}").format(frame=frame_number(crop.frame))
        self.setAccessibleName(f"{which}, {where}")
        self.setToolTip(self.tr("Track {what}, {where}").format(what=which, where=where))


class CropStrip(QWidget):
    """Before and after of each track, the main one first.

    Signals: crop_clicked(Crop).
    """

    crop_clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells: list[CropCell] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 2, 0, 0)
        self._row.setSpacing(2)

    def set_suspicion(self, suspicion: Suspicion) -> None:
        """Show the boxes worth showing; their pictures follow by `set_pictures`."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        numbers = dict(zip(suspicion.tracks, suspicion.numbers, strict=True))
        self.cells = [CropCell(crop, numbers[crop.track_id], self) for crop in suspicion.crops]
        self._row.addStretch()
        last: Crop | None = None
        for cell in self.cells:
            if last is not None:
                self._row.addWidget(_between("→" if _goes_on(last, cell.crop) else "⇄"))
            last = cell.crop
            cell.clicked.connect(lambda _checked, crop=cell.crop: self.crop_clicked.emit(crop))
            self._row.addWidget(cell)
        self._row.addStretch()
        # A layout shows its new widgets only later; until then the card would be drawn without.
        for widget in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            widget.setVisible(self._row.indexOf(widget) >= 0)
        self.setVisible(bool(self.cells))

    @property
    def keys(self) -> Sequence[CropKey]:
        """Return which pictures are wanted."""
        return [cell.key for cell in self.cells]

    def set_pictures(self, pictures: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        for cell in self.cells:
            if cell.key in pictures:
                cell.set_crop(pictures[cell.key])


def _goes_on(one: Crop, other: Crop) -> bool:
    """Tell whether two pictures are one story: of one track, or an end and a new beginning."""
    return one.track_id == other.track_id or (_is_before(one) and not _is_before(other))


def _is_before(crop: Crop) -> bool:
    return crop.role.removeprefix(_PARTNER) == "before"


def _between(sign: str) -> QLabel:
    label = QLabel(sign)
    label.setProperty("kind", "quiet")
    label.setContentsMargins(0, 0, 0, int(LINE_PX))
    return label
