from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from view_records import make_track

from trackmend_app.theme import DARK, LIGHT, apply_theme
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.tracks import TrackTable
from trackmend_app.tracks.track_filter import TrackFilter, fits
from trackmend_app.tracks.track_model import HERE_ROLE, TRACK_ROLE, Column, TrackModel
from trackmend_core.project import TrackSummary
from trackmend_core.types import TrackId

TRACKS = [
    make_track(1, [(0, 9)], mean_score=0.5),
    make_track(2, [(5, 99)], label="Red coat", mean_score=0.9),
    make_track(12, [(50, 59), (70, 79)], mean_score=0.7),
    make_track(21, [(0, 199)], label="twins", mean_score=0.6),
]


@pytest.fixture
def table(qtbot: QtBot, qapp: QApplication) -> TrackTable:
    apply_theme(qapp, DARK)
    widget = TrackTable()
    qtbot.addWidget(widget)
    widget.resize(300, 400)
    widget.show()
    widget.set_tracks(TRACKS)
    return widget


def click_row(
    qtbot: QtBot,
    table: TrackTable,
    row: int,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    model = table.view.model()
    centre = table.view.visualRect(model.index(row, 0)).center()
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, keys, centre)


def click_header(qtbot: QtBot, table: TrackTable, column: Column) -> None:
    header = table.view.horizontalHeader()
    x = header.sectionViewportPosition(column) + 12
    centre = header.viewport().rect().center()
    centre.setX(x)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=centre)


def test_the_table_shows_every_track_and_says_how_many(table: TrackTable) -> None:
    assert table.shown_numbers == [1, 2, 12, 21]
    assert table.count_label.text() == "4"
    model = table.view.model()
    assert [model.index(1, column).data() for column in Column] == [
        "2 Red coat",
        "95",
        "6–100",
        "0.90",
        "–",
    ]


@pytest.mark.parametrize(
    ("column", "ascending"),
    [
        (Column.BOXES, [1, 12, 2, 21]),
        (Column.FRAMES, [1, 21, 2, 12]),
        (Column.SCORE, [1, 21, 12, 2]),
    ],
)
def test_a_click_on_a_header_sorts_by_number(
    table: TrackTable, qtbot: QtBot, column: Column, ascending: list[int]
) -> None:
    table.resize(420, 400)  # room for every column beside the labels
    click_header(qtbot, table, column)
    first = table.shown_numbers
    click_header(qtbot, table, column)
    assert first == ascending
    assert table.shown_numbers == ascending[::-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", [2, 21]),
        ("12", [12]),
        ("coat", [2]),
        ("COAT, twins", [2, 21]),
        ("1-12", [1, 2, 12]),
        ("nobody", []),
        ("  ", [1, 2, 12, 21]),
    ],
)
def test_typing_finds_ids_and_labels(
    table: TrackTable, qtbot: QtBot, text: str, expected: list[int]
) -> None:
    qtbot.keyClicks(table.filter_box, text)
    assert table.shown_numbers == expected
    total = "4" if len(expected) == 4 else f"{len(expected)} of 4"
    assert table.count_label.text() == total


def test_esc_empties_the_filter(table: TrackTable, qtbot: QtBot) -> None:
    qtbot.keyClicks(table.filter_box, "coat")
    qtbot.keyClick(table.filter_box, Qt.Key.Key_Escape)
    assert table.filter_box.text() == ""
    assert len(table.shown_numbers) == 4


def test_a_term_of_a_dash_only_is_a_label() -> None:
    assert not fits(TRACKS[0], "-")
    assert fits(make_track(1, label="a-b"), "a-b")


def test_only_tracks_in_the_current_frame_are_shown_on_wish(
    table: TrackTable, qtbot: QtBot
) -> None:
    table.set_current_frame(65)
    qtbot.mouseClick(table.here_button, Qt.MouseButton.LeftButton)
    assert table.shown_numbers == [2, 21]
    table.set_current_frame(75)
    assert table.shown_numbers == [2, 12, 21]
    qtbot.mouseClick(table.here_button, Qt.MouseButton.LeftButton)
    assert len(table.shown_numbers) == 4


def test_selecting_rows_tells_their_tracks(table: TrackTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.track_selected) as selected:
        click_row(qtbot, table, 1)
    assert selected.args == [[12]]
    with qtbot.waitSignal(table.track_selected) as selected:
        click_row(qtbot, table, 3, Qt.KeyboardModifier.ControlModifier)
    assert selected.args == [[12, 31]]


