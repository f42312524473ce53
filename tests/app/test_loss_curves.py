import math

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from trackmend_app.theme import DARK, LIGHT, apply_theme
from trackmend_app.theme.colour_maths import distance
from trackmend_app.training.curves import LegendEntry, LossCurves
from trackmend_app.training.loss_history import LossHistory


@pytest.fixture
def curves(qtbot: QtBot, qapp: QApplication) -> LossCurves:
    apply_theme(qapp, DARK)
    widget = LossCurves()
    qtbot.addWidget(widget)
    widget.resize(520, 300)
    widget.show()
    return widget


def test_smoothing_starts_at_the_first_value_and_follows() -> None:
    history = LossHistory()
    for step in range(1, 200):
        history.add(step, {"total": 4.0 if step == 1 else 2.0})
    smoothed = history.smoothed("total")
    assert smoothed[0] == pytest.approx(4.0)
    assert smoothed[-1] == pytest.approx(2.0, abs=1e-3)


def test_values_that_are_no_numbers_are_left_out() -> None:
    history = LossHistory()
    history.add(1, {"total": 1.0})
    history.add(2, {"total": math.nan})
    history.add(3, {"total": math.inf})
    steps, values = history.series("total")
    assert (steps.tolist(), values.tolist()) == ([1.0], [1.0])


def test_a_steep_start_does_not_flatten_the_rest() -> None:
    history = LossHistory()
    for step in range(1, 300):
        history.add(step, {"total": 1000.0 / step**2 + 1.0})
    assert history.value_range()[1] < 100


def test_nothing_measured_has_a_range() -> None:
    assert LossHistory().value_range() == (0.0, 1.0)


def test_curves_grow_with_each_step(curves: LossCurves, qtbot: QtBot) -> None:
    for step in range(1, 30):
        curves.add_step(step, 3.0 / step, {"heat_map": 1.0 / step, "identity": 2.0 / step})
    curves.add_checkpoint(20)

    def texts() -> list[str]:
        return [entry.text() for entry in curves.findChildren(LegendEntry)]

    qtbot.waitUntil(lambda: len(texts()) == 3)
    assert [text.split("  ")[0] for text in texts()] == ["total", "heat map", "identity"]
    assert curves.history.names == ("total", "heat_map", "identity")


def test_clearing_begins_anew(curves: LossCurves, qtbot: QtBot) -> None:
    curves.add_step(1, 1.0, {"size": 0.5})
    curves.add_checkpoint(1)
    qtbot.waitUntil(lambda: len(curves.findChildren(LegendEntry)) == 2)
    curves.clear()
    assert curves.history.names == ()
    qtbot.waitUntil(lambda: not curves.findChildren(LegendEntry))
    curves.add_step(1, 1.0, {})
    qtbot.waitUntil(lambda: len(curves.findChildren(LegendEntry)) == 1)


def test_curves_are_drawn_in_both_themes(
    curves: LossCurves, qtbot: QtBot, qapp: QApplication
) -> None:
    for step in range(1, 60):
        curves.add_step(step, 60.0 - step, {})
    qtbot.waitUntil(lambda: len(curves.findChildren(LegendEntry)) == 1)
    for theme in (DARK, LIGHT):
        apply_theme(qapp, theme)
        shot = curves.grab().toImage()
        colours = {
            shot.pixelColor(x, y).name()
            for x in range(60, 500, 3)
            for y in range(30, shot.height() - 40)
        }
        assert theme.panel in colours
        assert min(distance(colour, theme.text) for colour in colours) < 12
