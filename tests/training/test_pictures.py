"""Pictures are read and written whatever their path, and a disk that is full is told."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from corrected_project import EditedStreet

from trackmend_core.errors import UserError
from trackmend_training import pictures
from trackmend_training.datasets.corrected import read_corrected_run
from trackmend_training.pictures import read_picture, write_jpeg

GREY = np.full((48, 64, 3), 90, np.uint8)


@pytest.mark.parametrize("system", ["posix", "nt"])
def test_a_picture_comes_back_from_a_path_with_foreign_letters(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "Straße ド 🎬.jpg"
    write_jpeg(path, GREY)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(pictures, "os", SimpleNamespace(name=system))
        if system == "nt":
            elsewhere.setattr(cv2, "imread", lambda *_: None)
        back = read_picture(path)
    assert back is not None and back.shape == GREY.shape
    assert np.abs(back.astype(int) - GREY).max() <= 2


def test_what_is_no_picture_or_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("no picture")
    for name in ("empty.jpg", "text.jpg", "none.jpg", ""):
        assert read_picture(tmp_path / name) is None


def test_a_disk_that_is_full_ends_the_making_of_material(
    edited_street: EditedStreet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run on the pictures that found room would learn from some of the corrections only."""

    def write_a_part(path: Path, _content: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", write_a_part)
    with pytest.raises(UserError, match="could not be written: No space left"):
        read_corrected_run(
            edited_street.project,
            edited_street.run_id,
            folder=tmp_path / "images",
            max_frames=4,
            frames_around_edit=2,
        )
    assert list((tmp_path / "images").iterdir()) == []
