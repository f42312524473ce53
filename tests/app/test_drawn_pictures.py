"""Canvas and timeline are drawn as stored pictures show them, within a tolerance.

TRACKMEND_REDRAW=1 stores what is drawn now in place of the old pictures: look at it before
committing it.
"""

import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from view_records import make_box, make_track

from trackmend_app.application import prepare_application
from trackmend_app.canvas import VideoCanvas
from trackmend_app.theme import DARK, LIGHT, Theme, apply_theme
from trackmend_app.timeline import LaneDetails, LaneScores, TimelineView
from trackmend_app.timeline.identity_codes import IdentityCodes
from trackmend_core.project import VerifiedStretch
from trackmend_core.types import BoxId, BoxSource, ImageArray, RunId, TrackId

REDRAW = bool(os.environ.get("TRACKMEND_REDRAW"))
MOST_MEAN_DIFFERENCE = 2.0
"""Of 255. Edges of letters and lines differ a little between builds of Qt."""

TILE_PX = 12
MOST_TILE_DIFFERENCE = 30.0
"""Mean over any tile: a box, a mark or a word that is gone is more than that somewhere."""


def matches(widget: QWidget, stored: Path) -> None:
    """Compare a widget with its stored picture.

    Raises:
        AssertionError: it differs by more than the tolerance; what was drawn is kept beside it.
    """
    drawn_at = stored.with_suffix(".drawn.png")
    assert widget.grab().save(str(drawn_at), QByteArray(b"PNG").data().decode())
    if REDRAW:
        drawn_at.replace(stored)
        return
    drawn, expected = (cv2.imread(str(path)) for path in (drawn_at, stored))
    assert drawn is not None and expected is not None, stored
    assert drawn.shape == expected.shape
    apart = np.abs(drawn.astype(np.float32) - expected).max(axis=2)
    assert apart.mean() < MOST_MEAN_DIFFERENCE, drawn_at
    assert cv2.blur(apart, (TILE_PX, TILE_PX)).max() < MOST_TILE_DIFFERENCE, drawn_at
    drawn_at.unlink()


def scene() -> ImageArray:
    """A picture that is neither flat nor noise: stripes that show where it lies."""
    ys, xs = np.mgrid[0:240, 0:320]
    grey = (80 + 25 * np.sin(xs / 24) + 25 * np.cos(ys / 17)).astype(np.uint8)
    return np.stack([grey, grey, np.full_like(grey, 90)], axis=2)


def a_canvas(qtbot: QtBot, *, width: int = 480, height: int = 320) -> VideoCanvas:
    """Show a canvas with a box of every kind."""
    canvas = VideoCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(width, height)
    canvas.show()
    canvas.set_frame(scene(), 40)
    hidden = make_box(4, (235, 70, 290, 200), source=BoxSource.PERSON)
    canvas.set_boxes(
        [
            make_box(1, (20, 60, 70, 190)),
            make_box(2, (90, 50, 150, 180), source=BoxSource.INTERPOLATED),
            make_box(3, (165, 80, 215, 200), source=BoxSource.PERSON),
            replace(hidden, is_occluded=True),
        ]
    )
    canvas.set_trails({TrackId(11): [(frame, 20 + frame / 2, 190.0) for frame in range(10, 41)]})
    return canvas


def a_timeline(qtbot: QtBot) -> TimelineView:
    """Show a timeline with a lane of every kind."""
    view = TimelineView()
    qtbot.addWidget(view)
    view.resize(640, 240)
    view.show()
    view.set_video(200, 25.0)
    tracks = [
        make_track(1, [(0, 99), (120, 199)]),
        make_track(2, [(50, 199)], label="staff"),
        make_track(3, [(0, 60)], label="staff"),
        make_track(4, [(90, 150)]),
    ]
    view.set_tracks(tracks, groups={1: "staff"}, pinned=frozenset({TrackId(11)}))
    frames = np.arange(200, dtype=np.int64)
    changing = IdentityCodes(
        frames=frames[::10],
        numbers=np.where(frames[::10] < 100, 1, 4),
        heights=np.linspace(0.3, 1.0, 20),
    )
    wavy = LaneScores(50, (0.6 + 0.3 * np.sin(frames[:150] / 8)).astype(np.float32))
    flat = LaneScores(0, np.full(200, 0.8, np.float32))
    no_keys = np.zeros(0, np.int64)
    view.set_lane_details(
        {
            TrackId(11): LaneDetails(scores=flat, keyframes=no_keys, occluded=(), codes=changing),
            TrackId(12): LaneDetails(
                scores=wavy,
                keyframes=np.array([70, 130], np.int64),
                occluded=[(80, 110)],
                codes=None,
            ),
        }
    )
    view.set_edit_marks([(TrackId(13), 20), (TrackId(14), 110)])
    view.set_verified([_verified(None, 0, 80, True), _verified(TrackId(14), 90, 150, False)])
    view.set_selection({TrackId(12)})
    view.set_range((30, 75))
    view.set_current_frame(66)
    return view


