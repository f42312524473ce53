import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pseudo_locale import PseudoTranslator
from PySide6.QtCore import QSettings, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_stage import Stage, TruthDetector

from trackmend_app.application import prepare_application
from trackmend_app.log_file import stop_log_file
from trackmend_app.training import control
from trackmend_core.synthetic import GroundTruth, StreetSettings, write_street_video

STREET = StreetSettings(
    width=320, height=256, frame_count=40, walkers=4, lookalikes=0, furniture=0, seed=3
)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GroundTruth]:
    path = tmp_path_factory.mktemp("street") / "street.mp4"
    return path, write_street_video(path, STREET)


@pytest.fixture
def stage(
    qtbot: QtBot,
    qapp: QApplication,
    tmp_path: Path,
    isolated_home: Path,
    drawn: tuple[Path, GroundTruth],
) -> Iterator[Stage]:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(isolated_home))
    prepare_application()
    source, truth = drawn
    video = tmp_path / "street.mp4"
    video.write_bytes(source.read_bytes())
    stage = Stage(qtbot, qapp, video=video, detector=TruthDetector(source, truth))
    yield stage
    stage.detector.let_go()
    stage.answers.agrees = True
    stage.close()
    stop_log_file()
    left = [thread for thread in stage.window.findChildren(QThread) if thread.isRunning()]
    assert not left, "a thread was left running"


@pytest.fixture
def pseudo_locale(qapp: QApplication) -> Iterator[None]:
    """The language of tests; ask for it before `stage`."""
    translator = PseudoTranslator()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.fixture
def taught(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A tracked video, with a trainer that does what the test says in `trainer.py`."""
    script = tmp_path / "trainer.py"
    monkeypatch.setattr(
        control, "trainer_command", lambda arguments: (sys.executable, [str(script), *arguments])
    )
    stage.open_video()
    stage.run_model()
    return stage
