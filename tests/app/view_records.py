"""Records for the tests of the views, and the mouse that plays on them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from trackmend_app.canvas import VideoCanvas
from trackmend_core.project import BoxRecord, TrackSummary
from trackmend_core.types import BoxId, BoxSource, ImageArray, TrackId


def make_box(
    number: int,
    box_xyxy: tuple[float, float, float, float],
    *,
    score: float = 0.8,
    source: BoxSource = BoxSource.MODEL,
    frame_index: int = 0,
) -> BoxRecord:
    return BoxRecord(
        box_id=BoxId(100 + number),
        track_id=TrackId(10 + number),
        number=number,
        frame_index=frame_index,
        box_xyxy=box_xyxy,
        score=score,
        source=source,
        detection_id=None,
    )


def make_track(
    number: int,
    spans: Sequence[tuple[int, int]] = ((0, 99),),
    *,
    label: str = "",
    mean_score: float = 0.8,
) -> TrackSummary:
    return TrackSummary(
        track_id=TrackId(10 + number),
        number=number,
        label=label,
        box_count=sum(last - first + 1 for first, last in spans),
        first_frame=spans[0][0],
        last_frame=spans[-1][1],
        mean_score=mean_score,
        spans=list(spans),
    )


def plain_image(width: int = 640, height: int = 480, *, level: int = 90) -> ImageArray:
    return np.full((height, width, 3), level, np.uint8)


class Mouse:
    """A left button on one widget, with whatever keys are held."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    def send(
        self,
        kind: QMouseEvent.Type,
        point: QPointF,
        *,
        keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        held = Qt.MouseButton.NoButton if kind is QMouseEvent.Type.MouseButtonRelease else button
        where = QPointF(self._widget.mapToGlobal(QPoint(0, 0))) + point
        event = QMouseEvent(kind, point, where, button, held, keys)
        QApplication.sendEvent(self._widget, event)

    def press(self, point: QPointF, **options: object) -> None:
        self.send(QMouseEvent.Type.MouseButtonPress, point, **options)

    def move(self, point: QPointF, **options: object) -> None:
        self.send(QMouseEvent.Type.MouseMove, point, **options)

    def release(self, point: QPointF, **options: object) -> None:
        self.send(QMouseEvent.Type.MouseButtonRelease, point, **options)

    def click(self, point: QPointF, **options: object) -> None:
        self.press(point, **options)
        self.release(point, **options)

    def drag(self, start: QPointF, end: QPointF, **options: object) -> None:
        self.press(start, **options)
        for share in (0.3, 0.7, 1.0):
            self.move(start + (end - start) * share, **options)
        self.release(end, **options)

    def wheel(
        self,
        point: QPointF,
        *,
        notches: float = 1.0,
        keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        where = QPointF(self._widget.mapToGlobal(QPoint(0, 0))) + point
        event = QWheelEvent(
            point,
            where,
            QPoint(),
            QPoint(0, round(120 * notches)),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self._widget, event)


def at(canvas: VideoCanvas, x: float, y: float) -> QPointF:
    return canvas.to_widget(x, y)
