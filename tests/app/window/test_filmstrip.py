"""Pictures of a track and of two side by side, in the real window and from boxes alone."""

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import Qt
from view_records import make_box
from window_stage import Stage

from trackmend_app.filmstrip import FilmPanel
from trackmend_app.filmstrip.film_picks import (
    PICTURES,
    Choice,
    chosen_boxes,
    likeness_to_mean,
    paired,
)
from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxId

HERE = 20


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    stage.open_video()
    stage.run_model()
    stage.go_to(HERE)
    stage.trigger("reset_layout")  # it is remembered from window to window
    return stage


def boxes(frames: range, number: int = 1) -> list[BoxRecord]:
    made = [make_box(number, (0, 0, 10, 20), frame_index=frame) for frame in frames]
    return [
        BoxRecord(
            **{
                **{f: getattr(box, f) for f in box.__slots__},
                "box_id": BoxId(1000 * number + box.frame_index),
            }
        )
        for box in made
    ]


def test_pictures_are_spread_from_the_first_box_to_the_last() -> None:
    picked = chosen_boxes(boxes(range(100)), Choice.EVEN, {})
    assert len(picked) == PICTURES
    assert (picked[0].frame_index, picked[-1].frame_index) == (0, 99)
    assert len(chosen_boxes(boxes(range(3)), Choice.EVEN, {})) == 3
    assert chosen_boxes([], Choice.EVEN, {}) == []


def test_the_best_and_the_worst_come_first() -> None:
    known = boxes(range(30))
    likeness = {box.box_id: float(np.cos(box.frame_index / 10)) for box in known[:-1]}
    assert chosen_boxes(known, Choice.BEST, likeness)[0].frame_index == 0
    assert chosen_boxes(known, Choice.WORST, likeness)[0].frame_index == 28


def test_likeness_is_low_for_the_odd_one_out() -> None:
    vectors = np.tile(np.array([1.0, 0.0], np.float32), (9, 1))
    vectors[4] = (0.0, 1.0)
    assert int(likeness_to_mean(vectors).argmin()) == 4


def test_two_tracks_stand_side_by_side_where_both_are_seen() -> None:
    pairs = paired(boxes(range(0, 60)), boxes(range(50, 111), 2))
    assert len(pairs) == PICTURES
    assert pairs[0].a is not None and pairs[0].b is None
    assert pairs[-1].a is None and pairs[-1].b is not None
    both = [pair for pair in pairs if pair.a and pair.b]
    assert {pair.frame_index for pair in both} == {50, 60}


def test_the_filmstrip_follows_the_selection_and_a_click_goes_to_the_frame(
    tracked: Stage,
) -> None:
    tracked.trigger("panel_film")
    panel = tracked.window.film_panel
    assert panel.cells == []
    number = tracked.numbers_here()[0]
    tracked.click_box(number)
    tracked.wait(lambda: len(panel.cells) == PICTURES)
    assert {cell.box.number for cell in panel.cells} == {number}
    tracked.wait(lambda: all(cell.has_crop for cell in panel.cells))
    first = panel.cells[0].box
    plain = panel.cells[0].toolTip()
    tracked.qtbot.mouseClick(panel.cells[0], Qt.MouseButton.LeftButton)
    assert tracked.session.frame_index == first.frame_index
    panel.choice_box.setCurrentIndex(2)
    tracked.wait(lambda: panel.cells[0].toolTip() != plain)
    assert panel.choice is Choice.WORST
    assert all("· " in cell.toolTip() for cell in panel.cells), "how alike is written below"
    tracked.session.select_tracks(())
    tracked.wait(lambda: panel.cells == [])


def test_a_compares_two_tracks_over_time(tracked: Stage) -> None:
    a, b = tracked.numbers_here()[:2]
    tracked.click_box(a)
    assert not tracked.window.action_set["compare"].isEnabled()
    tracked.click_box(b, additive=True)
    tracked.press(Qt.Key.Key_A)
    panel = tracked.window.film_panel
    assert panel.isVisible()
    tracked.wait(lambda: {cell.box.number for cell in panel.cells} == {a, b})
    tracked.wait(lambda: all(cell.has_crop for cell in panel.cells))


def test_a_strip_fills_its_width_and_two_tracks_stand_at_the_sides(tracked: Stage) -> None:
    tracked.trigger("panel_film")
    panel = tracked.window.film_panel
    a, b = tracked.numbers_here()[:2]
    tracked.click_box(a)
    tracked.wait(lambda: len(panel.cells) == PICTURES)

    def in_first_row() -> int:
        return sum(cell.y() == panel.cells[0].y() for cell in panel.cells)

    dock = tracked.window.panels["film"]
    tracked.window.resize(1600, 900)
    for width, expected in ((330, 4), (640, 8), (330, 4)):
        tracked.window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
        tracked.wait(lambda expected=expected: in_first_row() == expected)
    tracked.click_box(b, additive=True)
    tracked.wait(lambda: {cell.box.number for cell in panel.cells} == {a, b})
    both = [cell for cell in panel.cells if cell.y() == panel.cells[-1].y()]
    page = both[0].parentWidget()
    tracked.wait(lambda: page.width() > 200 and both[0].x() == 0)
    tracked.rest(20)  # the layout follows
    assert both[-1].geometry().right() == page.width() - 1


def is_in_view(panel: FilmPanel, frame_index: int) -> bool:
    """Tell whether the picture nearest to a frame is seen."""
    near = min(panel.cells, key=lambda cell: abs(cell.box.frame_index - frame_index))
    return not near.visibleRegion().isEmpty()


def test_two_tracks_are_compared_from_where_the_person_stands(tracked: Stage) -> None:
    tracked.window.resize(1280, 720)
    panel = tracked.window.film_panel
    numbers = tracked.numbers_here()[:2]
    for frame_index in (tracked.session.video.frame_count - 1, 0):
        tracked.session.select_tracks(())
        tracked.wait(lambda: panel.cells == [] or not panel.isVisible())
        ids = {track.number: track.track_id for track in tracked.session.tracks()}
        tracked.session.go_to(frame_index)
        tracked.session.select_tracks([ids[number] for number in numbers])
        tracked.press(Qt.Key.Key_A)
        tracked.wait(lambda: len({cell.box.number for cell in panel.cells}) == 2)
        tracked.wait(partial(is_in_view, panel, frame_index))
