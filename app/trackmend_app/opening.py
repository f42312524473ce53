"""From what a person drops or picks to a project: which file, made where, with which videos."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from os import W_OK, access
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.project import Project, VideoInfo
from trackmend_core.types import VideoId
from trackmend_core.video import fingerprint, open_video

PROJECT_SUFFIX = ".trackmend"


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What was dropped or picked, sorted.

    Attributes:
        project: a project file, if there is one.
        videos: videos and image folders.
    """

    project: Path | None
    videos: tuple[Path, ...]


def sort_paths(paths: Iterable[Path]) -> OpenRequest:
    """Tell the project from the videos.

    Raises:
        UserError: nothing was given, or more than one project.
    """
    paths = [path.expanduser().absolute() for path in paths]
    projects = [path for path in paths if path.suffix.lower() == PROJECT_SUFFIX]
    videos = tuple(path for path in paths if path not in projects)
    if len(projects) > 1:
        raise UserError("One window shows one project.", "Open the projects one after the other.")
    if not paths:
        raise UserError(
            "Nothing was given to open.", "Give a video, a folder of images or a project."
        )
    return OpenRequest(projects[0] if projects else None, videos)


def examine_video(path: Path) -> VideoInfo:
    """Open a video once and return what the project stores of it; slow on long videos.

    Raises:
        UserError: it is no video, or none of it can be read.
    """
    with open_video(path) as source:
        return VideoInfo(
            path=path,
            fingerprint=fingerprint(path),
            frame_count=source.frame_count,
            frame_rate=source.frame_rate,
            width=source.width,
            height=source.height,
        )


def project_path_beside(video: VideoInfo) -> Path | None:
    """Return where the project of a video belongs: beside it, under its name.

    A file that is there already is taken only if it is the project of this very video; otherwise
    the next free name is. None says that the folder cannot be written.
    """
    folder = video.path.parent
    if not access(folder, W_OK):
        return None
    for number in count(1):
        stem = video.path.name if video.path.is_dir() else video.path.stem
        suffix = "" if number == 1 else f"-{number}"
        candidate = folder / f"{stem}{suffix}{PROJECT_SUFFIX}"
        if not candidate.exists() or _holds(candidate, video):
            return candidate
    return None


def _holds(project_path: Path, video: VideoInfo) -> bool:
    try:
        with Project.open(project_path) as project:
            return any(known.fingerprint == video.fingerprint for known in project.videos())
    except UserError:
        return False


def open_or_create(path: Path) -> Project:
    """Open the project if the file is there, else make it.

    Raises:
        UserError: it cannot be opened or made.
    """
    return Project.open(path) if path.exists() else Project.create(path)


def add_missing_videos(project: Project, videos: Sequence[VideoInfo]) -> VideoId | None:
    """Put videos into a project that it does not hold yet; return the first one's id."""
    first: VideoId | None = None
    for video in videos:
        known = {record.fingerprint: record.video_id for record in project.videos()}
        video_id = known.get(video.fingerprint)
        if video_id is None:
            video_id = project.add_video(video)
        first = video_id if first is None else first
    return first
