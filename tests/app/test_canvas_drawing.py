from itertools import combinations
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtWidgets import QApplication
from view_records import at, make_box, plain_image

from trackmend_app.canvas import VideoCanvas
from trackmend_app.canvas.ghost_painter import ghost_text
from trackmend_app.canvas.label_layout import layout_tabs
from trackmend_app.ghosts import Ghost
from trackmend_app.theme import DARK, LIGHT, apply_theme, colour_for
from trackmend_app.wording.catalogue import load_catalogue
from trackmend_app.wording.translator import CatalogueTranslator
from trackmend_core.types import BoxId, BoxSource, TrackId


def pixel(canvas: VideoCanvas, point: QPointF) -> str:
    return canvas.grab().toImage().pixelColor(point.toPoint()).name()


def test_boxes_are_drawn_in_the_colour_of_their_identity(canvas: VideoCanvas) -> None:
    edge = at(canvas, 100, 220)
    assert pixel(canvas, edge) == colour_for(1).name()
    canvas.set_visibility(False, True, False)
    assert pixel(canvas, edge) == "#5a5a5a"


def test_interpolated_boxes_are_dashed(canvas: VideoCanvas) -> None:
    def coloured_share(source: BoxSource) -> float:
        canvas.set_boxes([make_box(1, (100, 100, 200, 300), source=source)])
        shot = canvas.grab().toImage()
        x = round(at(canvas, 100, 0).x())
        ys = range(round(at(canvas, 0, 130).y()), round(at(canvas, 0, 290).y()))
        hits = [shot.pixelColor(x, y).name() == colour_for(1).name() for y in ys]
        return sum(hits) / len(hits)

    assert coloured_share(BoxSource.MODEL) == 1
    assert 0.2 < coloured_share(BoxSource.INTERPOLATED) < 0.8


def test_a_box_by_a_person_has_a_mark_in_its_label(canvas: VideoCanvas) -> None:
    canvas.set_boxes([make_box(1, (100, 100, 200, 300))])
    plain = canvas.placed_boxes[0].label.width()
    canvas.set_boxes([make_box(1, (100, 100, 200, 300), source=BoxSource.PERSON)])
    assert canvas.placed_boxes[0].label.width() > plain


def test_confidence_is_written_on_wish(canvas: VideoCanvas) -> None:
    assert all(not placed.score_text for placed in canvas.placed_boxes)
    canvas.set_visibility(True, True, True)
    assert {placed.score_text for placed in canvas.placed_boxes} == {"0.80", "0.31"}


def test_trails_fade_with_age(canvas: VideoCanvas) -> None:
    canvas.set_boxes([make_box(1, (600, 400, 620, 440))])
    canvas.set_trails({TrackId(11): [(f, 20.0 + 10 * f, 440.0) for f in range(50)]})
    canvas.set_frame(plain_image(), 49)
    shot = canvas.grab().toImage()

    def strength(x: float) -> int:
        colour = shot.pixelColor(at(canvas, x, 440).toPoint())
        return abs(colour.blue() - 90)

    assert strength(500) > strength(250) > strength(60) > 0
    canvas.set_visibility(True, False, False)
    shot = canvas.grab().toImage()
    assert strength(500) == 0


def test_a_similarity_map_shows_where_it_is_high_and_says_its_scale(canvas: VideoCanvas) -> None:
    canvas.set_boxes([])
    similarity = np.full((480, 640), 0.1, np.float32)
    similarity[200:280, 300:360] = 0.9
    canvas.set_overlay(similarity)
    shot = canvas.grab().toImage()
    hot = shot.pixelColor(at(canvas, 330, 240).toPoint())
    cold = shot.pixelColor(at(canvas, 500, 100).toPoint())
    assert hot.red() > 200
    assert cold.red() < 90
    canvas.set_overlay(None)
    assert pixel(canvas, at(canvas, 330, 240)) == "#5a5a5a"


def test_the_canvas_follows_a_change_of_theme(canvas: VideoCanvas, qapp: QApplication) -> None:
    corner = QPointF(2, 2)
    canvas.resize(800, 400)
    assert pixel(canvas, corner) == DARK.stage
    apply_theme(qapp, LIGHT)
    assert pixel(canvas, corner) == LIGHT.stage


def test_every_state_renders_without_a_warning(canvas: VideoCanvas, tmp_path: Path) -> None:
    canvas.set_selection({TrackId(11), TrackId(12)}, BoxId(101))
    canvas.set_notice("Frame 5 cannot be read")
    canvas.set_drop_highlight(True)
    canvas.set_overlay(np.random.default_rng(0).random((480, 640), np.float32))
    assert canvas.grab().save(str(tmp_path / "full.png"))
    canvas.set_frame(None, 0)
    assert canvas.grab().save(str(tmp_path / "empty.png"))


def test_two_hundred_boxes_are_placed_without_covering_each_others_labels_needlessly(
    canvas: VideoCanvas,
) -> None:
    rng = np.random.default_rng(1)
    corners = rng.uniform(0, (560, 360), (200, 2))
    canvas.set_boxes([make_box(i + 1, (x, y, x + 25, y + 60)) for i, (x, y) in enumerate(corners)])
    labels = [placed.label for placed in canvas.placed_boxes]
    hidden = sum(1 for i, a in enumerate(labels) if any(a.intersects(b) for b in labels[:i]))
    assert len(labels) == 200
    assert hidden < 60


def test_no_line_crosses_an_id(canvas: VideoCanvas) -> None:
    """Neither the dashes of what would come of a box nor the handles of another one."""
    canvas.set_boxes([make_box(1, (100, 100, 200, 300)), make_box(2, (200, 105, 300, 300))])
    label = canvas.placed_boxes[0].label.toRect().adjusted(2, 2, -2, -2)
    plain = canvas.grab().toImage().copy(label)
    through = canvas.to_image(QPointF(label.center()))
    box = (through.x(), through.y(), through.x() + 90.0, through.y() + 150.0)
    canvas.set_ghosts([Ghost(box_xyxy=box, number=3)])
    assert canvas.grab().toImage().copy(label) == plain


def test_what_boxes_would_be_stands_beside_each_other_and_in_view() -> None:
    view = QRectF(0, 0, 640, 480)
    boxes = [QRectF(500, 300, 100, 176), QRectF(480, 296, 100, 176), QRectF(490, 305, 90, 160)]
    tabs = layout_tabs(boxes, [QSizeF(34, 19)] * 3, view=view)
    assert all(view.contains(tab) for tab in tabs)
    assert not any(a.intersects(b) for a, b in combinations(tabs, 2))


def test_what_a_box_would_be_is_said_in_the_persons_language(qapp: QApplication) -> None:
    translator = CatalogueTranslator(load_catalogue("de"))
    qapp.installTranslator(translator)
    try:
        said = [
            ghost_text(n, is_removed=gone) for n, gone in ((9, False), (None, False), (9, True))
        ]
        assert said == ["→ 9", "→ neu", "entfällt"]
    finally:
        qapp.removeTranslator(translator)
