"""The matrix of coloured cells: legible for ten and for three hundred, by pointer and by keys."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.theme import DARK, LIGHT, apply_theme
from trackmend_app.why.heat_matrix import HeatMatrix
from trackmend_app.why.matrix_content import Header, Mark, MatrixContent
from trackmend_app.why.matrix_layout import MatrixLayout


def content(
    rows: int, columns: int, *, marks: dict[tuple[int, int], Mark] | None = None
) -> MatrixContent:
    merits = np.linspace(0, 1, rows * columns, dtype=np.float32).reshape(rows, columns)
    merits[0, -1] = np.nan

    def heads(count: int) -> tuple[Header, ...]:
        return tuple(
            Header(label=str(n), number=n, crop=CropKey(n, 0, 0, 8, 16), tip=f"track {n}")
            for n in range(1, count + 1)
        )

    return MatrixContent(
        rows=heads(rows),
        columns=heads(columns),
        merits=merits,
        text=lambda row, column: f"{merits[row, column]:.2f}",
        tip=lambda row, column: f"cell {row} {column}",
        marks=marks or {},
    )


@pytest.fixture
def matrix(qtbot: QtBot, qapp: QApplication) -> HeatMatrix:
    apply_theme(qapp, DARK)
    widget = HeatMatrix()
    qtbot.addWidget(widget)
    widget.resize(520, 420)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def at(matrix: HeatMatrix, row: int, column: int) -> QPoint:
    layout = matrix.cell_layout
    return QPoint(
        int(layout.head_width + (column + 0.5) * layout.cell_width),
        int(layout.head_height + (row + 0.5) * layout.cell_height),
    )


def colour(matrix: HeatMatrix, row: int, column: int) -> tuple[int, int, int]:
    place = at(matrix, row, column) + QPoint(0, int(matrix.cell_layout.cell_height * 0.35))
    shot = matrix.viewport().grab().toImage().pixelColor(place)
    return shot.red(), shot.green(), shot.blue()


def test_ten_tracks_have_pictures_and_figures_and_three_hundred_are_seen_at_once() -> None:
    view = QSize(520, 420)
    few = MatrixLayout.fitted(rows=10, columns=10, view=view)
    assert few.crops and few.labels and few.figures
    some = MatrixLayout.fitted(rows=30, columns=30, view=view)
    assert some.labels and not some.crops
    many = MatrixLayout.fitted(rows=300, columns=300, view=QSize(620, 620))
    size = many.content_size(rows=300, columns=300)
    assert size.width() <= 620 and size.height() <= 620
    assert many.cell >= 2
    closer = MatrixLayout.fitted(rows=300, columns=300, view=QSize(620, 620), zoom=8)
    assert closer.labels


def test_a_brighter_cell_is_worth_more_and_marks_stand_around_cells(matrix: HeatMatrix) -> None:
    matrix.set_content(content(4, 4, marks={(3, 3): Mark.APPEARANCE}))
    dark, bright = colour(matrix, 0, 1), colour(matrix, 3, 2)
    assert sum(bright) > sum(dark) + 150
    layout = matrix.cell_layout
    corner = at(matrix, 3, 3) - QPoint(int(layout.cell_width / 2) - 2, 0)
    edge = matrix.viewport().grab().toImage().pixelColor(corner)
    assert edge.green() > edge.red() and edge.green() > edge.blue()


def test_the_pointer_and_the_arrow_keys_walk_on_the_cells(matrix: HeatMatrix, qtbot: QtBot) -> None:
    matrix.set_content(content(4, 5))
    with qtbot.waitSignal(matrix.pointed) as pointed:
        qtbot.mouseMove(matrix.viewport(), at(matrix, 1, 2))
    assert pointed.args == [1, 2]
    assert matrix.accessibleDescription() == "cell 1 2"
    with qtbot.waitSignal(matrix.chosen) as chosen:
        qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=at(matrix, 2, 0))
    assert chosen.args == [2, 0]
    for key, cell in (
        (Qt.Key.Key_Right, (2, 1)),
        (Qt.Key.Key_Down, (3, 1)),
        (Qt.Key.Key_Down, (3, 1)),
        (Qt.Key.Key_Left, (3, 0)),
        (Qt.Key.Key_Up, (2, 0)),
    ):
        qtbot.keyClick(matrix, key)
        assert matrix.pointed_cell == cell
    with qtbot.waitSignal(matrix.chosen) as chosen:
        qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert chosen.args == [2, 0]


def test_zooming_in_brings_pictures_and_keeps_the_cursor_in_view(
    matrix: HeatMatrix, qtbot: QtBot
) -> None:
    matrix.set_content(content(60, 60))
    assert matrix.crop_keys() == []
    with qtbot.waitSignal(matrix.crops_wanted):
        for _ in range(8):
            qtbot.keyClick(matrix, Qt.Key.Key_Plus)
    assert len(matrix.crop_keys()) == 120
    matrix.point_at(59, 59)
    assert matrix.horizontalScrollBar().value() > 0
    assert matrix.verticalScrollBar().value() > 0
    for _ in range(20):
        qtbot.keyClick(matrix, Qt.Key.Key_Minus)
    assert matrix.horizontalScrollBar().maximum() == 0


def test_a_cursor_beyond_a_smaller_matrix_is_forgotten(matrix: HeatMatrix) -> None:
    matrix.set_content(content(6, 6))
    matrix.point_at(5, 5)
    matrix.set_content(content(3, 3))
    assert matrix.pointed_cell is None
    matrix.set_content(None)
    assert not matrix.grab().isNull()


def test_three_hundred_tracks_are_painted_within_the_time_of_the_window(
    matrix: HeatMatrix, qapp: QApplication
) -> None:
    matrix.resize(700, 700)
    matrix.set_content(content(300, 300, marks={(n, n): Mark.OVERLAP for n in range(300)}))
    matrix.grab()
    taken = []
    for theme in (DARK, LIGHT, DARK):
        apply_theme(qapp, theme)
        started = time.thread_time()
        matrix.viewport().grab()
        taken.append(time.thread_time() - started)
    assert min(taken) < 0.1
