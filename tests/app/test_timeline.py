from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from view_records import Mouse, make_track

from trackmend_app.theme import DARK, LIGHT, apply_theme
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.timeline import LaneDetails, LaneScores, TimelineView
from trackmend_app.timeline.identity_codes import IdentityCodes
from trackmend_app.timeline.no_lanes import why_no_lanes
from trackmend_core.types import TrackId

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def timeline(qtbot: QtBot, qapp: QApplication) -> TimelineView:
    apply_theme(qapp, DARK)
    view = TimelineView()
    qtbot.addWidget(view)
    view.resize(900, 320)
    view.show()
    view.set_video(200, 25.0)
    view.set_tracks(
        [
            make_track(1, [(0, 99), (120, 199)]),
            make_track(2, [(50, 199)], label="red coat"),
            make_track(3, [(0, 30)]),
        ]
    )
    return view


@pytest.fixture
def mouse(timeline: TimelineView) -> Mouse:
    return Mouse(timeline.viewport())


def place(timeline: TimelineView, *, frame: int, row: int) -> QPointF:
    layout = timeline.lane_layout
    return QPointF(timeline.axis.x_of(frame + 0.5), layout.y_of(row) + layout.pitch / 2)


def ruler(timeline: TimelineView, frame: int) -> QPointF:
    return QPointF(timeline.axis.x_of(frame + 0.5), timeline.regions.ruler.center().y())


def test_a_click_on_a_lane_seeks_and_chooses_the_track(
    timeline: TimelineView, mouse: Mouse
) -> None:
    said: list[tuple[object, ...]] = []
    timeline.frame_requested.connect(lambda *args: said.append(args))
    timeline.track_clicked.connect(lambda *args: said.append(args))
    mouse.click(place(timeline, frame=70, row=1))
    assert said == [(70,), (12, False)]


def test_a_click_on_an_id_chooses_without_seeking(
    timeline: TimelineView, mouse: Mouse, qtbot: QtBot
) -> None:
    point = QPointF(20, place(timeline, frame=0, row=2).y())
    with (
        qtbot.assertNotEmitted(timeline.frame_requested),
        qtbot.waitSignal(timeline.track_clicked) as clicked,
    ):
        mouse.click(point, keys=CTRL)
    assert clicked.args == [13, True]


def test_a_click_below_the_lanes_only_seeks(
    timeline: TimelineView, mouse: Mouse, qtbot: QtBot
) -> None:
    with (
        qtbot.assertNotEmitted(timeline.track_clicked),
        qtbot.waitSignal(timeline.frame_requested),
    ):
        mouse.click(QPointF(400, 310))


def test_dragging_on_the_ruler_scrubs(timeline: TimelineView, mouse: Mouse) -> None:
    asked: list[int] = []
    timeline.frame_requested.connect(asked.append)
    timeline.frame_requested.connect(timeline.set_current_frame)
    mouse.drag(ruler(timeline, 10), ruler(timeline, 110))
    assert asked == [10, 40, 80, 110]


def test_the_overview_always_spans_the_whole_video(
    timeline: TimelineView, mouse: Mouse, qtbot: QtBot
) -> None:
    timeline.show_axis(timeline.axis.zoomed(factor=8, about_x=timeline.axis.left))
    overview = timeline.regions.overview
    with qtbot.waitSignal(timeline.frame_requested) as asked:
        mouse.click(QPointF(overview.left() + 0.75 * overview.width() + 1, overview.center().y()))
    assert asked.args == [150]


def test_the_wheel_zooms_time_at_the_pointer(timeline: TimelineView, mouse: Mouse) -> None:
    point = place(timeline, frame=60, row=1)
    mouse.wheel(point, notches=3)
    assert timeline.axis.shown_span < 110
    assert timeline.axis.index_at(point.x()) == 60
    mouse.wheel(point, notches=-40)
    assert timeline.axis.is_fitted


