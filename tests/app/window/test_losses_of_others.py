"""What others lost, each with a test that would catch it here: UX.md section 4.

Most of them are kept by tests elsewhere; `KEPT_BY` says by which, and whether they are still there.
"""

import ast
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThread
from window_stage import Stage

from trackmend_app.keys.key_map import KeyChoice, load_choice, save_choice
from trackmend_app.settings.store import load_settings, save_settings
from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot
from trackmend_core.project import Project
from trackmend_core.project.edits import DeleteTracks
from trackmend_core.types import TrackId

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
TESTS = Path(__file__).parents[2]
APP = TESTS.parent / "app" / "trackmend_app"
HERE = 20

KEPT_BY: dict[str, list[str]] = {
    "truncate-then-write saves, 0-byte projects": [
        "core/project/test_project_file.py::test_an_empty_file_is_refused",
        "core/exchange/test_mot_text.py::test_a_failed_export_leaves_the_old_file_as_it_was",
        "app/window/test_losses_of_others.py::test_keys_and_settings_are_written_whole_or_not_at_all",
    ],
    "crash while saving": [
        "core/project/test_project_crash.py"
        "::test_a_project_survives_kill_9_with_every_acknowledged_edit",
        "core/project/test_project_crash.py::test_an_edit_cut_off_before_its_commit_never_happened",
        "core/project/test_project_runs.py::test_a_full_disk_loses_nothing_that_was_written",
    ],
    "undo that re-deletes after a second save": [
        "app/window/test_losses_of_others.py::test_what_undo_brought_back_stays_whatever_is_saved_after",
        "core/project/test_project_log.py::test_undo_and_redo_survive_restarts",
    ],
    "worker killed for memory, its truncated output imported as a success": [
        "app/test_training_process.py::test_a_crash_is_failed_and_says_what_is_kept",
        "app/test_training_process.py::test_finished_from_a_process_that_then_fails_is_failed",
        "app/window/test_teaching.py::test_a_trainer_that_dies_adds_nothing_and_spares_the_window",
        "app/window/test_teaching.py::test_a_model_that_cannot_be_read_is_not_added",
        "app/many/test_track_workers.py"
        "::test_a_worker_that_dies_fails_its_video_only_and_imports_nothing",
        "app/many/test_track_queue.py::test_a_text_that_was_cut_short_is_not_taken_for_a_whole",
    ],
    "deleting predictions in one video touching another": [
        "app/window/test_losses_of_others.py::test_deleting_in_one_video_leaves_the_other_as_it_is",
        "core/project/test_project_runs.py::test_tracks_of_different_runs_are_never_mixed",
    ],
    "training dialog crash losing labels": [
        "app/window/test_losses_of_others.py::test_a_bug_in_the_dialog_of_training_costs_no_correction",
    ],
    "cancel that deletes the run folder": [
        "app/test_training_process.py::test_a_polite_cancel_keeps_the_last_checkpoint",
        "app/window/test_teaching.py"
        "::test_a_cancelled_training_says_where_its_checkpoint_is_and_adds_nothing",
        "app/window/test_running.py"
        "::test_a_cancelled_run_keeps_its_frames_and_goes_on_under_the_same_ids",
    ],
    "export that silently drops all but one identity": [
        "core/exchange/test_mot_export.py"
        "::test_every_box_leaves_in_frames_from_one_with_the_ids_that_the_user_sees",
        "core/exchange/test_mot_export.py::test_an_export_that_would_lose_boxes_writes_nothing",
        "app/window/test_losses_of_others.py::test_what_is_exported_is_what_is_seen_ids_and_frames_and_all",
    ],
    "off-by-one frame bases": [
        "core/video/test_video_exactness.py"
        "::test_sequential_and_random_reading_give_the_numbered_frames",
        "app/window/test_losses_of_others.py::test_what_is_exported_is_what_is_seen_ids_and_frames_and_all",
    ],
    "ids lost on re-import": [
        "core/exchange/test_mot_text.py::test_a_result_survives_writing_and_reading",
        "app/window/test_losses_of_others.py::test_what_is_exported_is_what_is_seen_ids_and_frames_and_all",
        "app/window/test_losses_of_others.py::test_a_video_opened_again_has_its_ids_and_its_corrections",
    ],
    "a player driven from a thread that is not a QThread": [
        "app/window/test_losses_of_others.py::test_the_window_starts_no_thread_that_qt_does_not_know",
        "app/window/test_losses_of_others.py::test_frames_are_shown_in_the_thread_of_the_window",
    ],
    "a linear scan per key press": [
        "core/project/test_project_scale.py::test_no_look_up_walks_a_large_table",
        "app/test_timeline.py::test_a_thousand_lanes_paint_no_more_than_is_seen",
    ],
    "a project on a network drive": [
        "core/project/test_project_file.py::test_a_network_drive_is_told_by_its_mount",
        "core/project/test_project_file.py::test_a_project_on_a_network_drive_works_with_a_notice",
    ],
}


