from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from window_stage import Stage

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.edits import DeleteTrack
from trackmend_core.synthetic import StreetSettings, write_street_video


def test_a_file_may_be_dropped_anywhere_on_a_field_too(stage: Stage) -> None:
    """A line of text would take the address of the file as its text."""
    stage.open_video()
    stage.trigger("add_view")
    fields = stage.window.findChildren(QLineEdit)
    assert len(fields) >= 3
    assert [field.objectName() or field for field in fields if field.acceptDrops()] == []


def test_a_dropped_video_gets_a_project_beside_it_and_shows_its_first_frame(stage: Stage) -> None:
    stage.drop(stage.video)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame == 0)
    assert stage.session.project is not None
    assert stage.session.project.path == stage.video.with_suffix(".trackmend")
    assert stage.window.canvas.has_frame
    assert stage.window.tool_bar.readout.text == "1 / 40 · 00:00.00"


def test_a_video_that_has_a_project_opens_that_project(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.trigger("close_project")
    stage.open_video()
    assert stage.session.run is not None
    assert [path.name for path in stage.video.parent.glob("*.trackmend")] == ["street.trackmend"]


def read_only(stage: Stage) -> Path:
    """A tracked, corrected and closed project that is marked read-only."""
    stage.open_video()
    stage.run_model()
    stage.session.edit(DeleteTrack(track_id=stage.session.tracks()[0].track_id))
    path = stage.session.project.path
    stage.trigger("close_project")
    path.chmod(0o444)
    return path


def test_a_project_that_cannot_be_written_is_offered_as_a_copy(stage: Stage) -> None:
    path = read_only(stage)
    before, there = path.read_bytes(), sorted(path.parent.iterdir())
    elsewhere = path.parent / "mine"
    elsewhere.mkdir()
    stage.answers.write_to = elsewhere / "street.trackmend"
    stage.drop(path)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)
    assert "Where shall a copy be kept?" in stage.answers.asked[-1]
    assert stage.session.project.path == stage.answers.write_to and not stage.errors
    assert stage.window.windowTitle().startswith("street.trackmend")
    stage.trigger("undo")
    assert path.read_bytes() == before
    assert sorted(one for one in path.parent.iterdir() if one != elsewhere) == there


def test_without_a_copy_it_is_one_sentence_and_nothing_is_created(stage: Stage) -> None:
    path = read_only(stage)
    there = sorted(path.parent.iterdir())
    stage.answers.write_to = None
    stage.drop(path)
    assert [str(error) for error in stage.errors] == [
        f"{path} is read-only. Copy it to a folder of yours, or make it writable."
    ]
    assert stage.session.project is None
    assert sorted(path.parent.iterdir()) == there


def test_a_copy_takes_no_other_projects_place(stage: Stage) -> None:
    path = read_only(stage)
    other = path.with_name("other.trackmend")
    other.write_text("mine")
    stage.answers.write_to = other
    stage.drop(path)
    assert "exists already. Choose another name for the copy." in str(stage.errors[0])
    assert other.read_text() == "mine"


def test_a_foreign_file_under_the_projects_name_is_left_alone(stage: Stage) -> None:
    foreign = stage.video.with_suffix(".trackmend")
    foreign.write_text("my notes")
    stage.open_video()
    assert foreign.read_text() == "my notes"
    assert stage.session.project.path.name == "street-2.trackmend"


