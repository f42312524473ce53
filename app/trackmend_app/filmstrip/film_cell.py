"""One picture of a box with its frame number; a click goes there."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.picture_cell import FootLine, PictureCell
from trackmend_core.project import BoxRecord
from trackmend_core.project.records import frame_number

CELL = QSize(66, 122)
PAIR_CELL = QSize(104, 186)
"""Two tracks side by side leave room for more."""


class FilmCell(PictureCell):
    """Shows a box, and what is said of it."""

    def __init__(
        self,
        box: BoxRecord,
        *,
        note: str = "",
        size: QSize = CELL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, number=box.number, size=size)
        self.box = box
        self.key = CropKey.of(box)
        frame = str(frame_number(box.frame_index))
        self.set_identity(box.number, FootLine(" · ".join(filter(None, (frame, note)))))
        name = self.tr("Track {number}, frame {frame}").format(number=box.number, frame=frame)
        self.setAccessibleName(name)
        self.setToolTip(" · ".join(filter(None, (name, note))))
