"""Sides dragged to the edge of the frame at several zooms: they hold there, and it is shown."""

from collections.abc import Iterator

import pytest
from edit_driving import HERE, choose, two_long
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from window_stage import Stage

from trackmend_app.canvas.hand_painter import kept_inside
from trackmend_app.theme import current_theme

ZOOMS = (0.7, 1.8, 5.0)
NEAR = 5.0
"""Pixels of the screen, within reach."""


@pytest.fixture
def held(stage: Stage) -> Iterator[Stage]:
    """A selected box well inside the frame."""
    stage.open_video()
    stage.run_model()
    stage.go_to(HERE)
    choose(stage, two_long(stage)[0])
    put(stage, (100.0, 60.0, 150.0, 180.0))
    yield stage
    QTest.mouseRelease(stage.window.canvas, Qt.MouseButton.LeftButton)


def put(stage: Stage, box: tuple[float, ...]) -> None:
    stage.bench.corrections.move_box(stage.session.selection.box_id, box)
    assert box_of(stage) == box


def box_of(stage: Stage) -> tuple[float, ...]:
    return stage.session.project.box(stage.session.selection.box_id).box_xyxy


def look_at(stage: Stage, x: float, y: float, *, zoom: float) -> None:
    stage.window.canvas.set_zoom(zoom)
    stage.window.canvas.centre_on(x, y)


def drag(stage: Stage, start: QPointF, end: QPointF) -> QImage:
    """Drag with the mouse in steps; return what is seen before the button is let go."""
    canvas = stage.window.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start.toPoint())
    for step in range(1, 6):
        QTest.mouseMove(canvas, (start + (end - start) * step / 5).toPoint())
    seen = canvas.grab().toImage()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end.toPoint())
    return seen


def shows_edge(stage: Stage, seen: QImage) -> bool:
    """Tell whether the left edge of the frame is drawn from end to end."""
    x = round(stage.window.canvas.to_widget(0, 0).x())
    lit = [
        seen.pixelColor(x + aside, y).name() == current_theme().focus
        for y in range(seen.height())
        for aside in (-1, 0, 1)
    ]
    return sum(lit) > 60


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_side_near_the_edge_is_pulled_to_it_and_the_edge_lights_up(
    held: Stage, zoom: float
) -> None:
    canvas = held.window.canvas
    put(held, (20.0, 60.0, 60.0, 90.0))
    look_at(held, 20, 50, zoom=zoom)
    rect, edge = canvas.editable_box.rect, canvas.to_widget(0, 0).x()
    middle = QPointF(rect.left(), rect.center().y())
    far = drag(held, middle, QPointF(edge + 9.0, middle.y()))
    assert not shows_edge(held, far)
    assert box_of(held)[0] == pytest.approx(9.0 / zoom, abs=1.5 / zoom), "out of reach"
    held.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    near = drag(held, middle, QPointF(edge + NEAR, middle.y()))
    assert box_of(held) == (0.0, 60.0, 60.0, 90.0)
    assert shows_edge(held, near)


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_box_that_reaches_a_little_beyond_the_frame_is_moved_along_the_edge(
    held: Stage, zoom: float
) -> None:
    beyond = -4.0 / zoom
    put(held, (beyond, 40.0, 45.0, 90.0))
    look_at(held, 20, 75, zoom=zoom)
    centre = held.window.canvas.editable_box.rect.center()
    drag(held, centre, centre + QPointF(1.0, 30.0))
    x1, y1, x2, y2 = box_of(held)
    assert y1 == pytest.approx(40.0 + 30.0 / zoom, abs=1.5 / zoom)
    assert x1 == pytest.approx(beyond, abs=1.5 / zoom), "it was not brought to the edge"
    assert (x2 - x1, y2 - y1) == pytest.approx((45.0 - beyond, 50.0))
    put(held, (beyond, 40.0, 45.0, 90.0))
    centre = held.window.canvas.editable_box.rect.center()
    drag(held, centre, centre + QPointF(4.0, 30.0))
    assert box_of(held)[0] == 0.0, "brought to the edge, it holds"


def test_a_box_on_the_edge_stays_there_while_it_is_moved_along_it(held: Stage) -> None:
    put(held, (0.0, 40.0, 45.0, 90.0))
    centre = held.window.canvas.editable_box.rect.center()
    drag(held, centre, centre + QPointF(5.0, 30.0))
    assert box_of(held)[0] == 0.0
    centre = held.window.canvas.editable_box.rect.center()
    drag(held, centre, centre + QPointF(25.0, 0.0))
    assert box_of(held)[0] > 5.0, "until it is torn off"


def test_a_side_far_beyond_the_frame_is_cut_at_the_edge(held: Stage) -> None:
    put(held, (-35.0, 60.0, 60.0, 180.0))
    look_at(held, 20, 120, zoom=1.8)
    canvas = held.window.canvas
    rect, edge = canvas.editable_box.rect, canvas.to_widget(0, 0).x()
    drag(held, QPointF(rect.left(), rect.center().y()), QPointF(edge - NEAR, rect.center().y()))
    assert box_of(held) == (0.0, 60.0, 60.0, 180.0)


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_side_is_corrected_by_a_few_pixels_and_a_trembling_click_moves_nothing(
    held: Stage, zoom: float
) -> None:
    look_at(held, 120, 120, zoom=zoom)
    rect = held.window.canvas.editable_box.rect
    side = QPointF(rect.right(), rect.center().y())
    drag(held, side, side + QPointF(3.0, 0.0))
    assert box_of(held)[2] == pytest.approx(150.0 + 3.0 / zoom, abs=1.01 / zoom)
    assert box_of(held)[2] != 150.0
    put(held, (100.0, 60.0, 150.0, 180.0))
    selected = held.session.selection
    drag(held, rect.center(), rect.center() + QPointF(2.0, 1.0))
    drag(held, side + QPointF(4.0, 0.0), side + QPointF(4.0, 1.0))
    assert box_of(held) == (100.0, 60.0, 150.0, 180.0)
    assert held.session.selection == selected, "the side was touched from outside"


def test_id_and_size_of_a_box_in_hand_stay_in_view() -> None:
    view = QRectF(0, 0, 400, 300)
    assert kept_inside(QRectF(20, 306, 60, 26), view) == QRectF(20, 274, 60, 26)
    assert kept_inside(QRectF(-9, -20, 24, 18), view) == QRectF(0, 0, 24, 18)
    assert kept_inside(QRectF(50, 60, 24, 18), view) == QRectF(50, 60, 24, 18)