def test_a_file_that_is_no_video_is_refused_in_words(stage: Stage, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("not a video")
    stage.drop(text)
    stage.wait(lambda: bool(stage.errors))
    assert isinstance(stage.errors[0], UserError)
    assert stage.session.project is None
    assert not text.with_suffix(".trackmend").exists()


def test_a_project_opens_where_it_was_left(stage: Stage) -> None:
    stage.open_video()
    stage.go_to(17)
    stage.close()
    window = stage.open_window()
    window.workbench.opener.open_paths([stage.video.with_suffix(".trackmend")])
    stage.wait(lambda: window.canvas_presenter.shown_frame == 17)


def lose(stage: Stage, moved: Path) -> None:
    """Track the video, move it, and open its project again."""
    stage.open_video()
    project = stage.session.project.path
    stage.trigger("close_project")
    moved.parent.mkdir(exist_ok=True)
    stage.video.rename(moved)
    stage.bench.opener.open_paths([project])


def test_a_moved_video_is_found_by_its_content_below_the_project(
    stage: Stage, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / "street.mp4"
    other.parent.mkdir()
    other.write_bytes(b"another video under the old name")
    lose(stage, tmp_path / "elsewhere" / "renamed.mkv")
    stage.wait(lambda: "renamed.mkv" in stage.window.status_line.text)
    assert stage.session.project.locate_video(stage.session.video.video_id).name == "renamed.mkv"
    assert not stage.errors
    assert stage.answers.asked == []


def test_a_video_that_is_nowhere_near_is_asked_for(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    moved = tmp_path_factory.mktemp("far") / "street.mp4"
    stage.answers.files = [moved]
    lose(stage, moved)
    stage.wait(lambda: len(stage.answers.asked) == 2)
    assert "street.mp4 is not where it was." in stage.answers.asked[0]
    assert stage.answers.asked[1] == "Where is street.mp4 now?"
    stage.wait(lambda: stage.bench.situation().has_video)


def test_a_window_that_closes_while_a_video_is_looked_for_asks_nothing(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    moved = tmp_path_factory.mktemp("far") / "street.mp4"
    stage.answers.files = [moved]
    lose(stage, moved)
    stage.wait(lambda: stage.bench.finder.runner.is_running)
    stage.close()
    assert stage.answers.asked == []


def test_another_video_is_taken_only_when_it_is_said_twice(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    moved = tmp_path_factory.mktemp("far") / "street.mp4"
    stage.answers.agrees = False
    lose(stage, moved)
    stage.wait(lambda: bool(stage.answers.asked))
    converted = moved.with_name("converted.mp4")
    converted.write_bytes(moved.read_bytes() + b"\0")
    stage.answers.files = [converted]
    stage.trigger("relink_video")
    assert "converted.mp4 differs" in stage.answers.asked[-1]
    assert not stage.bench.situation().has_video
    stage.answers.agrees = True
    stage.trigger("relink_video")
    stage.wait(lambda: stage.bench.situation().has_video)


def test_a_lost_video_says_so_and_can_be_found_again(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stage.answers.agrees = False
    tmp_path = tmp_path_factory.mktemp("far")
    stage.open_video()
    project = stage.session.project.path
    stage.trigger("close_project")
    moved = tmp_path / "elsewhere" / "renamed.mp4"
    moved.parent.mkdir()
    stage.video.rename(moved)
    stage.bench.opener.open_paths([project])
    stage.wait(lambda: bool(stage.answers.asked))
    assert stage.window.status_line.text.startswith("Video lost")
    stage.answers.files = [moved]
    stage.trigger("relink_video")
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame == 0)


def test_a_second_video_is_added_to_the_open_project(stage: Stage, tmp_path: Path) -> None:
    stage.open_video()
    second = tmp_path / "second.mkv"
    second.write_bytes(stage.video.read_bytes() + b"\0")
    stage.answers.files = [second]
    stage.trigger("add_video")
    stage.wait(lambda: len(stage.session.project.videos()) == 2)
    with Project.open(stage.session.project.path) as project:
        assert [video.name for video in project.videos()] == ["street.mp4", "second.mkv"]


def test_the_welcome_page_stands_alone_without_a_project(stage: Stage) -> None:
    assert stage.window.welcome.isVisible()
    assert not stage.window.panels["tracks"].isVisible()
    assert not stage.window.action_set["run_model"].isEnabled()


def test_a_video_that_was_replaced_is_told_and_not_tracked_into_the_old_one(
    stage: Stage, tmp_path: Path
) -> None:
    stage.open_video()
    stage.run_model()
    project_path = stage.session.project.path
    stage.trigger("close_project")
    shorter = StreetSettings(
        width=320, height=256, frame_count=25, walkers=2, lookalikes=0, furniture=0, seed=4
    )
    write_street_video(stage.video, shorter)
    told: list[UserError] = []
    stage.bench.failed.connect(told.append)
    stage.bench.opener.open_paths([project_path])
    stage.wait(lambda: bool(told))
    assert "it has 25 frames" in told[0].message
    assert "there were 40" in told[0].message
    stage.wait(lambda: stage.bench.situation().has_video)
    before = stage.session.project.digest()
    refused: list[UserError] = []
    stage.bench.runs.runner.failed.connect(refused.append)
    stage.trigger("run_model")
    stage.wait(lambda: bool(refused))
    assert "is not the video that was tracked" in refused[0].message
    assert len(stage.session.project.runs(stage.session.video.video_id)) == 1
    assert stage.session.project.digest() == before


def test_a_video_of_the_same_size_and_length_with_other_content_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open_video()
    stage.run_model()
    project_path = stage.session.project.path
    stage.trigger("close_project")
    failed: list[UserError] = []
    stage.bench.failed.connect(failed.append)
    told: list[str] = []
    monkeypatch.setattr(stage.window.status_line, "notice", lambda text, **_: told.append(text))
    stage.bench.opener.open_paths([project_path])
    stage.wait(lambda: any("40 frames" in text for text in told))
    assert not any("was changed since it was tracked" in text for text in told)
    stage.trigger("close_project")
    told.clear()
    other = StreetSettings(
        width=320, height=256, frame_count=40, walkers=2, lookalikes=0, furniture=0, seed=4
    )
    write_street_video(stage.video, other)
    stage.bench.opener.open_paths([project_path])
    stage.wait(lambda: any("40 frames" in text for text in told))
    assert any("was changed since it was tracked" in text for text in told)
    assert not failed


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_a_file_dropped_on_a_floating_panel_opens_as_anywhere_else(stage: Stage) -> None:
    panel = stage.window.panels["tracks"]
    panel.setFloating(True)
    assert panel.isWindow() and panel.acceptDrops()
    stage.drop(stage.video, on=panel)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)
    panel.setFloating(False)
    assert not panel.acceptDrops(), "docked, the window itself takes it"
