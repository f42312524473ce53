import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF

from trackmend_app.canvas.box_drag import BoxDrag, Handle, drawn_box, handle_at, handle_points
from trackmend_app.canvas.frame_picture import FramePicture, image_from_bgr
from trackmend_app.canvas.hit_testing import boxes_under, next_choice
from trackmend_app.canvas.label_layout import layout_labels
from trackmend_app.canvas.view_transform import MAX_SCALE, MIN_SCALE, ViewTransform
from trackmend_core.types import BoxId

IMAGE = QSizeF(640, 480)
VIEW = QSizeF(800, 600)
POINTS = st.builds(QPointF, st.floats(0, 800), st.floats(0, 600))


def test_a_fitted_image_is_centred_and_as_large_as_fits() -> None:
    fitted = ViewTransform.fitted(image=QSizeF(100, 50), view=QSizeF(400, 400))
    assert fitted.scale == 4
    assert fitted.to_widget(50, 25) == QPointF(200, 200)


def test_fitting_nothing_changes_nothing() -> None:
    assert ViewTransform.fitted(image=QSizeF(), view=VIEW) == ViewTransform()


@given(point=POINTS, factor=st.floats(0.2, 8))
def test_zooming_keeps_the_point_under_the_pointer(point: QPointF, factor: float) -> None:
    before = ViewTransform.fitted(image=IMAGE, view=VIEW)
    after = before.zoomed(factor=factor, about=point)
    assert (before.to_image(point) - after.to_image(point)).manhattanLength() < 1e-6


@given(factor=st.floats(1e-6, 1e6))
def test_zoom_has_limits(factor: float) -> None:
    zoomed = ViewTransform().zoomed(factor=factor, about=QPointF())
    assert MIN_SCALE <= zoomed.scale <= MAX_SCALE


@given(dx=st.floats(-1e5, 1e5), dy=st.floats(-1e5, 1e5))
def test_the_image_cannot_be_lost_by_panning(dx: float, dy: float) -> None:
    moved = ViewTransform().moved(dx, dy).kept_in_view(image=IMAGE, view=VIEW)
    on_widget = moved.rect_to_widget(0, 0, 640, 480)
    assert on_widget.intersects(QRectF(0, 0, 800, 600))


@given(point=POINTS)
def test_mapping_there_and_back_changes_nothing(point: QPointF) -> None:
    transform = ViewTransform(1.7, 13, -5)
    image = transform.to_image(point)
    assert (transform.to_widget(image.x(), image.y()) - point).manhattanLength() < 1e-6


def hold(handle: Handle, box: tuple[float, float, float, float] = (100, 100, 200, 300)) -> BoxDrag:
    return BoxDrag(
        box_id=1, start=box, handle=handle, grabbed_at=QPointF(0, 0), image=IMAGE, reach=5
    )


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        (Handle.MOVE, (110, 120, 210, 320)),
        (Handle.TOP_LEFT, (110, 120, 200, 300)),
        (Handle.TOP, (100, 120, 200, 300)),
        (Handle.TOP_RIGHT, (100, 120, 210, 300)),
        (Handle.RIGHT, (100, 100, 210, 300)),
        (Handle.BOTTOM_RIGHT, (100, 100, 210, 320)),
        (Handle.BOTTOM, (100, 100, 200, 320)),
        (Handle.BOTTOM_LEFT, (110, 100, 200, 320)),
        (Handle.LEFT, (110, 100, 200, 300)),
    ],
)
def test_a_handle_moves_its_own_sides(handle: Handle, expected: tuple[float, ...]) -> None:
    assert hold(handle).box_at(QPointF(10, 20)) == expected


def test_sides_snap_to_the_edge_of_the_frame() -> None:
    assert hold(Handle.LEFT).box_at(QPointF(-97, 0))[0] == 0
    assert hold(Handle.LEFT).box_at(QPointF(-97, 0), snap=False)[0] == 3


def test_a_moved_box_snaps_without_changing_its_size() -> None:
    x1, y1, x2, y2 = hold(Handle.MOVE).box_at(QPointF(-97, 178))
    assert (x1, x2) == (0, 100)
    assert (y1, y2) == (280, 480)


@given(dx=st.floats(-900, 900), dy=st.floats(-900, 900), handle=st.sampled_from(list(Handle)))
def test_no_drag_turns_a_box_inside_out(dx: float, dy: float, handle: Handle) -> None:
    x1, y1, x2, y2 = hold(handle).box_at(QPointF(dx, dy))
    assert x2 - x1 >= 3 - 1e-9
    assert y2 - y1 >= 3 - 1e-9


