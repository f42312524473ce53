"""Lets the tests of the window, one folder down, import the helpers that stand beside this file."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from view_records import Mouse, make_box, plain_image

from trackmend_app.canvas import VideoCanvas
from trackmend_app.theme import DARK, apply_theme


@pytest.fixture
def canvas(qtbot: QtBot, qapp: QApplication) -> VideoCanvas:
    apply_theme(qapp, DARK)
    widget = VideoCanvas()
    qtbot.addWidget(widget)
    widget.resize(800, 600)
    widget.show()
    widget.set_frame(plain_image(), 4)
    widget.set_boxes(
        [make_box(1, (100, 100, 200, 300)), make_box(2, (150, 150, 180, 200), score=0.31)]
    )
    return widget


@pytest.fixture
def mouse(canvas: VideoCanvas) -> Mouse:
    return Mouse(canvas)