def test_dragging_a_zoomed_timeline_moves_it_and_seeks_nothing(
    timeline: TimelineView, mouse: Mouse, qtbot: QtBot
) -> None:
    timeline.show_axis(timeline.axis.zoomed(factor=4, about_x=450))
    first = timeline.axis.first
    with (
        qtbot.assertNotEmitted(timeline.frame_requested),
        qtbot.assertNotEmitted(timeline.track_clicked),
    ):
        mouse.drag(QPointF(500, 200), QPointF(400, 200))
    assert timeline.axis.first == pytest.approx(first + 100 / timeline.axis.frame_width)


def test_shift_and_dragging_choose_a_range(
    timeline: TimelineView, mouse: Mouse, qtbot: QtBot
) -> None:
    start, end = place(timeline, frame=80, row=0), place(timeline, frame=20, row=2)
    with qtbot.waitSignal(timeline.range_selected) as chosen:
        mouse.drag(start, end, keys=SHIFT)
    assert chosen.args == [20, 80]
    assert timeline.frame_range == (20, 80)
    timeline.set_range(None)
    assert timeline.frame_range is None


def test_esc_calls_a_range_off(timeline: TimelineView, mouse: Mouse, qtbot: QtBot) -> None:
    timeline.set_range((1, 5))
    with qtbot.assertNotEmitted(timeline.range_selected):
        mouse.press(place(timeline, frame=20, row=0), keys=SHIFT)
        mouse.move(place(timeline, frame=90, row=0), keys=SHIFT)
        qtbot.keyClick(timeline, Qt.Key.Key_Escape)
        mouse.release(place(timeline, frame=90, row=0), keys=SHIFT)
    assert timeline.frame_range == (1, 5)


def test_a_double_click_on_the_ruler_shows_the_whole_video(
    timeline: TimelineView, mouse: Mouse
) -> None:
    timeline.zoom_in()
    assert not timeline.axis.is_fitted
    mouse.send(QEvent.Type.MouseButtonDblClick, ruler(timeline, 60))
    assert timeline.axis.is_fitted


def test_the_page_turns_when_the_playhead_leaves_the_view(timeline: TimelineView) -> None:
    timeline.show_axis(timeline.axis.zoomed(factor=10, about_x=timeline.axis.left))
    timeline.set_current_frame(150)
    x = timeline.axis.x_of(150.5)
    assert timeline.axis.left < x < timeline.axis.right


def test_zooming_by_key_keeps_the_playhead_where_it_is(
    timeline: TimelineView, qtbot: QtBot
) -> None:
    timeline.set_current_frame(60)
    before = timeline.axis.x_of(60.5)
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    assert timeline.axis.x_of(60.5) == pytest.approx(before)
    assert not timeline.axis.is_fitted
    qtbot.keyClick(timeline, Qt.Key.Key_Minus)
    assert timeline.axis.is_fitted


def test_arrow_keys_choose_the_lane_above_and_below(timeline: TimelineView, qtbot: QtBot) -> None:
    timeline.set_selection({TrackId(12)})
    for key, expected in ((Qt.Key.Key_Up, 11), (Qt.Key.Key_Down, 13)):
        with qtbot.waitSignal(timeline.track_clicked) as clicked:
            qtbot.keyClick(timeline, key)
        assert clicked.args == [expected, False]


def test_the_selected_lane_is_scrolled_into_view(timeline: TimelineView) -> None:
    timeline.set_tracks([make_track(number) for number in range(1, 1001)])
    timeline.set_selection({TrackId(10 + 700)})
    assert 699 in timeline.lane_layout.visible_rows
    position = timeline.verticalScrollBar().value()
    timeline.set_selection({TrackId(10 + 699)})
    assert timeline.verticalScrollBar().value() == position


def test_the_wheel_over_the_ids_scrolls_lanes(timeline: TimelineView, mouse: Mouse) -> None:
    timeline.set_tracks([make_track(number) for number in range(1, 1001)])
    mouse.wheel(QPointF(20, 200), notches=-2)
    assert timeline.verticalScrollBar().value() > 0
    assert timeline.axis.is_fitted


