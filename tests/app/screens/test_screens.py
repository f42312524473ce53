"""Every room of the window is drawn, light and dark, at 1x and 2x, into tests/app/screenshots.

Look at them: a test can only tell that something is there.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from tour import DIALOGS, PANELS, SLOW_DIALOGS

from trackmend_app.sample import make_sample
from trackmend_core.synthetic import StreetSettings
from trackmend_core.types import ImageArray

HERE = Path(__file__).resolve().parent
PICTURES = Path(os.environ.get("TRACKMEND_SCREENSHOTS", HERE.parent / "screenshots"))
THEMES = ("dark", "light")
ROOMS = (
    *("welcome", "nothing-selected", "window", "reviewing", "two-views", "canvas-confidence"),
    *("retracking", "small-window", "canvas-assigning", "canvas-refused"),
    *(f"panel-{name}" for name in (*PANELS, "compare", "why", "alike")),
    *(f"dialog-{name}" for name in (*DIALOGS, *SLOW_DIALOGS)),
)
pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]
"""It takes minutes: `make screenshots` asks for it."""

STREET = StreetSettings(frame_count=60)
_MOSTLY_VIDEO = ("window", "two-views", "retracking", "small-window")


@pytest.fixture(scope="session")
def tours(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Walk through the window at both scales; return the folders of pictures."""
    folder = tmp_path_factory.mktemp("sample")
    making = make_sample(folder, street=STREET)
    try:
        while True:
            next(making)
    except StopIteration as made:
        project = made.value
    folders = {}
    for scale in (1, 2):
        folders[scale] = PICTURES / f"{scale}x"
        folders[scale].mkdir(parents=True, exist_ok=True)
        for old in folders[scale].glob("*.png"):
            old.unlink()
        home = tmp_path_factory.mktemp(f"home{scale}")
        desk = write_desk(home / "desk.json", scale=scale)
        surroundings = dict(os.environ, QT_QPA_PLATFORM=desk, QT_SCALE_FACTOR=str(scale))
        surroundings |= dict.fromkeys(
            ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), str(home)
        )
        copy = home / project.name
        copy.write_bytes(project.read_bytes())
        (home / "street.mp4").write_bytes((folder / "street.mp4").read_bytes())
        walked = subprocess.run(
            [sys.executable, HERE / "tour.py", copy, folders[scale]],
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert walked.returncode == 0, walked.stderr[-3000:]
    return folders


def write_desk(path: Path, *, scale: int) -> str:
    """Describe a screen as on a desk; return the platform that has it (Qt's own: 800 x 800)."""
    screen = {"name": "desk", "x": 0, "y": 0, "width": 1920 * scale, "height": 1200 * scale}
    dots = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    path.write_text(json.dumps({"screens": [screen | dots]}))
    return f"offscreen:configfile={path}"


def picture(folder: Path, theme: str, room: str) -> ImageArray:
    image = cv2.imread(str(folder / f"{theme}-{room}.png"))
    assert image is not None, f"{theme}-{room} was not drawn"
    return np.asarray(image, np.uint8)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_drawn_in_both_themes_and_sharp_at_both_scales(
    tours: dict[int, Path], room: str
) -> None:
    for theme in THEMES:
        small, large = (picture(tours[scale], theme, room) for scale in (1, 2))
        assert large.shape[0] == pytest.approx(2 * small.shape[0], abs=12)
        assert large.shape[1] == pytest.approx(2 * small.shape[1], abs=12)
        assert len(np.unique((small // 16).reshape(-1, 3), axis=0)) > 12, "next to nothing is drawn"
    dark, light = (picture(tours[1], theme, room) for theme in THEMES)
    if not room.startswith("canvas-"):
        assert np.median(dark) < 70 < 170 < np.median(light) or room in _MOSTLY_VIDEO
        assert dark.mean() < light.mean()
    # What a widget draws of its own is not enlarged from the small picture: it has finer edges.
    theme = "dark"
    enlarged = cv2.resize(
        picture(tours[1], theme, room), picture(tours[2], theme, room).shape[1::-1]
    )
    fine = picture(tours[2], theme, room)
    assert sharpness(fine) > 1.15 * sharpness(enlarged)


def sharpness(image: ImageArray) -> float:
    return float(np.abs(cv2.Laplacian(image, cv2.CV_32F)).mean())