def test_a_drawn_box_is_cut_at_the_frame_whatever_its_direction() -> None:
    box = drawn_box(QPointF(700, 500), QPointF(300, 100), image=IMAGE, reach=5)
    assert box == (300, 100, 640, 480)


def test_corners_win_over_edges_and_the_middle_is_no_handle() -> None:
    rect = QRectF(100, 100, 100, 200)
    assert handle_at(rect, QPointF(102, 101), reach=7) is Handle.TOP_LEFT
    assert handle_at(rect, QPointF(130, 101), reach=7) is Handle.TOP
    assert handle_at(rect, QPointF(150, 200), reach=7) is None
    assert handle_at(rect, QPointF(50, 50), reach=7) is None
    assert len(handle_points(rect)) == 8


def test_the_smaller_of_two_boxes_is_meant_first_and_a_label_means_its_own() -> None:
    rects = {BoxId(1): QRectF(0, 0, 100, 100), BoxId(2): QRectF(40, 40, 20, 20)}
    labels = {BoxId(1): QRectF(45, 45, 10, 10)}
    assert boxes_under(QPointF(41, 41), rects=rects, labels={}) == [2, 1]
    assert boxes_under(QPointF(50, 50), rects=rects, labels=labels) == [1]
    assert boxes_under(QPointF(500, 50), rects=rects, labels=labels) == []


def test_a_second_click_goes_one_deeper() -> None:
    both = [BoxId(2), BoxId(1)]
    assert next_choice(both, selected=None) == 2
    assert next_choice(both, selected=BoxId(2)) == 1
    assert next_choice(both, selected=BoxId(1)) == 2
    assert next_choice([], selected=BoxId(1)) is None


def overlap(rects: list[QRectF]) -> float:
    crossings = (a.intersected(b) for i, a in enumerate(rects) for b in rects[:i])
    return sum(r.width() * r.height() for r in crossings if not r.isEmpty())


def test_labels_of_boxes_in_one_place_do_not_lie_on_each_other() -> None:
    boxes = [QRectF(100 + i, 100 + i, 60, 150) for i in range(5)]
    labels = layout_labels(boxes, [QSizeF(24, 18)] * 5, view=QRectF(0, 0, 800, 600))
    assert overlap(labels) == 0


def test_a_label_at_the_top_of_the_view_stays_inside() -> None:
    view = QRectF(0, 0, 800, 600)
    (label,) = layout_labels([QRectF(-10, -4, 60, 150)], [QSizeF(24, 18)], view=view)
    assert view.contains(label)


def test_a_single_label_sits_on_its_box() -> None:
    (label,) = layout_labels(
        [QRectF(100, 100, 60, 150)], [QSizeF(24, 18)], view=QRectF(0, 0, 800, 600)
    )
    assert label.bottom() == 100


@pytest.mark.parametrize("scale", [0.3, 0.8, 1.0, 2.5, 12.0])
@pytest.mark.parametrize("device_ratio", [1.0, 2.0])
def test_a_frame_covers_its_place_at_any_scale(
    scale: float, device_ratio: float, qtbot: object
) -> None:
    picture = FramePicture(np.full((48, 64, 3), 200, np.uint8))
    transform = ViewTransform(scale, 5, 7)
    view = QRect(0, 0, 100, 80)
    part = picture.visible_part(transform, view=view, device_ratio=device_ratio)
    assert part is not None
    shown = transform.rect_to_widget(0, 0, 64, 48).intersected(QRectF(view))
    width = part.image.width() / device_ratio
    assert part.top_left.x() <= shown.left() + 1
    assert part.top_left.x() + width >= shown.right() - 1


def test_a_frame_out_of_view_is_not_scaled(qtbot: object) -> None:
    picture = FramePicture(np.zeros((48, 64, 3), np.uint8))
    view = QRect(0, 0, 100, 80)
    assert picture.visible_part(ViewTransform(1, 500, 0), view=view, device_ratio=1.0) is None


def test_colours_survive_the_way_to_qt(qtbot: object) -> None:
    image = image_from_bgr(np.full((2, 3, 3), (10, 20, 30), np.uint8))
    assert image.pixelColor(2, 1).getRgb()[:3] == (30, 20, 10)
