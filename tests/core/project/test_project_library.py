"""Videos are found again; models, trainings and suggestions are kept."""

import shutil
from pathlib import Path

import pytest
from project_scenes import add_street, record_run, video_info

from trackmend_core.errors import UserError
from trackmend_core.project import Project, Suggestion, VideoInfo
from trackmend_core.types import RunId, VideoId


def made_video(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "street.mp4"
    path.write_bytes(b"video")
    return path


def test_a_video_is_listed_as_it_was_added(project: Project) -> None:
    info = video_info(made_video(project.path.parent))
    video_id = project.add_video(info)
    (video,) = project.videos()
    assert (video.video_id, video.name, video.path) == (video_id, "street.mp4", info.path)
    assert (video.frame_count, video.frame_rate) == (200, 25.0)
    assert (video.width, video.height, video.fingerprint) == (640, 480, "street")


def test_the_same_content_is_one_video_at_its_new_place(project: Project, tmp_path: Path) -> None:
    first = project.add_video(video_info(made_video(tmp_path / "a")))
    second = project.add_video(video_info(made_video(tmp_path / "b")))
    assert first == second
    assert project.locate_video(first) == tmp_path / "b" / "street.mp4"


def test_a_project_moved_with_its_video_finds_it(tmp_path: Path) -> None:
    with Project.create(tmp_path / "old.trackmend") as project:
        video_id = project.add_video(video_info(made_video(tmp_path / "videos")))
    new = tmp_path / "usb stick" / "folder"
    new.mkdir(parents=True)
    shutil.move(project.path, new / "old.trackmend")
    shutil.move(tmp_path / "videos", new / "videos")
    with Project.open(new / "old.trackmend") as project:
        assert project.locate_video(video_id) == new / "videos" / "street.mp4"


def test_a_project_moved_without_its_video_finds_it_too(tmp_path: Path) -> None:
    with Project.create(tmp_path / "old.trackmend") as project:
        path = made_video(tmp_path / "videos")
        video_id = project.add_video(video_info(path))
    (tmp_path / "elsewhere").mkdir()
    shutil.move(project.path, tmp_path / "elsewhere" / "old.trackmend")
    with Project.open(tmp_path / "elsewhere" / "old.trackmend") as project:
        assert project.locate_video(video_id) == path


def test_a_lost_video_is_relinked_by_its_content(project: Project, tmp_path: Path) -> None:
    path = made_video(tmp_path / "a")
    video_id = project.add_video(video_info(path))
    path.unlink()
    with pytest.raises(UserError, match=r"street\.mp4 is not at") as raised:
        project.locate_video(video_id)
    assert "Locate video" in raised.value.hint
    other = made_video(tmp_path / "b")
    with pytest.raises(UserError, match="content differs"):
        project.relink_video(video_id, other, "another film")
    project.relink_video(video_id, other, "street")
    assert project.locate_video(video_id) == other
    project.relink_video(video_id, made_video(tmp_path / "c"), "another film", force=True)
    assert project.locate_video(video_id) == tmp_path / "c" / "street.mp4"
    assert project.videos()[0].fingerprint == "street"


def test_a_video_without_frames_or_unknown_is_refused(project: Project, tmp_path: Path) -> None:
    empty = VideoInfo(
        path=tmp_path / "x", fingerprint="x", frame_count=0, frame_rate=25, width=1, height=1
    )
    with pytest.raises(UserError, match="no frame"):
        project.add_video(empty)
    with pytest.raises(UserError, match="not in the project"):
        project.locate_video(VideoId(8))
    assert project.active_run(add_street(project)) is None


def test_models_know_what_they_were_taught_from(project: Project, tmp_path: Path) -> None:
    base = project.add_model("light", tmp_path / "light.safetensors", "mobilenetv2_fpn", {"a": "b"})
    tuned = project.add_model(
        "light, taught", tmp_path / "taught.safetensors", "mobilenetv2_fpn", {}, parent=base
    )
    again = project.add_model("light", tmp_path / "light.safetensors", "mobilenetv2_fpn", {})
    assert again == base
    assert [(model.model_id, model.parent_id) for model in project.models()] == [
        (base, None),
        (tuned, base),
    ]
    assert project.models()[0].metadata == {"a": "b"}


def test_trainings_are_kept_with_their_settings(project: Project, tmp_path: Path) -> None:
    base = project.add_model("light", tmp_path / "l", "mobilenetv2_fpn", {})
    number = project.add_training_run(
        base_model_id=base,
        model_id=None,
        config={"steps": 30, "rate": 1e-4},
        summary={"loss": [3.5, 1 / 3]},
        status="cancelled",
    )
    (training,) = project.training_runs()
    assert (training.training_run_id, training.base_model_id, training.model_id) == (
        number,
        base,
        None,
    )
    assert (training.config["rate"], training.summary["loss"][1]) == (1e-4, 1 / 3)
    later = project.add_model("taught", tmp_path / "t", "mobilenetv2_fpn", {}, parent=base)
    project.set_training_model(number, later)
    (training,) = project.training_runs()
    assert (training.model_id, training.status) == (later, "cancelled")


def suggestion(score: float, *, reason: str = "They look alike.") -> Suggestion:
    return Suggestion(
        kind="switch",
        first_frame=3,
        last_frame=9,
        score=score,
        reason=reason,
        evidence={"tracks": [1, 2], "similarity": 0.83},
    )


def test_an_answered_suggestion_survives_a_new_search(project: Project) -> None:
    run_id = record_run(project, add_street(project))
    project.save_suggestions(run_id, [suggestion(0.2), suggestion(0.9), suggestion(0.5)])
    first = project.suggestions(run_id)
    assert [found.score for found in first] == [0.9, 0.5, 0.2]
    assert first[0].evidence == {"tracks": [1, 2], "similarity": 0.83}
    assert first[1].suggestion_id is not None
    project.answer_suggestion(first[1].suggestion_id, "rejected")
    project.save_suggestions(run_id, [suggestion(0.7)])
    kept = [(found.score, found.state) for found in project.suggestions(run_id)]
    assert kept == [(0.7, "open"), (0.5, "rejected")]
    assert project.suggestions(RunId(99)) == []


def test_a_name_that_is_no_text_is_said(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "bad\udcff.mp4"  # how Python writes a byte that is no letter
    with pytest.raises(UserError, match="bytes that are no letters"):
        project.add_video(video_info(path))
    with pytest.raises(UserError, match="bytes that are no letters"):
        project.add_model("m", path, "dla34", metadata={})


def test_a_video_in_a_folder_that_may_not_be_looked_into_counts_as_lost(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video_id = project.add_video(video_info(tmp_path / "theirs" / "v.mp4"))

    def refuse(path: Path, **_: object) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(UserError, match="is not at"):
        project.locate_video(video_id)
