"""Finds the detections of a video among those that were named with --detections."""

from pathlib import Path

from trackmend_app.opening import PROJECT_SUFFIX
from trackmend_core.errors import UserError
from trackmend_core.exchange import GivenDetections, read_detections
from trackmend_core.jobs import project_detections
from trackmend_core.project import Project
from trackmend_core.video import fingerprint

_SUFFIXES = (".txt", ".json")


def detections_file(given: Path, video: Path) -> Path:
    """Return the file for a video: the one that is named, or the video's own in a folder.

    Raises:
        UserError: there is none.
    """
    given = given.expanduser().absolute()
    if given.is_file():
        return given
    if not given.is_dir():
        raise UserError(f"There is no file {given}.", "Check the path behind --detections.")
    stem = video.absolute().name if video.is_dir() else video.stem
    for suffix in _SUFFIXES:
        if (candidate := given / f"{stem}{suffix}").is_file():
            return candidate
    raise UserError(
        f"{given} has no {stem}.txt and no {stem}.json.",
        "Detections in a folder are named like their videos.",
    )


def read_given(given: Path, video: Path) -> GivenDetections:
    """Return the detections of a video.

    Raises:
        UserError: there are none, or they cannot be read.
    """
    path = detections_file(given, video)
    if path.suffix.lower() != PROJECT_SUFFIX:
        return read_detections(path)
    with Project.open(path) as project:
        return project_detections(project, video_fingerprint=fingerprint(video))
