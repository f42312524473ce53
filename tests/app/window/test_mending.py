import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from job_driving import once_cancelled
from PySide6.QtCore import Qt
from window_stage import Stage

from trackmend_core.errors import UserError
from trackmend_core.exchange import mot_chunks, read_mot
from trackmend_core.project import Project
from trackmend_core.types import MotTable, RunId

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    """A tracked video at a frame with at least two people."""
    stage.open_video()
    stage.run_model()
    for frame in range(10, 35):
        if len(stage.session.boxes_at(frame)) >= 2:
            stage.go_to(frame)
            return stage
    raise AssertionError("the drawn street has no two people at once")


def box_of(stage: Stage, number: int) -> tuple[float, ...]:
    boxes = stage.session.boxes_at(stage.session.frame_index)
    return next(tuple(box.box_xyxy) for box in boxes if box.number == number)


def test_a_swap_by_key_is_in_the_file_before_it_is_shown_and_ctrl_z_takes_it_back(
    tracked: Stage,
) -> None:
    a, b = tracked.numbers_here()[:2]
    before = box_of(tracked, a), box_of(tracked, b)
    digest = tracked.session.project.digest()
    in_file: list[str] = []

    def read_the_file() -> None:
        with Project.open(tracked.session.project.path) as project:
            in_file.append(project.digest())

    tracked.session.tracks_changed.connect(read_the_file)
    tracked.click_box(a)
    tracked.click_box(b, additive=True)
    tracked.press(Qt.Key.Key_X)
    tracked.session.tracks_changed.disconnect(read_the_file)
    assert (box_of(tracked, b), box_of(tracked, a)) == before
    assert in_file and in_file[0] == tracked.session.project.digest() != digest
    tracked.press(Qt.Key.Key_Z, CTRL)
    assert (box_of(tracked, a), box_of(tracked, b)) == before
    assert tracked.session.project.digest() == digest


def test_with_one_track_selected_x_waits_for_the_other(tracked: Stage) -> None:
    a, b = tracked.numbers_here()[:2]
    before = box_of(tracked, a)
    tracked.click_box(a)
    tracked.press(Qt.Key.Key_X)
    assert tracked.window.status_line.text.startswith("Swap")
    assert "Esc leaves" in tracked.window.status_line.text
    tracked.click_box(b)
    assert box_of(tracked, b) == before
    assert tracked.window.status_line.text.startswith("Review")


def test_undo_says_what_it_would_undo_and_jumps_to_its_place(tracked: Stage) -> None:
    here = tracked.session.frame_index
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_S)
    assert tracked.window.action_set["undo"].text().startswith("Undo: Split")
    tracked.go_to(0)
    tracked.press(Qt.Key.Key_Z, CTRL)
    assert tracked.session.frame_index == here
    assert tracked.window.action_set["redo"].text().startswith("Redo: Split")


def test_after_a_split_the_selected_box_stays_selected_under_its_new_id(tracked: Stage) -> None:
    tracked.click_box(tracked.numbers_here()[0])
    before = tracked.session.selection
    tracked.press(Qt.Key.Key_S)
    after = tracked.session.selection
    assert after.box_id == before.box_id
    assert after.track_ids != before.track_ids
    assert tracked.session.track(after.track_ids[0]).first_frame == tracked.session.frame_index


def test_undo_survives_closing_the_window(tracked: Stage) -> None:
    digest = tracked.session.project.digest()
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_S)
    assert tracked.session.project.digest() != digest
    tracked.close()
    tracked.open_window()
    tracked.open_video()
    tracked.press(Qt.Key.Key_Z, CTRL)
    assert tracked.session.project.digest() == digest


