from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from trackmend_app.panels import REVIEW_WIDTH
from trackmend_app.review.crop_strip import CELL_SIZE, CropStrip
from trackmend_app.theme import DARK, apply_theme
from trackmend_core.review import Crop, Suspicion
from trackmend_core.types import BoxId, TrackId

MARGINS_AND_SCROLL_BAR_PX = 54


def crop(role: str, track: int) -> Crop:
    return Crop(
        role=role,
        track_id=TrackId(track),
        box_id=BoxId(track),
        frame=3,
        box_xyxy=(0.0, 0.0, 10.0, 30.0),
    )


@pytest.mark.parametrize(
    ("crops", "signs"),
    [
        ([crop("before", 1), crop("after", 1)], ["→"]),
        ([crop("before", 1), crop("partner_after", 2)], ["→"]),
        (
            [
                crop("before", 1),
                crop("after", 1),
                crop("partner_before", 2),
                crop("partner_after", 2),
            ],
            ["→", "⇄", "→"],
        ),
    ],
    ids=["one track", "an end and a new beginning", "a swap"],
)
def test_pictures_that_follow_each_other_in_time_have_an_arrow_and_a_trade_has_two(
    qtbot: QtBot, crops: list[Crop], signs: list[str]
) -> None:
    strip = CropStrip()
    qtbot.addWidget(strip)
    shown = SimpleNamespace(crops=crops, tracks=(TrackId(1), TrackId(2)), numbers=(7, 9))
    strip.set_suspicion(cast(Suspicion, shown))
    assert [label.text() for label in strip.findChildren(QLabel)] == signs


def test_four_pictures_and_their_signs_fit_into_a_card(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    strip = CropStrip()
    qtbot.addWidget(strip)
    roles = (("before", 1), ("after", 1), ("partner_before", 2), ("partner_after", 2))
    shown = SimpleNamespace(
        crops=[crop(role, track) for role, track in roles],
        tracks=(TrackId(1), TrackId(2)),
        numbers=(7, 9),
    )
    strip.set_suspicion(cast(Suspicion, shown))
    assert strip.minimumSizeHint().width() <= REVIEW_WIDTH - MARGINS_AND_SCROLL_BAR_PX


def test_new_pictures_have_their_room_at_once(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    strip = CropStrip()
    qtbot.addWidget(strip)
    strip.show()
    for track in (1, 2):
        shown = SimpleNamespace(
            crops=[crop("before", track), crop("after", track)],
            tracks=(TrackId(track),),
            numbers=(track,),
        )
        strip.set_suspicion(cast(Suspicion, shown))
        assert strip.sizeHint().height() >= CELL_SIZE.height()
        assert all(cell.isVisible() for cell in strip.cells)
