"""A project that lies where nothing can be written: refused in words, and copied whole."""

import os
import shutil
from pathlib import Path

import pytest

from trackmend_core.errors import UserError
from trackmend_core.project import Project, ReadOnlyProject, copy_to_work_on


@pytest.fixture
def on_a_disc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder that takes no file, as killed in the middle of work."""
    disc = tmp_path / "disc"
    disc.mkdir()
    with Project.create(tmp_path / "p.trackmend") as project:
        project.add_checkpoint("first")
        for path in (project.path, project.path.with_name("p.trackmend-wal")):
            shutil.copyfile(path, disc / path.name)
    allowed = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: disc not in Path(path).parents and allowed(path, mode)
    )
    assert (disc / "p.trackmend-wal").stat().st_size > 0
    return disc / "p.trackmend"


def test_it_is_refused_with_what_to_do_and_nothing_is_created(on_a_disc: Path) -> None:
    before = {path: path.read_bytes() for path in on_a_disc.parent.iterdir()}
    with pytest.raises(ReadOnlyProject, match="lies where nothing can be written") as told:
        Project.open(on_a_disc)
    assert told.value.hint == "Copy it to a folder of yours and open the copy."
    assert {path: path.read_bytes() for path in on_a_disc.parent.iterdir()} == before


def test_the_copy_has_what_was_done_last(on_a_disc: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.trackmend"
    copy_to_work_on(on_a_disc, copy)
    with Project.open(copy) as project:
        assert [one.name for one in project.checkpoints()] == ["first"]
        project.add_checkpoint("second")


def test_a_copy_that_cannot_be_written_leaves_nothing(
    on_a_disc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "full"
    folder.mkdir()

    def full(_source: Path, target: Path) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(UserError, match="No space left on device"):
        copy_to_work_on(on_a_disc, folder / "copy.trackmend")
    assert list(folder.iterdir()) == []
