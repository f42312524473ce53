"""Exports the tracks of a whole project: one text file per video."""

import os
import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trackmend_core.errors import UserError
from trackmend_core.exchange import MotKind, export_project_mot
from trackmend_core.project import Project, VideoRecord
from trackmend_core.types import Progress

_NOT_ON_WINDOWS: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICES: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedVideo:
    """What became of one video.

    Attributes:
        name: of the video.
        path: the file written; None if the video has no tracks yet.
        box_count: boxes in that file.
    """

    name: str
    path: Path | None
    box_count: int


def export_project(
    project: Project, out: Path, *, kind: MotKind = MotKind.RESULT
) -> Generator[Progress, None, list[ExportedVideo]]:
    """Write the tracks of every video and return what became of each.

    Args:
        project: to be read.
        out: a file if one video has tracks; else a folder, which is made if need be.
        kind: what the columns after the box say.

    Raises:
        UserError: no video has tracks, `out` is a file for several, or a file cannot be written.
    """
    videos = project.videos()
    tracked = [video for video in videos if project.active_run(video.video_id) is not None]
    paths = _paths(tracked, out)
    exported = []
    for number, video in enumerate(videos):
        yield Progress(done=number, total=len(videos), message=f"Exporting {video.name}")
        path = paths.get(video.video_id)
        count = 0 if path is None else export_project_mot(project, video.video_id, path, kind=kind)
        exported.append(ExportedVideo(name=video.name, path=path, box_count=count))
    yield Progress(done=len(videos), total=len(videos), message="Exported")
    return exported


def _paths(tracked: list[VideoRecord], out: Path) -> dict[int, Path]:
    """Return a file for each video id."""
    if not tracked:
        raise UserError("The project has no tracks yet.", "Run a model on a video, then export.")
    is_folder = out.is_dir() or not out.suffix
    if len(tracked) == 1 and not is_folder:
        return {tracked[0].video_id: out}
    if not is_folder:
        raise UserError(
            f"{len(tracked)} videos have tracks, but {out.name} is one file.",
            "Name a folder: each video gets a file in it.",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{out} cannot be made: {error.strerror or error}.") from error
    return _distinct(tracked, out)


def file_stem(video_name: str, *, is_windows: bool = os.name == "nt") -> str:
    """Return a name for a file of a video's tracks.

    A project may come from a system that allows more: on Windows what follows a colon would be
    written where nobody looks, and names of devices hold nothing.
    """
    stem = Path(video_name).stem
    if not is_windows:
        return stem
    stem = _NOT_ON_WINDOWS.sub("_", stem).rstrip(". ") or "_"
    is_device = stem.split(".")[0].upper() in _DEVICES
    return f"_{stem}" if is_device else stem


def _distinct(tracked: list[VideoRecord], folder: Path) -> dict[int, Path]:
    taken: set[str] = set()
    paths: dict[int, Path] = {}
    for video in tracked:
        stem = file_stem(video.name)
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        paths[video.video_id] = folder / f"{name}.txt"
    return paths
