from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from view_records import make_track

from trackmend_app.timeline.header_painter import tracks_per_frame
from trackmend_app.timeline.lane_layout import LaneLayout
from trackmend_app.timeline.lane_picture import LEAST_HEIGHT, LaneScores, bars_image, lane_heights
from trackmend_app.timeline.ticks import clock, tick_step, ticks
from trackmend_app.timeline.time_axis import TimeAxis
from trackmend_app.tracks.presence import is_in_frame

AXIS = TimeAxis(frame_count=1000, left=60, width=500)


def test_the_whole_video_lies_between_the_ends() -> None:
    assert (AXIS.x_of(0), AXIS.x_of(1000)) == (60, 560)
    assert AXIS.index_at(60) == 0
    assert AXIS.index_at(559.9) == 999


@given(x=st.floats(60, 560), factor=st.floats(1, 60))
def test_zooming_in_keeps_the_frame_under_the_pointer(x: float, factor: float) -> None:
    assert AXIS.zoomed(factor=factor, about_x=x).position_at(x) == pytest.approx(
        AXIS.position_at(x), abs=1e-6
    )


@given(
    steps=st.lists(
        st.tuples(st.floats(0.01, 100), st.floats(60, 560), st.floats(-3000, 3000)), max_size=8
    )
)
def test_the_view_never_leaves_the_video(steps: list[tuple[float, float, float]]) -> None:
    axis = AXIS
    for factor, about_x, shift in steps:
        axis = axis.zoomed(factor=factor, about_x=about_x).moved(shift)
        assert axis.first >= 0
        assert axis.first + axis.shown_span <= 1000 + 1e-6
        assert axis.shown_span >= 12 - 1e-9


def test_a_frame_out_of_view_turns_the_page_and_one_in_view_does_not() -> None:
    zoomed = AXIS.zoomed(factor=10, about_x=60)
    assert zoomed.showing(50) == zoomed
    later = zoomed.showing(400)
    assert later.first < 400 < later.first + later.shown_span
    earlier = later.showing(100)
    assert earlier.first < 100 < earlier.first + earlier.shown_span


def test_a_video_of_no_frames_has_an_axis_all_the_same() -> None:
    empty = TimeAxis()
    assert empty.index_at(1e9) == 0
    assert list(ticks(empty)) == []
    assert empty.zoomed(factor=4, about_x=0).shown_span == 1


@given(width=st.floats(0.001, 50))
def test_ruler_steps_are_round_and_wide_enough(width: float) -> None:
    step = tick_step(frame_width=width, gap=90)
    assert step * width >= 90 or step == 1
    assert str(step).strip("0") in {"1", "2", "5"}


@given(factor=st.floats(1, 80), x=st.floats(60, 560))
def test_labels_on_the_ruler_are_round_numbers_with_room_between(factor: float, x: float) -> None:
    axis = AXIS.zoomed(factor=factor, about_x=x)
    labelled = [tick.frame_index for tick in ticks(axis) if tick.labelled]
    gaps = np.diff(labelled[1:]) * axis.frame_width
    assert (gaps >= 90).all()
    assert all((index + 1) % 5 == 0 or axis.frame_width > 15 for index in labelled if index)


@pytest.mark.parametrize(
    ("seconds", "digits", "expected"),
    [
        (0, 2, "0:00.00"),
        (3.68, 2, "0:03.68"),
        (59.999, 2, "1:00.00"),
        (3723.5, 1, "1:02:03.5"),
        (61, 0, "1:01"),
    ],
)
def test_times_are_written_as_people_write_them(seconds: float, digits: int, expected: str) -> None:
    assert clock(seconds, digits=digits) == expected


def test_only_lanes_in_view_are_painted() -> None:
    layout = LaneLayout(count=1000, top=60, height=200, scrolled=400)
    assert layout.visible_rows == range(20, 31)
    assert layout.row_at(61) == 20
    assert layout.row_at(59) is None
    assert LaneLayout(count=1, top=60, height=200).row_at(150) is None


@given(row=st.integers(0, 999), scrolled=st.floats(0, 19000))
def test_scrolling_to_a_lane_shows_all_of_it(row: int, scrolled: float) -> None:
    layout = LaneLayout(count=1000, top=0, height=200, scrolled=scrolled)
    target = layout.scroll_to_show(row)
    assert target <= row * layout.pitch
    assert (row + 1) * layout.pitch <= target + 200


