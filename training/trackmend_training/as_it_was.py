"""A project as it was when training began: the person goes on editing the real one meanwhile.

What is learnt and what it is judged by minutes later must be the same tracks. Reading the project
itself, a person who deletes tracks meanwhile would take away what the new model is judged by.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.project import Project, copy_project
from trackmend_core.types import VideoId

COPY_FILE = "as_it_was.trackmend"


@contextmanager
def project_as_it_is(path: Path, *, folder: Path) -> Iterator[Project]:
    """Give a copy of a project, opened; it is deleted on leaving.

    Args:
        path: the project, which may be open elsewhere and written to.
        folder: receives the copy; a process that is killed leaves it there.

    Raises:
        UserError: it cannot be opened or copied.
    """
    copy_path = folder / COPY_FILE
    try:
        with Project.open(path) as project:
            folder.mkdir(parents=True, exist_ok=True)
            copy_project(path, copy_path)
            places = _places_of_videos(project)
        with Project.open(copy_path, is_scratch=True) as copy:
            for video in copy.videos():
                if video.video_id in places:
                    place = places[video.video_id]
                    copy.relink_video(video.video_id, place, video.fingerprint)
            yield copy
    finally:
        for left in folder.glob(f"{COPY_FILE}*"):
            left.unlink(missing_ok=True)


def _places_of_videos(project: Project) -> dict[VideoId, Path]:
    """Return where each video is: beside the project it would not be found from the copy."""
    places: dict[VideoId, Path] = {}
    for video in project.videos():
        with suppress(UserError):  # A lost one is missed when it is read, if it ever is.
            places[video.video_id] = project.locate_video(video.video_id)
    return places
