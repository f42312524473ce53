"""Draw at the foot of a lane whose its boxes would be: what a dry run would make of the track."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from trackmend_app.theme import Theme
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.timeline.time_axis import TimeAxis
from trackmend_core.types import TrackId

_SHARE = 0.5
_LEAST_PX = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterStretch:
    """Frames first..last of a lane as they would be.

    Attributes:
        lane: whose boxes they are now; of boxes that are new, whose they would be.
        number: whose they would be, None for nobody's.
        is_found: there is no box yet.
    """

    lane: TrackId
    first_frame: int
    last_frame: int
    number: int | None
    is_found: bool = False


def draw_after(
    painter: QPainter,
    lane: QRectF,
    stretches: Sequence[AfterStretch],
    *,
    axis: TimeAxis,
    theme: Theme,
) -> None:
    """Draw each stretch in the colour of whom it would belong to; crossed out if nobody."""
    foot = QRectF(lane)
    foot.setTop(lane.bottom() - _SHARE * lane.height())
    for one in stretches:
        left, right = axis.x_of(one.first_frame), axis.x_of(one.last_frame + 1)
        if right < axis.left or left > axis.right:
            continue
        area = QRectF(left, foot.top(), max(_LEAST_PX, right - left), foot.height())
        painter.fillRect(area.adjusted(0, -1.5, 0, 0), QColor(theme.lane))
        if one.number is None:
            painter.fillRect(area, QBrush(QColor(theme.error), Qt.BrushStyle.BDiagPattern))
            continue
        colour = QColor(panel_colour_name(one.number, theme=theme))
        if one.is_found:
            painter.fillRect(area, QBrush(colour, Qt.BrushStyle.Dense4Pattern))
            painter.setPen(QPen(colour, 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.fillRect(area, colour)