def test_del_removes_one_box_and_never_the_track(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.click_box(number)
    track_id = tracked.session.selection.track_ids[0]
    before = tracked.session.track(track_id).box_count
    tracked.press(Qt.Key.Key_Delete)
    assert number not in tracked.numbers_here()
    assert tracked.session.track(track_id).box_count == before - 1
    assert not tracked.answers.asked


def test_a_wide_delete_says_its_scope_and_obeys_a_no(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.click_box(number)
    count = tracked.session.track(tracked.session.selection.track_ids[0]).box_count
    tracked.answers.agrees = False
    tracked.press(Qt.Key.Key_Delete, CTRL | SHIFT)
    assert f"{count} boxes" in tracked.answers.asked[-1]
    assert "whole video" in tracked.answers.asked[-1]
    assert number in tracked.numbers_here()
    tracked.answers.agrees = True
    tracked.press(Qt.Key.Key_Delete, CTRL | SHIFT)
    assert number not in [track.number for track in tracked.session.tracks()]


def test_delete_from_here_keeps_what_was_before(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    here = tracked.session.frame_index
    tracked.click_box(number)
    track_id = tracked.session.selection.track_ids[0]
    tracked.press(Qt.Key.Key_Delete, SHIFT)
    assert f"from frame {here + 1} on" in tracked.answers.asked[-1]
    assert tracked.session.track(track_id).last_frame < here


def test_merging_tracks_that_are_seen_together_is_refused_in_words(tracked: Stage) -> None:
    a, b = tracked.numbers_here()[:2]
    digest = tracked.session.project.digest()
    tracked.click_box(a)
    tracked.click_box(b, additive=True)
    tracked.press(Qt.Key.Key_M, SHIFT)
    assert isinstance(tracked.errors[0], UserError)
    assert tracked.session.project.digest() == digest


def test_a_split_track_is_joined_again_by_merge_mode(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.click_box(number)
    before = tracked.session.project.digest()
    first = tracked.session.selection.track_ids[0]
    tracked.press(Qt.Key.Key_S)
    assert tracked.session.project.digest() != before
    second = tracked.session.selection.track_ids[0]
    tracked.press(Qt.Key.Key_M)
    tracked.session.select_tracks(())
    tracked.bench.corrections.pick(first, None, additive=False)
    tracked.bench.corrections.pick(second, None, additive=False)
    assert "2 tracks chosen" in tracked.window.status_line.text
    tracked.press(Qt.Key.Key_M, SHIFT)
    assert tracked.session.track(second) is None
    assert tracked.session.track(first) is not None


def test_a_box_dragged_on_the_canvas_moves_in_the_file(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.click_box(number)
    box_id = tracked.session.selection.box_id
    tracked.window.canvas.box_edited.emit(int(box_id), 10.0, 20.0, 60.0, 120.0)
    assert tracked.session.project.box(box_id).box_xyxy == (10.0, 20.0, 60.0, 120.0)


def test_a_drawn_box_becomes_a_new_track_and_leaves_the_mode(tracked: Stage) -> None:
    tracks = len(tracked.session.tracks())
    tracked.press(Qt.Key.Key_B)
    assert tracked.window.status_line.text.startswith("New box")
    tracked.window.canvas.box_drawn.emit(5.0, 5.0, 40.0, 90.0)
    assert len(tracked.session.tracks()) == tracks + 1
    assert tracked.window.status_line.text.startswith("Review")


def test_ctrl_and_a_digit_assigns_to_the_look_alike(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.click_box(number)
    first = tracked.session.selection.track_ids[0]
    tracked.press(Qt.Key.Key_S)
    later = tracked.session.selection.track_ids[0]
    assert tracked.bench.chooser.lookalikes()[0].track_id == first
    tracked.press(Qt.Key.Key_1, CTRL)
    assert tracked.session.track(later) is None


def test_export_writes_the_corrected_tracks_and_says_how_many_rows(
    tracked: Stage, tmp_path: Path
) -> None:
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_Delete)
    rows = sum(track.box_count for track in tracked.session.tracks())
    tracked.answers.write_to = tmp_path / "out.txt"
    tracked.trigger("export_mot")
    tracked.wait(lambda: "Wrote" in tracked.notices[-1])
    assert len(read_mot(tmp_path / "out.txt").ids) == rows
    assert f"Wrote {rows} rows" in tracked.notices[-1]


def test_the_window_lives_while_it_exports_and_what_is_edited_meanwhile_is_not_in_it(
    tracked: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(project: Any, run_id: RunId) -> Iterator[MotTable]:
        for table in mot_chunks(project, run_id):
            begun.set()
            go_on.wait(60)
            yield table

    monkeypatch.setattr("trackmend_app.jobs.exporting.mot_chunks", slowly)
    rows = sum(track.box_count for track in tracked.session.tracks())
    tracked.answers.write_to = tmp_path / "out.txt"
    tracked.trigger("export_mot")
    tracked.wait(begun.is_set)
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_Delete)
    assert sum(track.box_count for track in tracked.session.tracks()) == rows - 1
    go_on.set()
    tracked.wait(lambda: not tracked.window.errands.runner.is_running)
    assert len(read_mot(tmp_path / "out.txt").ids) == rows


def test_closing_the_project_stops_an_export_and_leaves_the_earlier_file(
    tracked: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(project: Any, run_id: RunId) -> Iterator[MotTable]:
        for table in mot_chunks(project, run_id):
            begun.set()
            go_on.wait(60)
            yield table

    monkeypatch.setattr("trackmend_app.jobs.exporting.mot_chunks", slowly)
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "out.txt").write_text("earlier")
    tracked.answers.write_to = folder / "out.txt"
    tracked.trigger("export_mot")
    tracked.wait(begun.is_set)
    once_cancelled(monkeypatch, go_on.set)
    tracked.session.close_project()
    assert [path.name for path in folder.iterdir()] == ["out.txt"]
    assert (folder / "out.txt").read_text() == "earlier"


def test_every_edit_says_that_it_is_saved(tracked: Stage) -> None:
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_S)
    assert "every edit saved" in tracked.window.status_line.text
    assert "Split" in tracked.window.status_line.text
