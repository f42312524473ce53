from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QComboBox, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot
from view_records import plain_image

from trackmend_app.similarity.colour_map import SimilarityRange, colour_table, overlay_image
from trackmend_app.similarity.map_tile import offset_text
from trackmend_app.similarity.moment_cell import MomentCell
from trackmend_app.similarity.panel import SimilarityPanel
from trackmend_app.theme import DARK, apply_theme
from trackmend_core.review.where_else import Moment
from trackmend_core.similarity import SamplerName
from trackmend_core.types import DetectionId, TrackId


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> SimilarityPanel:
    apply_theme(qapp, DARK)
    widget = SimilarityPanel()
    qtbot.addWidget(widget)
    widget.resize(330, 480)
    widget.show()
    return widget


def bump(height: float = 0.9) -> np.ndarray:
    similarity = np.full((480, 640), 0.1, np.float32)
    similarity[200:280, 280:360] = height
    return similarity


def test_the_colour_map_grows_brighter_all_the_way() -> None:
    luminance = colour_table().astype(float) @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(luminance) > -0.5).all()
    assert luminance[0] < 10
    assert luminance[-1] > 230


def test_the_range_goes_from_the_ordinary_to_the_best() -> None:
    found = SimilarityRange.of(bump())
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.9)


def test_a_flat_or_unknown_map_has_a_range_all_the_same() -> None:
    flat = SimilarityRange.of(np.full((4, 4), 0.3, np.float32))
    assert flat.high > flat.low
    assert SimilarityRange.of(np.full((4, 4), np.nan, np.float32)) == SimilarityRange(0.0, 1.0)


def test_an_overlay_is_clear_where_nothing_is_alike_and_solid_at_the_best() -> None:
    similarity = bump()
    similarity[0, 0] = np.nan
    image = overlay_image(similarity, shown=SimilarityRange(0.1, 0.9))
    assert image.pixelColor(10, 10).alpha() == 0
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(320, 240).alpha() > 220


def test_a_large_map_is_not_coloured_at_full_size() -> None:
    image = overlay_image(np.zeros((2160, 3840), np.float32), shown=SimilarityRange(0, 1))
    assert image.width() == 720
    assert image.height() == 405


def test_offsets_are_written_with_real_signs() -> None:
    assert [offset_text(offset) for offset in (-8, 0, 12)] == ["t − 8", "t", "t + 12"]


def test_maps_go_to_the_tiles_of_their_frames(panel: SimilarityPanel) -> None:
    panel.set_query(6)
    panel.set_current_frame(30, 100)
    assert [tile.frame_index for tile in panel.tiles] == [10, 22, 30, 42]
    panel.add_map(22, plain_image(), bump())
    panel.add_map(99, plain_image(), bump())
    assert [tile.similarity is not None for tile in panel.tiles] == [False, True, False, False]


def test_frames_outside_the_video_have_no_map(panel: SimilarityPanel) -> None:
    panel.set_current_frame(5, 10)
    assert [tile.frame_index for tile in panel.tiles] == [None, None, 5, None]
    assert not panel.tiles[0].isEnabled()


def test_a_tile_without_a_map_has_the_place_of_one(panel: SimilarityPanel) -> None:
    panel.set_query(6)
    panel.set_current_frame(5, 12)
    panel.add_map(5, plain_image(), bump())
    places = {(area.width(), area.height()) for area in (t.picture_area for t in panel.tiles)}
    assert len(places) <= 2, "but for a pixel of rounding"
    for width, height in places:
        assert width / height == pytest.approx(640 / 480, abs=0.02)


def test_in_a_low_tile_nothing_is_written_through_what_it_stands_for(
    panel: SimilarityPanel, qtbot: QtBot
) -> None:
    panel.set_query(6)
    panel.set_current_frame(30, 100)
    tile = panel.tiles[0]
    tile.setParent(None)  # type: ignore[call-overload]
    qtbot.addWidget(tile)
    tile.resize(104, 48)

    def label() -> QImage:
        return tile.grab(QRect(6, 6, 60, 17)).toImage()

    tile.say(" ")
    plain = label()
    tile.say("loading the network and reading the frame")
    assert label() == plain


def test_an_old_map_does_not_pass_for_that_of_the_new_frame(panel: SimilarityPanel) -> None:
    panel.set_current_frame(30, 100)
    panel.add_map(30, plain_image(), bump())
    panel.set_current_frame(31, 100)
    assert panel.tiles[2].similarity is None
    panel.add_map(31, plain_image(), bump())
    assert panel.tiles[2].similarity is not None