@pytest.mark.parametrize("loss", KEPT_BY)
def test_every_loss_has_its_tests(loss: str) -> None:
    for named in KEPT_BY[loss]:
        file, _, name = named.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in functions, f"{named} is gone"


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    stage.open_video()
    stage.run_model()
    stage.go_to(HERE)
    return stage


def in_file(path: Path) -> str:
    with closing(Project.open(path)) as other:
        return other.digest()


def test_what_undo_brought_back_stays_whatever_is_saved_after(tracked: Stage) -> None:
    path = tracked.session.project.path
    before = in_file(path)
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_Delete, CTRL | SHIFT)
    assert in_file(path) != before
    tracked.press(Qt.Key.Key_Z, CTRL)
    for name in ("one save", "another"):
        tracked.answers.says = name
        tracked.press(Qt.Key.Key_S, CTRL)
        assert in_file(path) == before
    tracked.close()
    assert in_file(path) == before
    tracked.open_window()
    tracked.open_video()
    assert tracked.session.project.digest() == before
    assert not tracked.window.action_set["undo"].isEnabled(), "there is nothing left to take back"
    tracked.press(Qt.Key.Key_Z, CTRL)
    assert in_file(path) == before


def test_deleting_in_one_video_leaves_the_other_as_it_is(tracked: Stage, tmp_path: Path) -> None:
    project = tracked.session.project
    second = tmp_path / "second.mkv"
    second.write_bytes(tracked.video.read_bytes() + b"\0")
    tracked.answers.files = [second]
    tracked.trigger("add_video")
    tracked.wait(lambda: len(project.videos()) == 2)
    first_video, second_video = project.videos()
    first_run = project.active_run(first_video.video_id)
    tracked.session.show_video(second_video.video_id)
    tracked.wait(lambda: tracked.bench.opened_video is not None)
    tracked.run_model()
    kept = project.tracks(first_run.run_id)
    tracked.session.select_tracks([track.track_id for track in tracked.session.tracks()])
    tracked.press(Qt.Key.Key_Delete, CTRL | SHIFT)
    assert tracked.session.tracks() == ()
    assert project.tracks(first_run.run_id) == kept
    run = tracked.session.run
    project.delete_run(run.run_id)
    assert project.tracks(first_run.run_id) == kept
    assert [one.run_id for one in project.runs(first_video.video_id)] == [first_run.run_id]
    stranger = TrackId(max(track.track_id for track in kept))
    project.edit(DeleteTracks(track_ids=(stranger,)))
    project.undo()
    assert project.tracks(first_run.run_id) == kept


def test_a_bug_in_the_dialog_of_training_costs_no_correction(
    tracked: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_S)
    corrected = in_file(tracked.session.project.path)

    def breaks() -> None:
        raise RuntimeError("the dialog broke")

    monkeypatch.setattr(tracked.bench.training, "material", breaks)
    with tracked.qtbot.captureExceptions() as raised:
        tracked.trigger("finetune")
    assert len(raised) == 1 or tracked.errors
    assert in_file(tracked.session.project.path) == corrected
    assert tracked.window.canvas.isVisible()
    tracked.press(Qt.Key.Key_Z, CTRL)
    assert in_file(tracked.session.project.path) != corrected, "and the work goes on"


