from collections.abc import Iterator
from pathlib import Path

import pytest
from project_scenes import add_street, record_run

from trackmend_core.project import Project
from trackmend_core.types import RunId, VideoId


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "street.trackmend") as made:
        yield made


@pytest.fixture
def video_id(project: Project) -> VideoId:
    return add_street(project)


@pytest.fixture
def run_id(project: Project, video_id: VideoId) -> RunId:
    """Four walkers, numbers 1 to 4, all in frames 0 to 39."""
    return record_run(project, video_id)
