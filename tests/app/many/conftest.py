"""Shelves of short videos, drawn once."""

import pytest
from video_shelf import Shelf, draw_shelf


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return draw_shelf(tmp_path_factory.mktemp("shelf"), frames=20)


@pytest.fixture(scope="session")
def long_shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Long enough to be interrupted."""
    return draw_shelf(tmp_path_factory.mktemp("long"), frames=1500)
