"""Where the text files of several videos go."""

from collections.abc import Sequence
from pathlib import Path

from trackmend_core.errors import UserError


def plan_text_files(videos: Sequence[Path], out: Path | None) -> list[Path | None]:
    """Return a text file for each video, None for those that get none; makes the folder.

    Args:
        videos: in the order of the command line.
        out: a file for one video; a folder (it exists, or has no suffix) for any number.

    Raises:
        UserError: one file for several videos, or a folder that cannot be made or is missing.
    """
    if out is None:
        return [None] * len(videos)
    is_folder = out.is_dir() or (len(videos) > 1 and not out.suffix)
    if not is_folder and len(videos) > 1:
        raise UserError(
            f"{len(videos)} videos do not fit into one file, {out.name}.", "Name a folder for them."
        )
    if not is_folder:
        if not out.absolute().parent.is_dir():
            raise UserError(f"There is no folder {out.absolute().parent}.", "Make it first.")
        return [out]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{out} cannot be made: {error.strerror or error}.") from error
    return list(_distinct(videos, out))


def _distinct(videos: Sequence[Path], folder: Path) -> list[Path]:
    taken: set[str] = set()
    paths = []
    for video in videos:
        stem = video.absolute().name if video.is_dir() else video.stem
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        paths.append(folder / f"{name}.txt")
    return paths
