"""The pictures of the README, drawn by the real window; TRACKMEND_SCREENSHOTS keeps them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QDialog, QWidget
from road import Reviewer

from trackmend_core.synthetic import StreetSettings, write_street_video
from trackmend_core.types import ImageArray

SIZE = (1600, 1000)
STREET = StreetSettings(frame_count=90)
MIDDLE = 45


@pytest.fixture
def picture_folder(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("TRACKMEND_SCREENSHOTS", tmp_path / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def picture(widget: QWidget, path: Path) -> ImageArray:
    """Draw a widget into a PNG file and return its pixels."""
    assert widget.grab().save(str(path), QByteArray(b"PNG").data().decode())
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, np.uint8)


def colours(image: ImageArray) -> int:
    """Count colours, coarsely: an empty or default-grey widget has a handful."""
    return len(np.unique((image // 16).reshape(-1, 3), axis=0))


def track_and_look(someone: Reviewer, video: Path, *, frame_index: int) -> None:
    someone.drop(video)
    someone.run_model()
    someone.go_to(frame_index)
    numbers = someone.numbers_here()
    assert len(numbers) >= 2
    someone.click_box(numbers[0])
    someone.qtbot.wait(300)


def draw_the_window(someone: Reviewer, folder: Path, *, name: str) -> None:
    plain = picture(someone.window, folder / f"{name}-window.png")
    assert plain.shape[:2] == SIZE[::-1]
    assert colours(plain) > 300
    similarity = someone.window.workbench.similarity
    shown: list[int] = []
    similarity.map_changed.connect(lambda _map, frame_index: shown.append(frame_index))
    someone.trigger("show_similarity")
    someone.wait(lambda: bool(shown))
    someone.qtbot.wait(2500)
    overlaid = picture(someone.window, folder / f"{name}-similarity.png")
    assert np.mean(np.any(np.abs(overlaid.astype(int) - plain) > 24, axis=2)) > 0.05
    someone.trigger("show_similarity")


def draw_why(someone: Reviewer, folder: Path, *, name: str) -> None:
    """Draw what the tracker compared in this frame, the track over time, and who looks alike."""
    why = someone.window.why
    someone.trigger("why_matched")
    someone.wait(lambda: why.why_panel.matrix.content is not None)
    why.why_panel.matrix.point_at(0, 0)
    someone.qtbot.wait(1500)
    assert colours(picture(someone.window, folder / f"{name}-why-matrix.png")) > 300
    why.why_panel.track_button.click()
    someone.wait(lambda: why.why_panel.plot.path is not None)
    someone.qtbot.wait(500)
    picture(someone.window, folder / f"{name}-why-track.png")
    someone.trigger("who_alike")
    someone.wait(lambda: why.alike_panel.matrix.content is not None)
    why.alike_panel.matrix.point_at(0, 1)
    someone.qtbot.wait(1500)
    assert colours(picture(someone.window, folder / f"{name}-track-matrix.png")) > 300
    why.alike_panel.scatter_button.click()
    someone.qtbot.wait(500)
    assert colours(picture(why.alike_panel.scatter, folder / f"{name}-points.png")) > 20


def draw_the_finetune_dialog(someone: Reviewer, folder: Path) -> None:
    someone.trigger("finetune")
    dialog = someone.window.findChild(QDialog, "finetune_dialog")
    assert dialog is not None
    someone.qtbot.waitExposed(dialog)
    assert colours(picture(dialog, folder / "finetune-dialog.png")) > 20
    dialog.reject()


def draw_the_retracking(someone: Reviewer, folder: Path, *, name: str) -> None:
    """Try a longer memory from the first third on, and look at what would change."""
    someone.go_to(someone.session.video.frame_count // 3)
    before = someone.session.project.digest()
    control = someone.window.workbench.retracking
    someone.trigger("retrack")
    someone.wait(lambda: control.is_active and not control.is_computing)
    control.set_threshold("max_frames_lost", 60)
    someone.wait(lambda: not control.is_computing)
    someone.qtbot.wait(300)
    assert colours(picture(someone.window, folder / f"{name}-retrack.png")) > 300
    someone.trigger("leave")
    assert someone.session.project.digest() == before


@pytest.mark.timeout(600)
def test_screenshots_of_the_drawn_street(
    reviewer: Callable[..., Reviewer], tmp_path: Path, picture_folder: Path
) -> None:
    video = tmp_path / "street.mp4"
    write_street_video(video, STREET)
    someone = reviewer(size=SIZE)
    track_and_look(someone, video, frame_index=MIDDLE)
    draw_the_window(someone, picture_folder, name="street")
    draw_the_finetune_dialog(someone, picture_folder)


@pytest.mark.timeout(600)
def test_screenshots_of_a_real_street(
    reviewer: Callable[..., Reviewer], tmp_path: Path, picture_folder: Path, shared_dir: Path
) -> None:
    video = tmp_path / "stadtmitte.mp4"
    shutil.copy(shared_dir / "data/TUD-Stadtmitte/TUD-Stadtmitte.mp4", video)
    someone = reviewer(size=SIZE)
    track_and_look(someone, video, frame_index=91)
    draw_the_window(someone, picture_folder, name="stadtmitte")
    draw_why(someone, picture_folder, name="stadtmitte")
    draw_the_retracking(someone, picture_folder, name="stadtmitte")
