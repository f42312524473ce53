"""One moment that looks like what is looked for: crop, time, how alike; a click goes there."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.picture_cell import FootLine, PictureCell
from trackmend_core.project.records import frame_number
from trackmend_core.review.where_else import Moment

CELL = QSize(68, 124)


class MomentCell(PictureCell):
    """Shows a moment: how alike and whose, then the time."""

    def __init__(self, moment: Moment, *, time: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, number=moment.number or 0, size=CELL)
        self.moment = moment
        self.key = CropKey.around(moment.frame_index, moment.box_xyxy)
        short = str(moment.number) if moment.number is not None else "–"
        cosine = f"{moment.cosine:.2f}"
        self.set_identity(
            moment.number or 0,
            FootLine(f"{short} · {cosine}", is_strong=True),
            FootLine(time),
        )
        whose = (
            self.tr("Track {number}").format(number=moment.number)
            if moment.number is not None
            else self.tr("No track")
        )
        name = self.tr("{whose}, frame {frame}, {time}, cosine similarity {value}").format(
            whose=whose, frame=frame_number(moment.frame_index), time=time, value=cosine
        )
        self.setAccessibleName(name)
        self.setToolTip(name)
