import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from view_records import Mouse, at, make_box, plain_image

from trackmend_app.canvas import CanvasMode, VideoCanvas
from trackmend_core.types import BoxId, TrackId

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_click_chooses_the_box_under_the_pointer(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(canvas.box_clicked) as clicked:
        mouse.click(at(canvas, 110, 280))
    assert clicked.args == [101, 11, False]


def test_ctrl_adds_and_the_smaller_box_is_meant(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(canvas.box_clicked) as clicked:
        mouse.click(at(canvas, 160, 180), keys=CTRL)
    assert clicked.args == [102, 12, True]


def test_a_click_on_the_selected_box_goes_one_deeper(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_selection({TrackId(12)}, BoxId(102))
    with qtbot.waitSignal(canvas.box_clicked) as clicked:
        mouse.click(at(canvas, 165, 175))
    assert clicked.args == [101, 11, False]


def test_a_click_on_a_label_chooses_its_box(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    label = next(p.label for p in canvas.placed_boxes if p.box.number == 1)
    with qtbot.waitSignal(canvas.box_clicked) as clicked:
        mouse.click(label.center())
    assert clicked.args[0] == 101


def test_a_click_beside_every_box_says_so(canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.empty_clicked):
        mouse.click(at(canvas, 500, 400))


def test_hidden_boxes_cannot_be_hit(canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot) -> None:
    canvas.set_visibility(False, True, False)
    with qtbot.waitSignal(canvas.empty_clicked), qtbot.assertNotEmitted(canvas.box_clicked):
        mouse.click(at(canvas, 160, 180))


def test_dragging_a_corner_of_the_selected_box_edits_it_once(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_selection({TrackId(11)}, BoxId(101))
    edits: list[tuple[object, ...]] = []
    canvas.box_edited.connect(lambda *args: edits.append(args))
    mouse.drag(at(canvas, 200, 300), at(canvas, 260, 340))
    assert len(edits) == 1
    assert edits[0][0] == 101
    assert edits[0][1:] == pytest.approx((100, 100, 260, 340))


def test_dragging_inside_moves_the_one_box_of_the_selected_track(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_selection({TrackId(11)})
    with qtbot.waitSignal(canvas.box_edited) as edited:
        mouse.drag(at(canvas, 120, 250), at(canvas, 150, 240))
    assert edited.args == pytest.approx([101, 130, 90, 230, 290])


def test_a_dragged_edge_snaps_to_the_frame_and_alt_does_not(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_selection({TrackId(11)}, BoxId(101))
    with qtbot.waitSignal(canvas.box_edited) as edited:
        mouse.drag(at(canvas, 100, 260), at(canvas, 3, 260))
    assert edited.args[1] == 0
    with qtbot.waitSignal(canvas.box_edited) as edited:
        mouse.drag(at(canvas, 100, 260), at(canvas, 3, 260), keys=Qt.KeyboardModifier.AltModifier)
    assert edited.args[1] == pytest.approx(3)


def test_esc_during_a_drag_leaves_the_box_where_it_was(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_selection({TrackId(11)}, BoxId(101))
    with qtbot.assertNotEmitted(canvas.box_edited):
        mouse.press(at(canvas, 200, 300))
        mouse.move(at(canvas, 300, 400))
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)
        mouse.release(at(canvas, 300, 400))


def test_esc_is_taken_from_shortcuts_only_while_there_is_something_to_call_off(
    canvas: VideoCanvas, mouse: Mouse
) -> None:
    def is_taken() -> bool:
        event = QKeyEvent(
            QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier
        )
        event.ignore()
        QApplication.sendEvent(canvas, event)
        return event.isAccepted()

    assert not is_taken()
    canvas.set_selection({TrackId(11)}, BoxId(101))
    mouse.press(at(canvas, 200, 300))
    mouse.move(at(canvas, 300, 400))
    assert is_taken()


def test_an_unselected_box_cannot_be_dragged_by_accident(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    before = canvas.transform
    with qtbot.assertNotEmitted(canvas.box_edited), qtbot.assertNotEmitted(canvas.box_clicked):
        mouse.drag(at(canvas, 160, 180), at(canvas, 200, 200))
    assert canvas.transform != before


def test_dragging_empty_space_moves_the_picture(canvas: VideoCanvas, mouse: Mouse) -> None:
    before = canvas.to_widget(0, 0)
    mouse.drag(QPointF(600, 400), QPointF(630, 420))
    assert (canvas.to_widget(0, 0) - before) == QPointF(30, 20)
    assert not canvas.is_fitted


@pytest.mark.parametrize("how", ["middle", "pan mode", "space"])
def test_the_picture_can_be_moved_over_a_box(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot, how: str
) -> None:
    canvas.set_selection({TrackId(11)}, BoxId(101))
    button = Qt.MouseButton.MiddleButton if how == "middle" else Qt.MouseButton.LeftButton
    if how == "pan mode":
        canvas.set_mode(CanvasMode.PAN)
    if how == "space":
        qtbot.keyPress(canvas, Qt.Key.Key_Space)
    before = canvas.to_widget(0, 0)
    with qtbot.assertNotEmitted(canvas.box_edited):
        mouse.drag(QPointF(200, 300), QPointF(210, 320), button=button)
    assert (canvas.to_widget(0, 0) - before) == QPointF(10, 20)


def test_the_wheel_zooms_to_the_pointer(canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot) -> None:
    pointer = QPointF(300, 200)
    before = canvas.to_image(pointer)
    with qtbot.waitSignal(canvas.zoom_changed) as zoomed:
        mouse.wheel(pointer, notches=2)
    assert zoomed.args[0] > 1.25
    assert (canvas.to_image(pointer) - before).manhattanLength() < 1e-6


def test_shift_and_wheel_move_sideways(canvas: VideoCanvas, mouse: Mouse) -> None:
    scale, left = canvas.zoom, canvas.to_widget(0, 0).x()
    mouse.wheel(QPointF(300, 200), keys=Qt.KeyboardModifier.ShiftModifier)
    assert canvas.zoom == scale
    assert canvas.to_widget(0, 0).x() > left


def test_a_fitted_canvas_stays_fitted_and_a_zoomed_one_keeps_its_middle(
    canvas: VideoCanvas, mouse: Mouse
) -> None:
    canvas.resize(400, 300)
    assert canvas.zoom == pytest.approx(300 / 480)
    canvas.set_zoom(3.0)
    before = canvas.to_image(QPointF(200, 150))
    canvas.resize(600, 500)
    assert (canvas.to_image(QPointF(300, 250)) - before).manhattanLength() < 1e-6
    canvas.fit()
    assert canvas.is_fitted


def test_the_zoom_survives_the_next_frame_but_not_another_video(canvas: VideoCanvas) -> None:
    canvas.set_zoom(3.0)
    canvas.set_frame(plain_image(), 5)
    assert canvas.zoom == 3.0
    canvas.set_frame(plain_image(320, 240), 0)
    assert canvas.is_fitted


def test_a_double_click_centres_the_box_and_offers_to_follow_it(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(canvas.follow_requested) as followed:
        mouse.send(QMouseEvent.Type.MouseButtonDblClick, at(canvas, 110, 280))
    assert followed.args == [11]
    assert (canvas.to_widget(150, 200) - QPointF(400, 300)).manhattanLength() < 1e-6


def test_drawing_a_box_tells_it_in_pixels_of_the_frame(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_mode(CanvasMode.DRAW_BOX)
    with qtbot.waitSignal(canvas.box_drawn) as drawn:
        mouse.drag(at(canvas, 400, 300), at(canvas, 300, 200))
    assert drawn.args == pytest.approx([300, 200, 400, 300])


def test_a_click_in_draw_mode_draws_nothing(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_mode(CanvasMode.DRAW_BOX)
    with qtbot.assertNotEmitted(canvas.box_drawn), qtbot.assertNotEmitted(canvas.box_clicked):
        mouse.click(at(canvas, 160, 180))


def test_esc_first_drops_the_box_and_then_leaves_draw_mode(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_mode(CanvasMode.DRAW_BOX)
    mouse.press(at(canvas, 300, 200))
    mouse.move(at(canvas, 400, 300))
    with qtbot.assertNotEmitted(canvas.draw_cancelled):
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    with qtbot.waitSignal(canvas.draw_cancelled):
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)


def test_hovering_tells_the_point_of_the_frame(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(canvas.point_hovered) as hovered:
        mouse.move(at(canvas, 33, 44), button=Qt.MouseButton.NoButton)
    assert hovered.args == pytest.approx([33, 44])
    with qtbot.assertNotEmitted(canvas.point_hovered):
        mouse.move(at(canvas, -33, 44), button=Qt.MouseButton.NoButton)


def test_the_context_menu_is_asked_for_at_the_box(canvas: VideoCanvas, qtbot: QtBot) -> None:
    for point, expected in ((at(canvas, 110, 280), 101), (at(canvas, 500, 400), -1)):
        position = point.toPoint()
        with qtbot.waitSignal(canvas.context_menu_requested) as asked:
            event = QContextMenuEvent(
                QContextMenuEvent.Reason.Mouse, position, canvas.mapToGlobal(position)
            )
            QApplication.sendEvent(canvas, event)
        assert asked.args[0] == expected


def test_the_menu_key_asks_for_the_menu_of_the_selected_box(
    canvas: VideoCanvas, qtbot: QtBot
) -> None:
    canvas.set_selection({TrackId(11)}, BoxId(101))
    with qtbot.waitSignal(canvas.context_menu_requested) as asked:
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
        QApplication.sendEvent(canvas, event)
    assert asked.args[0] == 101
    assert canvas.mapFromGlobal(asked.args[1]) == at(canvas, 150, 200).toPoint()


def test_without_a_video_nothing_can_be_hit_or_moved(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_frame(None, 0)
    canvas.set_mode(CanvasMode.DRAW_BOX)
    with qtbot.assertNotEmitted(canvas.box_drawn):
        mouse.drag(QPointF(100, 100), QPointF(200, 200))
    mouse.wheel(QPointF(100, 100))
    assert canvas.zoom == 1.0
    assert not canvas.grab().isNull()


def test_the_canvas_is_named_for_screen_readers(canvas: VideoCanvas) -> None:
    assert canvas.accessibleName() == "Video"
    assert canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_a_lasso_chooses_the_boxes_whose_middle_is_inside(
    canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot
) -> None:
    canvas.set_boxes(
        [
            make_box(1, (100, 100, 200, 300)),
            make_box(2, (300, 100, 400, 300)),
            make_box(3, (500, 100, 600, 300)),
        ]
    )
    alt = Qt.KeyboardModifier.AltModifier
    corners = [at(canvas, x, y) for x, y in ((120, 90), (420, 90), (420, 310), (120, 310))]
    plain = canvas.grab().toImage()
    mouse.press(corners[0], keys=alt)
    for corner in corners[1:]:
        mouse.move(corner, keys=alt)
    assert canvas.grab().toImage() != plain
    with qtbot.waitSignal(canvas.lassoed) as chosen:
        mouse.release(corners[-1], keys=alt)
    assert chosen.args == [[12, 11], False]
    assert canvas.grab().toImage() == plain


def test_esc_calls_a_lasso_off(canvas: VideoCanvas, mouse: Mouse, qtbot: QtBot) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    mouse.press(at(canvas, 50, 50), keys=alt)
    mouse.move(at(canvas, 400, 400), keys=alt)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    with qtbot.assertNotEmitted(canvas.lassoed):
        mouse.release(at(canvas, 50, 400), keys=alt)