def _verified(track_id: TrackId | None, first: int, last: int, intact: bool) -> VerifiedStretch:
    return VerifiedStretch(
        stretch_id=1,
        run_id=RunId(1),
        track_id=track_id,
        first_frame=first,
        last_frame=last,
        is_intact=intact,
        author="a",
        created_at=0.0,
    )


@pytest.fixture
def pictures(data_dir: Path, qapp: QApplication) -> Path:
    prepare_application()
    apply_theme(qapp, DARK)
    return data_dir / "pictures"


def test_boxes_of_every_source_tell_themselves_apart(qtbot: QtBot, pictures: Path) -> None:
    matches(a_canvas(qtbot), pictures / "canvas-boxes.png")


def test_a_selected_box_has_handles_and_scores_can_be_read(qtbot: QtBot, pictures: Path) -> None:
    canvas = a_canvas(qtbot)
    canvas.set_visibility(boxes=True, trails=False, confidence=True)
    canvas.set_selection({TrackId(13)}, BoxId(103))
    matches(canvas, pictures / "canvas-selected.png")


def test_boxes_are_legible_when_small_and_when_large(qtbot: QtBot, pictures: Path) -> None:
    matches(a_canvas(qtbot, width=260, height=170), pictures / "canvas-small.png")
    large = a_canvas(qtbot)
    large.set_zoom(6.0)
    large.centre_on(235, 80)
    matches(large, pictures / "canvas-large.png")


def test_a_frame_that_stands_in_says_so(qtbot: QtBot, pictures: Path) -> None:
    canvas = a_canvas(qtbot)
    canvas.set_stand_in("Frame 41 · frame 90 is being read…")
    matches(canvas, pictures / "canvas-stand-in.png")


def test_similarity_lies_over_the_frame(qtbot: QtBot, pictures: Path) -> None:
    canvas = a_canvas(qtbot)
    ys, xs = np.mgrid[0:60, 0:80]
    canvas.set_overlay(np.exp(-((xs - 48) ** 2 + (ys - 35) ** 2) / 120).astype(np.float32))
    matches(canvas, pictures / "canvas-similarity.png")


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: str(theme.name))
def test_lanes_show_gaps_codes_occlusion_edits_and_what_is_verified(
    qtbot: QtBot, qapp: QApplication, pictures: Path, theme: Theme
) -> None:
    apply_theme(qapp, theme)
    matches(a_timeline(qtbot), pictures / f"timeline-{theme.name}.png")


def test_single_frames_can_be_told_apart_when_zoomed_in(qtbot: QtBot, pictures: Path) -> None:
    view = a_timeline(qtbot)
    for _ in range(12):
        view.zoom_in()
    matches(view, pictures / "timeline-zoomed.png")


def test_a_missing_mark_is_noticed(qtbot: QtBot, pictures: Path) -> None:
    """The tolerance is no blindfold: without one box, or one lane's colours, it does not match."""
    if REDRAW:
        pytest.skip("pictures are being stored")
    canvas = a_canvas(qtbot)
    canvas.set_boxes(canvas._content.boxes[:-1])
    with pytest.raises(AssertionError):
        matches(canvas, pictures / "canvas-boxes.png")
    view = a_timeline(qtbot)
    view.set_barcode(False)
    with pytest.raises(AssertionError):
        matches(view, pictures / f"timeline-{DARK.name}.png")
    for left in pictures.glob("*.drawn.png"):
        left.unlink()