def test_being_told_a_selection_tells_nobody(table: TrackTable, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(table.track_selected):
        table.set_selection({TrackId(12), TrackId(22)})
    rows = {index.row() for index in table.view.selectionModel().selectedRows()}
    assert rows == {1, 2}


@pytest.mark.parametrize(
    "tracks",
    [
        [*TRACKS, make_track(30)],
        [*TRACKS[:1], make_track(2, [(5, 150)]), *TRACKS[2:]],
        [make_track(40), *TRACKS],
        TRACKS[1:],
    ],
    ids=["one more", "one longer", "another order", "one less"],
)
def test_a_selection_outlives_new_tracks(
    table: TrackTable, qtbot: QtBot, tracks: Sequence[TrackSummary]
) -> None:
    table.set_selection({TrackId(12)})
    with qtbot.assertNotEmitted(table.track_selected):
        table.set_tracks(tracks)
    chosen = [index.data() for index in table.view.selectionModel().selectedRows(Column.NUMBER)]
    assert [text.split()[0] for text in chosen] == ["2"]


def test_a_hidden_selection_comes_back_with_its_row(table: TrackTable, qtbot: QtBot) -> None:
    table.set_selection({TrackId(12)})
    with qtbot.assertNotEmitted(table.track_selected):
        qtbot.keyClicks(table.filter_box, "21")
        assert not table.view.selectionModel().hasSelection()
        table.filter_box.clear()
    assert table.selected_tracks == [12]
    assert len(table.view.selectionModel().selectedRows()) == 1


def test_the_selected_track_is_scrolled_into_view(table: TrackTable) -> None:
    table.set_tracks([make_track(number) for number in range(1, 1001)])
    table.set_selection({TrackId(10 + 800)})
    row = table.view.model().index(799, 0)
    assert table.view.viewport().rect().contains(table.view.visualRect(row).center())


def test_a_double_click_or_enter_activates_a_track(table: TrackTable, qtbot: QtBot) -> None:
    with qtbot.waitActive(table):
        table.activateWindow()
    model = table.view.model()
    centre = table.view.visualRect(model.index(2, 0)).center()
    click_row(qtbot, table, 2)
    with qtbot.waitSignal(table.track_activated) as activated:
        qtbot.mouseDClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert activated.args == [22]
    click_row(qtbot, table, 0)
    with qtbot.waitSignal(table.track_activated) as activated:
        qtbot.keyClick(table.view, Qt.Key.Key_Return)
    assert activated.args == [11]


def test_rows_can_be_chosen_by_key(table: TrackTable, qtbot: QtBot) -> None:
    click_row(qtbot, table, 0)
    with qtbot.waitSignal(table.track_selected) as selected:
        qtbot.keyClick(table.view, Qt.Key.Key_Down)
    assert selected.args == [[12]]


def test_the_models_keep_the_rules_of_qt(qtbot: QtBot) -> None:
    model = TrackModel()
    proxy = TrackFilter(model)
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    testers = [QAbstractItemModelTester(one, fatal) for one in (model, proxy)]
    for tracks in (TRACKS, [*TRACKS, make_track(50)], TRACKS[2:], []):
        model.set_tracks(tracks)
        proxy.set_text("2")
        proxy.set_only_here(True)
        model.set_current_frame(7)
        proxy.set_only_here(False)
        proxy.set_text("")
    assert len(testers) == 2


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("boxes>50", [1]),
        ("boxes > 15, start<=51", [1, 12]),
        ("score < 0.8", []),
        ("gaps>0", [12]),
        ("end>=100 1", [1]),
        ("boxes>", []),
    ],
)
def test_conditions_narrow_the_list(qtbot: QtBot, text: str, numbers: list[int]) -> None:
    model = TrackModel()
    model.set_tracks(
        [make_track(1), make_track(2, ((0, 9),)), make_track(12, ((50, 59), (70, 79)))]
    )
    proxy = TrackFilter(model)
    proxy.set_text(text)
    rows = range(proxy.rowCount())
    assert [proxy.index(row, 0).data(TRACK_ROLE).number for row in rows] == numbers


def test_the_mark_of_a_track_is_filled_in_its_frames_only(table: TrackTable) -> None:
    def centre_of_mark(row: int) -> str:
        rect = table.view.visualRect(table.view.model().index(row, 0))
        shot = table.view.viewport().grab().toImage()
        return shot.pixelColor(rect.left() + 17, rect.center().y()).name()

    table.set_current_frame(3)
    assert centre_of_mark(0) == panel_colour_name(1, theme=DARK)
    table.set_current_frame(40)
    assert centre_of_mark(0) == DARK.panel


def test_a_step_paints_only_the_rows_whose_mark_changes(
    table: TrackTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    table.set_current_frame(3)
    monkeypatch.setattr(table.view, "update", lambda index: painted.append(index.row()))
    table.set_current_frame(4)
    assert painted == []
    here = {
        row: bool(table.view.model().index(row, 0).data(HERE_ROLE))
        for row in range(table.view.model().rowCount())
    }
    table.set_current_frame(75)
    changed = [
        row
        for row, was in here.items()
        if bool(table.view.model().index(row, 0).data(HERE_ROLE)) is not was
    ]
    assert changed and painted == changed


def test_cells_can_be_read_aloud(table: TrackTable) -> None:
    table.set_current_frame(75)
    role = Qt.ItemDataRole.AccessibleTextRole
    text = table.view.model().index(2, Column.SCORE).data(role)
    assert text == "Track 12 · 20 boxes · frames 51 to 80 · 1 gap · in this frame"
    assert table.filter_box.accessibleName() == "Find id or label"
    assert table.accessibleName() == "Tracks"


def test_finding_starts_with_the_old_text_selected(table: TrackTable, qtbot: QtBot) -> None:
    table.filter_box.setText("coat")
    table.focus_filter()
    assert table.filter_box.selectedText() == "coat"


def test_the_table_renders_in_both_themes(
    table: TrackTable, qapp: QApplication, tmp_path: Path
) -> None:
    table.set_selection({TrackId(12)})
    for theme in (DARK, LIGHT):
        apply_theme(qapp, theme)
        assert table.grab().save(str(tmp_path / f"{theme.name}.png"))
        below = table.view.viewport().rect().bottomLeft()
        shot = table.view.viewport().grab().toImage()
        assert shot.pixelColor(below.x() + 5, below.y() - 5).name() == theme.panel
