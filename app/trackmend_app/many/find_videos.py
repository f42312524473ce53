"""From what is named on the command line to videos: files, folders of videos, lists of paths."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.video.images import IMAGE_SUFFIXES, natural_key

VIDEO_SUFFIXES = frozenset(
    {
        ".mp4",
        ".avi",
        ".mkv",
        ".mov",
        ".m4v",
        ".webm",
        ".mpg",
        ".mpeg",
        ".ts",
        ".mts",
        ".m2ts",
        ".wmv",
        ".flv",
        ".ogv",
        ".3gp",
    }
)
LIST_SUFFIX = ".txt"
LONGEST_PATH = 4096


def find_videos(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the videos behind files, folders and lists, each once, in a stable order.

    A folder with images, or with `img1`, is one video; any other is searched, subfolders too, for
    video files and MOTChallenge sequences, in natural order. A text file lists one path a line,
    relative to its own folder; blank lines and lines that begin with # count for nothing.

    Raises:
        UserError: a folder holds no video, a list names none or cannot be read.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for video in _expand(path.expanduser()):
            found.setdefault(_identity(video), video)
    return tuple(found.values())


def is_one_video(path: Path) -> bool:
    """Return whether a path stands for itself: no folder to search and no list."""
    if path.is_dir():
        return _is_sequence(path)
    return not _is_list(path)


def _expand(path: Path) -> Iterator[Path]:
    if is_one_video(path):
        yield path
    elif path.is_dir():
        videos = list(_search(path))
        if not videos:
            raise UserError(
                f"There is no video in {path}.",
                "Give a folder with video files or MOTChallenge sequences (img1).",
            )
        yield from videos
    else:
        yield from _listed(path)


def _search(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir(), key=lambda entry: natural_key(entry.name)):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if entry.is_symlink():  # it may lead back to where we are
                continue
            if _has_frames(entry / "img1"):
                yield entry
            else:
                yield from _search(entry)
        elif entry.suffix.lower() in VIDEO_SUFFIXES:
            yield entry


def _listed(path: Path) -> Iterator[Path]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The list {path} cannot be read.", "One path a line, in UTF-8.") from error
    named = [line.strip() for line in lines]
    named = [line for line in named if line and not line.startswith("#")]
    if not named:
        raise UserError(f"The list {path} names no video.", "One path a line.")
    for line in named:
        if "\0" in line or len(line) > LONGEST_PATH:
            raise UserError(
                f"The list {path.name} names {line[:40]!r}, which no file can be called.",
                "One path a line.",
            )
        entry = path.parent / Path(line).expanduser()
        if _is_list(entry):
            raise UserError(f"The list {path.name} names another list, {line}.", "Name videos.")
        yield from _expand(entry)


def _is_list(path: Path) -> bool:
    return path.suffix.lower() == LIST_SUFFIX and path.is_file()


def _is_sequence(folder: Path) -> bool:
    if _has_frames(folder / "img1"):
        return True
    names = [entry.suffix.lower() for entry in folder.iterdir() if entry.is_file()]
    has_videos = any(suffix in VIDEO_SUFFIXES for suffix in names)
    return not has_videos and any(suffix in IMAGE_SUFFIXES for suffix in names)


def _has_frames(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return any(entry.suffix.lower() in IMAGE_SUFFIXES for entry in folder.iterdir())


def _identity(video: Path) -> Path:
    """Return one path for one video, however it is named."""
    resolved = video.resolve()
    return resolved.parent if resolved.name == "img1" else resolved