def test_the_lanes_in_view_are_announced_when_they_change(
    timeline: TimelineView, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(timeline.lanes_shown) as shown:
        timeline.set_tracks([make_track(number) for number in range(1, 101)])
        timeline.grab()
    assert shown.args[0][:3] == [11, 12, 13]
    assert len(shown.args[0]) < 20
    with qtbot.assertNotEmitted(timeline.lanes_shown):
        timeline.set_current_frame(8)
        timeline.grab()


def test_few_lanes_need_no_scroll_bar(timeline: TimelineView) -> None:
    assert timeline.verticalScrollBar().maximum() == 0


def colours_of(timeline: TimelineView, point: QPointF) -> str:
    return timeline.viewport().grab().toImage().pixelColor(point.toPoint()).name()


def test_lanes_have_the_colour_of_their_track_and_gaps_do_not(timeline: TimelineView) -> None:
    timeline.set_selection({TrackId(11)})
    colour = panel_colour_name(1, theme=DARK)
    inside = place(timeline, frame=50, row=0)
    assert colours_of(timeline, inside + QPointF(0, 6)) == colour
    assert colours_of(timeline, place(timeline, frame=110, row=0)) == DARK.selection


def test_edits_are_marked_on_their_lane(timeline: TimelineView) -> None:
    point = place(timeline, frame=100, row=2)
    before = colours_of(timeline, QPointF(point.x(), timeline.lane_layout.y_of(2) + 6))
    timeline.set_edit_marks([(TrackId(13), 100)])
    after = colours_of(timeline, QPointF(point.x(), timeline.lane_layout.y_of(2) + 6))
    assert before == DARK.lane
    assert after == DARK.text


def test_the_playhead_stands_in_the_middle_of_its_frame(timeline: TimelineView) -> None:
    timeline.set_current_frame(100)
    point = QPointF(timeline.axis.x_of(100.5), 315)
    assert colours_of(timeline, point) != DARK.panel


def details(
    scores: np.ndarray,
    *,
    codes: IdentityCodes | None = None,
    keyframes: tuple[int, ...] = (),
    occluded: tuple[tuple[int, int], ...] = (),
) -> LaneDetails:
    return LaneDetails(
        scores=LaneScores(0, scores.astype(np.float32)),
        keyframes=np.array(keyframes, np.int64),
        occluded=occluded,
        codes=codes,
    )


def test_a_barcode_changes_its_colour_where_the_track_goes_over_to_another(
    timeline: TimelineView,
) -> None:
    timeline.set_selection({TrackId(11)})
    codes = IdentityCodes(
        np.array([10, 30, 60, 90]), np.array([1, 1, 2, 2]), np.array([1.0, 1.0, 1.0, 0.1])
    )
    timeline.set_lane_details({TrackId(11): details(np.full(100, 0.9), codes=codes)})
    low = QPointF(0, 6)
    assert colours_of(timeline, place(timeline, frame=20, row=0) + low) == panel_colour_name(
        1, theme=DARK
    )
    assert colours_of(timeline, place(timeline, frame=60, row=0) + low) == panel_colour_name(
        2, theme=DARK
    )
    top = QPointF(0, -8)
    assert colours_of(timeline, place(timeline, frame=60, row=0) + top) != DARK.selection
    assert colours_of(timeline, place(timeline, frame=95, row=0) + top) == DARK.selection
    timeline.set_barcode(False)
    assert colours_of(timeline, place(timeline, frame=60, row=0) + low) == panel_colour_name(
        1, theme=DARK
    )


def test_keyframes_and_occlusion_are_seen_on_their_lane(timeline: TimelineView) -> None:
    def lane() -> object:
        layout = timeline.lane_layout
        area = QRect(0, round(layout.y_of(0)), timeline.viewport().width(), round(layout.pitch))
        return timeline.viewport().grab(area).toImage()

    timeline.set_lane_details({TrackId(11): details(np.full(100, 0.9))})
    plain = lane()
    timeline.set_lane_details({TrackId(11): details(np.full(100, 0.9), keyframes=(40,))})
    keyed = lane()
    timeline.set_lane_details({TrackId(11): details(np.full(100, 0.9), occluded=((30, 60),))})
    assert plain != keyed and plain != lane()


def test_a_confident_stretch_is_higher_than_an_unsure_one(timeline: TimelineView) -> None:
    scores = np.concatenate([np.full(50, 0.1), np.full(50, 1.0)]).astype(np.float32)
    timeline.set_lane_details({TrackId(11): details(scores)})
    shot = timeline.viewport().grab().toImage()

    def coloured(frame: int) -> int:
        layout = timeline.lane_layout
        x = round(timeline.axis.x_of(frame))
        ys = range(round(layout.y_of(0)), round(layout.y_of(0) + layout.pitch - 3))
        return sum(shot.pixelColor(x, y).name() != DARK.lane for y in ys)

    assert coloured(75) > coloured(25) + 5


def test_the_tooltip_names_track_label_frame_and_time(timeline: TimelineView) -> None:
    assert (
        timeline.describe(place(timeline, frame=20, row=1))
        == "Track 2 · red coat · frame 21 · 0:00.80 · no box here"
    )
    assert timeline.describe(place(timeline, frame=60, row=0)) == "Track 1 · frame 61 · 0:02.40"
    assert timeline.describe(QPointF(5, 5)) == ""


def test_the_focus_is_seen_when_a_key_brought_it(timeline: TimelineView, qtbot: QtBot) -> None:
    with qtbot.waitActive(timeline):
        timeline.activateWindow()
    timeline.clearFocus()
    timeline.setFocus(Qt.FocusReason.MouseFocusReason)
    assert colours_of(timeline, QPointF(1, 150)) == DARK.panel
    timeline.clearFocus()
    timeline.setFocus(Qt.FocusReason.TabFocusReason)
    assert colours_of(timeline, QPointF(1, 150)) == DARK.focus


def test_the_timeline_follows_a_change_of_theme(timeline: TimelineView, qapp: QApplication) -> None:
    corner = QPointF(2, 2)
    assert colours_of(timeline, corner) == DARK.panel
    apply_theme(qapp, LIGHT)
    assert colours_of(timeline, corner) == LIGHT.panel


def test_an_empty_timeline_says_what_to_do_and_takes_no_harm(
    timeline: TimelineView, mouse: Mouse, qtbot: QtBot, tmp_path: Path
) -> None:
    timeline.set_video(0, 0.0)
    timeline.set_tracks([])
    with qtbot.assertNotEmitted(timeline.frame_requested):
        mouse.click(QPointF(300, 200))
        mouse.drag(QPointF(300, 200), QPointF(350, 200), keys=SHIFT)
    mouse.wheel(QPointF(300, 200))
    qtbot.keyClick(timeline, Qt.Key.Key_Up)
    assert timeline.grab().save(str(tmp_path / "empty.png"))
    assert timeline.accessibleName() == "Timeline"


def test_a_thousand_lanes_paint_no_more_than_is_seen(
    timeline: TimelineView, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trackmend_app.timeline import timeline_painter

    drawn: list[int] = []
    draw = timeline_painter.draw_lane_spans

    def count(painter: object, lane: object, track: object, **options: object) -> None:
        drawn.append(1)
        draw(painter, lane, track, **options)

    monkeypatch.setattr(timeline_painter, "draw_lane_spans", count)
    timeline.set_tracks([make_track(number) for number in range(1, 1001)])
    timeline.grab(timeline.rect())
    assert 5 < len(drawn) < 60
    lanes = len(drawn)
    timeline.set_current_frame(77)
    timeline.grab(timeline.rect())
    assert len(drawn) == lanes


def test_an_empty_timeline_says_what_the_reason_is() -> None:
    assert "Run the model" in why_no_lanes(is_any=False, awaits_run=False)
    assert "is running" in why_no_lanes(is_any=False, awaits_run=True)
    assert "filter" in why_no_lanes(is_any=True, awaits_run=False)