def test_what_is_exported_is_what_is_seen_ids_and_frames_and_all(
    tracked: Stage, tmp_path: Path
) -> None:
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_S)
    tracked.answers.write_to = tmp_path / "out.txt"
    tracked.trigger("export_mot")
    tracked.wait(lambda: not tracked.window.errands.runner.is_running)
    run = tracked.session.run
    seen = {
        (box.frame_index, box.number): box.box_xyxy
        for box in tracked.session.project.boxes_in_range(run.run_id, 0, 39)
    }
    lines = [
        line.split(",") for line in (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()
    ]
    assert {(int(line[0]) - 1, int(line[1])) for line in lines} == seen.keys(), "frames from 1"
    for line in lines:
        left, top, width, height = (float(value) for value in line[2:6])
        expected = seen[int(line[0]) - 1, int(line[1])]
        assert (left, top, left + width, top + height) == pytest.approx(expected, abs=0.01)
    again = read_mot(tmp_path / "out.txt")
    assert sorted(set(again.ids.tolist())) == sorted({number for _, number in seen})


def test_a_video_opened_again_has_its_ids_and_its_corrections(tracked: Stage) -> None:
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_S)
    before = tracked.session.project.digest()
    numbers = [(track.track_id, track.number) for track in tracked.session.tracks()]
    tracked.close()
    tracked.open_window()
    tracked.open_video()  # the video, not the project
    assert tracked.session.project.digest() == before
    assert [(track.track_id, track.number) for track in tracked.session.tracks()] == numbers


def test_keys_and_settings_are_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, settings = tmp_path / "keys.toml", tmp_path / "settings.toml"
    save_choice(keys, KeyChoice(own={"split": ("Alt+S",)}))
    save_settings(settings, load_settings(settings))
    before = keys.read_bytes(), settings.read_bytes()
    assert before[0]

    def full(_self: Path, _data: str, **_options: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UserError):
        save_choice(keys, KeyChoice(own={}))
    with pytest.raises(UserError):
        save_settings(settings, load_settings(settings))
    assert (keys.read_bytes(), settings.read_bytes()) == before
    assert load_choice(keys).own == {"split": ("Alt+S",)}


def test_the_window_starts_no_thread_that_qt_does_not_know() -> None:
    """A QTimer or a player made in a plain thread never fires, or dies with the process."""
    found = []
    plain = {("threading", "Thread"), ("threading", "Timer")}
    for path in sorted(APP.rglob("*.py")):
        if "many" in path.relative_to(APP).parts or path.name == "index_worker.py":
            continue  # processes of their own, without a window: they load no Qt
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            if is_named and (node.value.id, node.attr) in plain:
                found.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.Name) and node.id == "ThreadPoolExecutor":
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_frames_are_shown_in_the_thread_of_the_window(stage: Stage) -> None:
    stage.open_video()
    seen: set[tuple[bool, bool]] = set()

    def note(_frame: int) -> None:
        in_window = QThread.currentThread() is stage.app.thread()
        seen.add((in_window, threading.current_thread() is threading.main_thread()))

    stage.bench.playback.frame_due.connect(note)
    stage.window.canvas_presenter.frame_shown.connect(note)
    stage.press(Qt.Key.Key_Space)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame > 4)
    stage.press(Qt.Key.Key_Space)
    assert seen == {(True, True)}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody rename an open file")
def test_a_project_renamed_under_the_window_loses_nothing_and_lets_it_close(tracked: Stage) -> None:
    path = tracked.session.project.path
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_Delete, CTRL | SHIFT)
    mended, count = tracked.session.project.digest(), len(tracked.session.tracks())
    elsewhere = path.with_name("renamed.trackmend")
    path.rename(elsewhere)
    refused: list[UserError] = []
    tracked.bench.corrections.refused.connect(refused.append)
    tracked.click_box(tracked.numbers_here()[0])
    tracked.press(Qt.Key.Key_Delete, CTRL | SHIFT)
    assert len(refused) == 1
    assert "moved" in refused[0].message
    assert len(tracked.session.tracks()) == count
    tracked.close()
    assert not tracked.window.isVisible()
    assert tracked.session.project is None
    assert not path.exists()
    assert in_file(elsewhere) == mended
