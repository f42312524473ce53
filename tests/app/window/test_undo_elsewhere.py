"""Undo goes to the place it changes, also where that is another video or another run."""

from pathlib import Path

import pytest
from job_driving import leave_as_it_is
from PySide6.QtCore import Qt
from review_driving import press, wait_for_queue
from window_stage import Stage

from trackmend_app.review.queue_state import QueueState
from trackmend_core.project.edits import SplitTrack
from trackmend_core.synthetic import StreetSettings, write_street_video

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def mended(stage: Stage) -> Stage:
    """A track of the first video is split in frame 20."""
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    longest = max(stage.session.tracks(), key=lambda track: track.box_count)
    stage.session.edit(SplitTrack(track_id=longest.track_id, at_frame=20))
    return stage


def show_a_second_video(stage: Stage, folder: Path) -> None:
    second = folder / "second.mp4"
    write_street_video(second, StreetSettings(width=320, height=256, frame_count=8, seed=9))
    stage.answers.files = [second]
    stage.trigger("add_video")
    stage.wait(lambda: stage.session.video.name == second.name)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame == 0)


def test_an_edit_in_another_video_is_undone_before_the_eyes(mended: Stage, tmp_path: Path) -> None:
    first = mended.session.video
    count = len(mended.session.tracks())
    show_a_second_video(mended, tmp_path)
    mended.press(Qt.Key.Key_Z, CTRL)
    assert mended.session.video.video_id == first.video_id
    mended.wait(lambda: mended.window.canvas_presenter.shown_frame == 20)
    assert len(mended.session.tracks()) == count - 1
    told = mended.window.status_line.text
    assert "Undone: Split" in told and "now shown: street.mp4" in told
    mended.session.show_video(
        next(one.video_id for one in mended.session.project.videos() if one.name == "second.mp4")
    )
    mended.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert mended.session.video.video_id == first.video_id
    assert len(mended.session.tracks()) == count


def test_an_edit_of_an_earlier_run_is_undone_in_that_run(mended: Stage) -> None:
    earlier = mended.session.run
    count = len(mended.session.tracks())
    mended.run_model()
    leave_as_it_is(mended)
    later = mended.session.run
    assert later.run_id != earlier.run_id
    mended.go_to(5)
    mended.press(Qt.Key.Key_Z, CTRL)
    assert mended.session.run.run_id == earlier.run_id
    assert len(mended.session.tracks()) == count - 1
    assert mended.session.frame_index == 20
    assert f"now shown: {earlier.description}" in mended.window.status_line.text


def test_a_stretch_of_another_video_is_taken_back_before_the_eyes(
    mended: Stage, tmp_path: Path
) -> None:
    mended.press(Qt.Key.Key_Y)
    first = mended.session.video
    show_a_second_video(mended, tmp_path)
    mended.press(Qt.Key.Key_Z, CTRL)
    assert mended.session.video.video_id == first.video_id
    assert list(mended.bench.verification.stretches) == []
    assert "now shown: street.mp4" in mended.window.status_line.text


def test_an_answer_about_another_video_is_taken_back_before_the_eyes(
    mended: Stage, tmp_path: Path
) -> None:
    queue = wait_for_queue(mended)
    press(mended, Qt.Key.Key_N)
    card, first = queue.current, mended.session.video
    assert card is not None
    queue.set_note("a shadow")
    press(mended, Qt.Key.Key_W)
    show_a_second_video(mended, tmp_path)
    mended.press(Qt.Key.Key_Z, CTRL)
    assert mended.session.video.video_id == first.video_id
    assert mended.session.frame_index == card.frame
    mended.wait(lambda: queue.state is QueueState.READY)
    assert queue.snapshot.find(card.key) is not None, "the card is back in the queue"
    assert queue.current is not None and queue.current.key == card.key, "and it is open"
    assert set(mended.session.selection.track_ids) == set(card.tracks)
    assert queue.note == "a shadow"