def test_a_click_on_a_map_goes_to_its_frame(panel: SimilarityPanel, qtbot: QtBot) -> None:
    panel.set_current_frame(30, 100)
    with qtbot.waitSignal(panel.frame_requested) as asked:
        qtbot.mouseClick(panel.tiles[3], Qt.MouseButton.LeftButton)
    assert asked.args == [42]


def test_all_maps_share_one_scale(panel: SimilarityPanel) -> None:
    panel.set_current_frame(30, 100)
    panel.add_map(30, plain_image(), bump(0.9))
    panel.add_map(22, plain_image(), bump(0.5))

    def brightness(place: int) -> int:
        shot = panel.tiles[place].grab().toImage()
        return shot.pixelColor(shot.width() // 2, shot.height() // 2).red()

    assert brightness(2) > 200
    assert brightness(1) < brightness(2) - 15


def moment(number: int, frame_index: int, cosine: float) -> Moment:
    return Moment(
        detection_id=DetectionId(frame_index),
        frame_index=frame_index,
        box_xyxy=(10.0, 10.0, 40.0, 90.0),
        cosine=cosine,
        track_id=TrackId(40 + number),
        number=number,
    )


def test_a_moment_elsewhere_can_be_chosen(panel: SimilarityPanel, qtbot: QtBot) -> None:
    panel.set_query(6)
    panel.moments_button.click()
    moments = [moment(n, 10 * n, 0.9 - 0.1 * n) for n in range(1, 9)]
    panel.moments.show_moments([(one, f"00:0{one.number}.00") for one in moments])
    best = panel.moments.cells[0]
    with qtbot.waitSignal(panel.moment_chosen) as chosen:
        qtbot.mouseClick(best, Qt.MouseButton.LeftButton)
    assert chosen.args == [moments[0]]
    assert best.accessibleName() == "Track 1, frame 11, 00:01.00, cosine similarity 0.80"


def test_moments_take_as_many_columns_as_fit(panel: SimilarityPanel, qtbot: QtBot) -> None:
    panel.set_query(6)
    panel.moments_button.click()
    panel.moments.show_moments([(moment(n, 10 * n, 0.5), "00:01.00") for n in range(1, 9)])
    qtbot.waitUntil(lambda: panel.moments.cells[0].x() < panel.moments.cells[1].x())
    first_row = {cell for cell in panel.moments.cells if cell.y() == panel.moments.cells[0].y()}
    panel.resize(700, 480)
    qtbot.waitUntil(
        lambda: (
            sum(c.y() == panel.moments.cells[0].y() for c in panel.moments.cells) > len(first_row)
        )
    )
    assert all(isinstance(cell, MomentCell) for cell in first_row)


def test_maps_reach_as_far_as_is_chosen(panel: SimilarityPanel, qtbot: QtBot) -> None:
    panel.set_query(6)
    panel.set_current_frame(30, 100)
    with qtbot.waitSignal(panel.offsets_chosen) as chosen:
        panel.spread_box.setCurrentIndex(2)
        panel.spread_box.activated.emit(2)
    assert chosen.args == [(-10, -5, 0, 5, 10)]
    assert [tile.frame_index for tile in panel.tiles] == [20, 25, 30, 35, 40]


def test_two_ways_stand_side_by_side_each_with_its_own_scale(
    panel: SimilarityPanel, qtbot: QtBot
) -> None:
    panel.set_query(6)
    panel.set_current_frame(30, 100)
    with qtbot.waitSignal(panel.readings_chosen):
        panel.compare_button.click()
    assert len(panel.readings) == 2
    assert [(tile.offset, tile.side) for tile in panel.tiles[:4]] == [
        (-20, 0),
        (-20, 1),
        (-8, 0),
        (-8, 1),
    ]
    panel.add_map(30, plain_image(), bump(0.9), side=0)
    panel.add_map(30, plain_image(), bump(0.4), side=1)
    assert [bar.shown.high for bar in panel.maps.bars] == pytest.approx([0.9, 0.4])
    now = [tile for tile in panel.tiles if tile.offset == 0]
    qtbot.waitUntil(lambda: now[0].x() < now[1].x() and now[0].y() == now[1].y())
    panel.compare_button.click()
    assert len(panel.readings) == 1
    assert {tile.side for tile in panel.tiles} == {0}


def test_two_ways_use_the_width_of_a_low_panel_and_say_which_is_which(
    panel: SimilarityPanel, qtbot: QtBot
) -> None:
    panel.resize(516, 290)
    panel.set_query(6, plain_image(20, 40))
    panel.set_current_frame(30, 100)
    panel.compare_button.click()
    for frame in (10, 22, 30, 42):
        for side in range(2):
            panel.add_map(frame, plain_image(), bump(), side=side)
    place = panel.maps.rect()
    qtbot.waitUntil(
        lambda: all(
            place.contains(QRect(tile.mapTo(panel.maps, QPoint()), tile.size()))
            for tile in panel.tiles
        )
    )
    for one, other in zip(panel.tiles[::2], panel.tiles[1::2], strict=True):
        assert one.y() == other.y() and one.x() < other.x()
        assert (one.letter, other.letter) == ("A", "B")
        assert one.accessibleName().startswith("A: ")


def test_the_maps_have_the_room_that_the_panel_has_in_the_window(
    panel: SimilarityPanel, qtbot: QtBot
) -> None:
    panel.resize(344, 283)
    panel.set_query(6, plain_image(20, 40))
    panel.set_current_frame(30, 100)
    qtbot.wait(20)
    place = panel.maps.rect()
    assert all(place.contains(tile.geometry()) for tile in panel.tiles), "before the maps come"
    for frame in (10, 22, 30, 42):
        panel.add_map(frame, plain_image(), bump())
    qtbot.waitUntil(lambda: all(tile.height() >= 84 for tile in panel.tiles))
    assert all(place.contains(tile.geometry()) for tile in panel.tiles)


def test_further_choices_are_shown_when_asked_for_and_as_long_as_they_are_not_the_usual(
    panel: SimilarityPanel, qtbot: QtBot
) -> None:
    panel.set_query(6)
    assert not panel.spread_box.isVisible()
    qtbot.mouseClick(panel.options_button, Qt.MouseButton.LeftButton)
    assert panel.spread_box.isVisible()
    panel.spread_box.setCurrentIndex(2)
    panel.spread_box.activated.emit(2)
    qtbot.mouseClick(panel.options_button, Qt.MouseButton.LeftButton)
    assert panel.spread_box.isVisible(), "what was chosen stays in view"
    panel.spread_box.setCurrentIndex(0)
    panel.spread_box.activated.emit(0)
    assert not panel.spread_box.isVisible()


def test_the_head_says_where_embeddings_are_read_and_lets_one_choose(
    panel: SimilarityPanel, qtbot: QtBot
) -> None:
    panel.set_query(None)
    assert not panel.head_sampler.isVisible()
    panel.set_query(6, plain_image(20, 40))
    assert panel.head_sampler.isVisible() and panel.sampler_box is panel.head_sampler
    assert panel.head_sampler.y() < panel.maps_button.y()
    with qtbot.waitSignal(panel.readings_chosen):
        panel.head_sampler.setFocus()
        qtbot.keyClick(panel.head_sampler, Qt.Key.Key_Down)
        qtbot.keyClick(panel.head_sampler, Qt.Key.Key_Return)
    assert panel.readings == ((None, SamplerName.CENTRE),)
    panel.compare_button.click()
    assert not panel.head_sampler.isVisible()
    assert panel.sampler_box.isVisible() and panel.sampler_box.sampler is SamplerName.CENTRE
    panel.show_readings([(None, SamplerName.ROI_ALIGN)])
    assert panel.head_sampler.isVisible()
    assert panel.head_sampler.sampler is SamplerName.ROI_ALIGN


def test_a_model_that_is_not_the_runs_is_named_also_without_a_comparison(
    panel: SimilarityPanel,
) -> None:
    panel.set_query(6)
    panel.show_readings([(Path("other.safetensors"), None)])
    assert panel.reading_boxes[0].model_box.isVisible()
    assert panel.reading_boxes[0].model_box.currentText() == "other"
    assert not panel.head_sampler.isVisible()


@pytest.mark.parametrize("width", [327, 344, 600])
def test_the_longest_choice_makes_the_panel_no_wider_and_is_read_whole_where_there_is_room(
    panel: SimilarityPanel, qtbot: QtBot, width: int
) -> None:
    panel.set_query(6, plain_image(20, 40))
    least = panel.minimumSizeHint().width()
    panel.resize(width, 283)
    for name in SamplerName:
        panel.show_readings([(None, name)])
        qtbot.wait(20)
        assert panel.minimumSizeHint().width() == least
        box = panel.head_sampler
        assert box.geometry().right() < panel.width()
        shown = box.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            _option_of(box),
            QStyle.SubControl.SC_ComboBoxEditField,
            box,
        )
        assert shown.width() >= box.fontMetrics().horizontalAdvance(box.currentText())


def _option_of(box: QComboBox) -> QStyleOptionComboBox:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    return option


def test_without_a_query_the_panel_says_what_to_do(panel: SimilarityPanel) -> None:
    panel.set_query(6, plain_image(20, 40))
    panel.set_current_frame(30, 100)
    panel.add_map(30, plain_image(), bump())
    panel.set_query(None)
    assert all(tile.similarity is None for tile in panel.tiles)
    assert not panel.grab().isNull()
