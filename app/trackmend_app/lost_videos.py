"""Looks for a moved video by its content: in the project's folder and those below; no Qt."""

from collections.abc import Generator, Iterator
from itertools import islice
from os import walk
from pathlib import Path

from trackmend_app.many.find_videos import VIDEO_SUFFIXES
from trackmend_core.errors import UserError
from trackmend_core.types import Progress
from trackmend_core.video import fingerprint
from trackmend_core.video.images import IMAGE_SUFFIXES

MOST_CANDIDATES = 400
MOST_FOLDERS = 2000
DEPTH = 4


def search_video(folder: Path, *, name: str, wanted: str) -> Generator[Progress, None, Path | None]:
    """Return where a video is below a folder, None if it is not there.

    Args:
        folder: where to look; hidden folders are left out.
        name: what the file was called: such files are looked at first.
        wanted: the fingerprint.
    """
    found = list(islice(_candidates(folder), MOST_CANDIDATES))
    found.sort(key=lambda path: (path.name != name, path.suffix != Path(name).suffix))
    for number, path in enumerate(found):
        yield Progress(done=number, total=0, message=f"Looking for {name}…")
        try:
            if fingerprint(path) == wanted:
                return path
        except UserError:
            continue
    return None


def _candidates(folder: Path) -> Iterator[Path]:
    """Yield videos and folders of images, the nearest first."""
    for root, folders, files in islice(walk(folder), MOST_FOLDERS):
        place = Path(root)
        deep = len(place.relative_to(folder).parts) >= DEPTH
        folders[:] = [] if deep else sorted(one for one in folders if not one.startswith("."))
        if any(Path(file).suffix.lower() in IMAGE_SUFFIXES for file in files):
            yield place
        yield from (
            place / file for file in sorted(files) if Path(file).suffix.lower() in VIDEO_SUFFIXES
        )
