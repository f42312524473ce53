"""Labels are typed into the track list itself, for one track or for all that are selected."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from window_stage import Stage

from trackmend_app.theme import ui_font
from trackmend_app.tracks.track_model import Column
from trackmend_core.project.edits import DescribeTracks


def begin(stage: Stage, rows: int) -> QLineEdit:
    """Choose so many rows from the top by key and press F2; return the field."""
    stage.open_video()
    stage.run_model()
    view = stage.window.track_table.view
    view.setFocus()
    view.selectRow(0)
    for _ in range(rows - 1):
        QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(stage.session.selection.track_ids) == rows
    QTest.keyClick(view, Qt.Key.Key_F2)
    field = view.findChild(QLineEdit, "label_editor")
    assert field is not None
    return field


def labels(stage: Stage) -> list[str]:
    return [track.label for track in stage.session.project.tracks(stage.session.run.run_id)]


def test_a_label_is_typed_in_place_and_kept(stage: Stage) -> None:
    field = begin(stage, rows=1)
    QTest.keyClicks(field, "red coat")
    QTest.keyClick(field, Qt.Key.Key_Return)
    stage.wait(lambda: labels(stage)[0] == "red coat")
    assert not any(labels(stage)[1:])
    assert stage.session.project.undo() is not None
    assert not any(labels(stage))


def test_a_label_typed_with_several_selected_is_given_to_all_in_one_step(stage: Stage) -> None:
    field = begin(stage, rows=3)
    QTest.keyClicks(field, "staff")
    QTest.keyClick(field, Qt.Key.Key_Return)
    stage.wait(lambda: labels(stage)[:3] == ["staff"] * 3)
    assert not any(labels(stage)[3:])
    stage.session.project.undo()
    assert not any(labels(stage))


def test_esc_leaves_the_label_and_letters_are_no_keys_meanwhile(stage: Stage) -> None:
    field = begin(stage, rows=1)
    before, frame = stage.session.project.digest(), stage.session.frame_index
    QTest.keyClicks(field, "fdxsk")
    assert stage.session.frame_index == frame
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert stage.session.project.digest() == before
    assert not any(labels(stage))


def test_a_label_is_seen_in_the_usual_width_and_columns_come_back_without_it(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.trigger("reset_layout")
    table = stage.window.track_table
    columns = [Column.BOXES, Column.FRAMES, Column.SCORE, Column.SUSPICION]
    assert not any(table.view.isColumnHidden(column) for column in columns)
    track = stage.session.tracks()[0]
    stage.session.edit(DescribeTracks(track_ids=(track.track_id,), label="red umbrella"))
    letters = QFontMetricsF(ui_font(12))
    beside_it = letters.horizontalAdvance("red umbrella") + letters.horizontalAdvance("00")
    assert table.view.columnWidth(Column.NUMBER) > beside_it
    assert not table.view.isColumnHidden(Column.SUSPICION)
    stage.session.undo()
    assert not any(table.view.isColumnHidden(column) for column in columns)
