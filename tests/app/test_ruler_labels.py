"""The numbers on the ruler are whole or not there: none peeps out from under the playhead."""

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from trackmend_app.theme import DARK, apply_theme
from trackmend_app.timeline.cursor_painter import hover_tab, playhead_tab
from trackmend_app.timeline.header_painter import draw_ruler_labels
from trackmend_app.timeline.time_axis import TimeAxis

RULER = QRectF(0, 0, 1000, 26)


@pytest.fixture
def axis(qapp: QApplication) -> TimeAxis:
    apply_theme(qapp, DARK)
    return TimeAxis(frame_count=180).placed(left=0, width=1000)


def drawn(axis: TimeAxis, *, beside: list[QRectF]) -> QImage:
    picture = QImage(1000, 26, QImage.Format.Format_RGB32)
    picture.fill(QColor(DARK.panel))
    with QPainter(picture) as painter:
        draw_ruler_labels(painter, RULER, axis=axis, frame_rate=25, beside=beside, theme=DARK)
    return picture


def inked(picture: QImage, first: float, last: float) -> bool:
    ground = QColor(DARK.panel).rgb()
    columns = range(max(0, round(first)), min(picture.width(), round(last)))
    return any(picture.pixel(x, y) != ground for x in columns for y in range(picture.height()))


def test_a_number_half_under_the_playhead_is_left_out_with_its_time(axis: TimeAxis) -> None:
    x = axis.x_of(19.5)
    assert inked(drawn(axis, beside=[]), x, x + 70), "frame 20 has a label"
    tab = playhead_tab(RULER, axis=axis, frame_index=20)
    assert tab is not None
    assert not inked(drawn(axis, beside=[tab]), x - 2, x + 70)


def test_a_time_under_the_playhead_is_left_out_alone(axis: TimeAxis) -> None:
    x = axis.x_of(19.5)
    tab = playhead_tab(RULER, axis=axis, frame_index=27)
    assert tab is not None and tab.left() > x + 20
    picture = drawn(axis, beside=[tab])
    assert inked(picture, x, x + 16), "the number stays"
    assert not inked(picture, x + 18, x + 70)


def test_the_number_under_the_pointer_makes_room_for_itself_too(axis: TimeAxis) -> None:
    x = axis.x_of(59.5)
    tab = hover_tab(RULER, axis=axis, x=x + 6)
    assert not inked(drawn(axis, beside=[tab]), x - 2, x + 70)


def test_a_playhead_out_of_view_takes_no_room(axis: TimeAxis) -> None:
    assert playhead_tab(RULER, axis=axis.zoomed(factor=8, about_x=900), frame_index=0) is None
