"""Isolation for every test: a home of its own, offscreen Qt, no reach to the user's settings."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LANG"] = os.environ["LC_ALL"] = "C.UTF-8"  # the language of every text that tests read

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def isolated_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    for name in (
        "HOME",
        "USERPROFILE",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
    ):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("APPDATA", str(home))
    monkeypatch.setenv("LOCALAPPDATA", str(home))
    yield home
    log_file = sys.modules.get("trackmend_app.log_file")
    if log_file is not None:  # a log opened in this home must not follow into the next test
        log_file.stop_log_file()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def shared_dir() -> Path:
    """The folder with real sequences and goldens that is never committed."""
    path = Path(os.environ.get("TRACKMEND_SHARED", REPOSITORY.parent / "shared"))
    if not path.is_dir():
        pytest.skip(
            f"real material is not here ({path.name}/ beside the checkout, or TRACKMEND_SHARED)"
        )
    return path


@pytest.fixture
def data_dir() -> Path:
    """The small files committed beside the tests."""
    return REPOSITORY / "tests" / "data"
