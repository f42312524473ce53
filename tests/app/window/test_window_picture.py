"""The window drawn into a file: it waits for all that comes by itself, and opens the first card."""

import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from review_driving import make_errors, queue_of
from window_stage import Stage

from trackmend_app.application import PICTURE_SIZE
from trackmend_app.review.queue_state import QueueState
from trackmend_app.window_picture import draw_window
from trackmend_core.errors import UserError


@pytest.fixture
def reopened(stage: Stage) -> Stage:
    """A tracked video with errors, and a new window that has not opened it yet."""
    make_errors(stage)
    stage.project_path = stage.session.project.path
    stage.close()
    stage.open_window()
    return stage


def draw(stage: Stage, picture: Path, *, opens_first_card: bool = False) -> None:
    opens = [stage.project_path]
    draw_window(stage.window, picture, opens=opens, opens_first_card=opens_first_card)


def barcodes(stage: Stage) -> list[bool]:
    details = stage.window.timeline._content.details
    shown = [details.get(track.track_id) for track in stage.session.tracks()]
    return [one is not None and one.codes is not None for one in shown]


def test_a_picture_waits_for_the_barcodes_and_the_queue_and_presses_nothing(
    reopened: Stage, tmp_path: Path
) -> None:
    picture = tmp_path / "window.png"
    draw(reopened, picture)
    image = QImage(str(picture))
    assert (image.width(), image.height()) == PICTURE_SIZE
    assert len(barcodes(reopened)) >= 4 and all(barcodes(reopened))
    queue = queue_of(reopened)
    assert queue.state is QueueState.READY and queue.snapshot.open
    assert queue.current is None
    assert reopened.session.selection.track_ids == ()


def test_a_picture_waits_for_slow_barcodes(
    reopened: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, may_go_on = reopened.window, threading.Event()
    start = window.lane_details.runner.start

    def start_slowly(title: str, factory: object) -> None:
        def slow():  # type: ignore[no-untyped-def]
            may_go_on.wait(60)
            return (yield from factory())  # type: ignore[operator]

        threading.Timer(1.5, may_go_on.set).start()
        start(title, slow)

    monkeypatch.setattr(window.lane_details.runner, "start", start_slowly)
    draw(reopened, tmp_path / "window.png")
    assert all(barcodes(reopened))


def test_with_the_first_card_opened_its_pictures_its_fix_and_the_maps_are_in_it(
    reopened: Stage, tmp_path: Path
) -> None:
    window, queue = reopened.window, queue_of(reopened)
    draw(reopened, tmp_path / "window.png", opens_first_card=True)
    assert queue.current is not None
    assert queue.current.key == queue.snapshot.open[0].key
    assert window.canvas_presenter.shown_frame == queue.current.frame
    cells = window.review_panel.open_card.crops.cells
    assert cells and all(cell.has_crop for cell in cells)
    assert queue.preview is not None and window.timeline.ghosts
    assert "Enter" in window.status_line.text and "street.mp4" not in window.status_line.text
    tiles = [one for one in window.why.similarity_panel.tiles if one.frame_index is not None]
    assert tiles and all(tile.similarity is not None for tile in tiles)
    assert all(barcodes(reopened))


def test_a_project_without_tracks_is_drawn_without_waiting_for_any(
    stage: Stage, tmp_path: Path
) -> None:
    picture = tmp_path / "window.png"
    draw_window(stage.window, picture, opens=[stage.video], opens_first_card=True)
    assert picture.exists()


def test_a_project_whose_video_is_gone_is_told_and_not_drawn(
    reopened: Stage, tmp_path: Path
) -> None:
    reopened.video.rename(tmp_path / "elsewhere.bin")
    reopened.answers.agrees = False
    with pytest.raises(UserError, match=r"street\.mp4"):
        draw(reopened, tmp_path / "window.png")
    assert not (tmp_path / "window.png").exists()


def test_what_cannot_be_opened_is_told_and_not_drawn(stage: Stage, tmp_path: Path) -> None:
    broken = tmp_path / "broken.trackmend"
    broken.write_bytes(b"nothing of ours" * 100)
    with pytest.raises(UserError):
        draw_window(stage.window, tmp_path / "window.png", opens=[broken])
    assert not (tmp_path / "window.png").exists()