def test_few_lanes_fit_without_scrolling() -> None:
    for count in range(1, 9):
        assert LaneLayout(count=count, top=0, height=200).overflow == 0


def test_tracks_are_counted_per_frame() -> None:
    tracks = [make_track(1, [(0, 2), (5, 6)]), make_track(2, [(2, 5)])]
    assert tracks_per_frame(tracks, 8).tolist() == [1, 1, 2, 1, 1, 2, 1, 0]
    assert tracks_per_frame([make_track(1, [(2, 99)])], 4).tolist() == [0, 0, 1, 1]


def test_a_track_is_in_the_frames_of_its_spans_only() -> None:
    track = make_track(1, [(3, 5), (9, 9), (20, 40)])
    here = [index for index in range(50) if is_in_frame(track, index)]
    assert here == [3, 4, 5, 9, *range(20, 41)]


def heights(
    spans: list[tuple[int, int]],
    *,
    axis: TimeAxis,
    columns: int,
    scores: LaneScores | None = None,
) -> np.ndarray:
    return lane_heights(spans, axis=axis, columns=columns, scores=scores, mean_score=0.5)


def test_bars_stand_where_the_track_has_boxes_and_gaps_are_empty() -> None:
    axis = TimeAxis(frame_count=10, left=0, width=100)
    shown = heights([(0, 1), (5, 9)], axis=axis, columns=100) > 0
    assert shown.tolist() == [True] * 20 + [False] * 30 + [True] * 50


def test_a_single_frame_of_a_long_video_is_still_seen() -> None:
    axis = TimeAxis(frame_count=100_000, left=0, width=100)
    assert (heights([(50_000, 50_000)], axis=axis, columns=100) > 0).sum() == 1


def test_the_height_of_a_bar_is_the_mean_confidence_of_its_frames() -> None:
    axis = TimeAxis(frame_count=8, left=0, width=4)
    scores = LaneScores(0, np.array([1, 1, 0, 1, np.nan, 0.5, 0, 0], np.float32))
    found = heights([(0, 7)], axis=axis, columns=4, scores=scores)
    expected = LEAST_HEIGHT + (1 - LEAST_HEIGHT) * np.array([1, 0.5, 0.5, 0])
    assert found == pytest.approx(expected)


def test_wide_frames_are_steps() -> None:
    axis = TimeAxis(frame_count=2, left=0, width=8)
    scores = LaneScores(0, np.array([1, 0], np.float32))
    found = heights([(0, 1)], axis=axis, columns=8, scores=scores)
    assert found == pytest.approx([1] * 4 + [LEAST_HEIGHT] * 4)


@given(first=st.integers(-50, 150), count=st.integers(0, 80), zoom=st.floats(1, 8))
def test_scores_may_lie_anywhere(first: int, count: int, zoom: float) -> None:
    axis = TimeAxis(frame_count=100, left=0, width=64).zoomed(factor=zoom, about_x=20)
    scores = LaneScores(first, np.full(count, 0.9, np.float32))
    found = heights([(0, 99)], axis=axis, columns=64, scores=scores)
    high, plain = (LEAST_HEIGHT + (1 - LEAST_HEIGHT) * score for score in (0.9, 0.5))
    assert np.isclose(found, high, atol=1e-6).sum() + np.isclose(found, plain).sum() == 64


def test_bars_have_their_colour_up_to_their_height() -> None:
    image = bars_image(np.array([0.0, 0.5, 1.0]), rows=10, colour=QColor("#56b4e9"))
    drawn = [[image.pixelColor(x, y).alpha() > 0 for y in range(10)] for x in range(3)]
    assert [sum(column) for column in drawn] == [0, 5, 10]
    assert image.pixelColor(2, 0).name() == "#56b4e9"
    assert drawn[1][9]


def test_pinned_lanes_stay_on_top_and_the_others_move_under_them() -> None:
    layout = LaneLayout(count=100, top=60, height=200, scrolled=400).holding(2)
    assert layout.fixed_rows == range(2) and layout.moving_rows == range(22, 31)
    assert [layout.y_of(row) for row in (0, 1)] == [60, 80]
    assert layout.y_of(22) == layout.moving_top == 100
    assert [layout.row_at(y) for y in (61, 81, 101)] == [0, 1, 22]
    assert layout.scroll_to_show(0) == 400
    assert replace(layout, scrolled=layout.scroll_to_show(5)).y_of(5) == layout.moving_top
    assert LaneLayout(count=100, top=60, height=200).holding(50).fixed == 5, "half the room"
