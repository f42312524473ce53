"""Opens whatever holds frames: a video file, a folder of images, a MOTChallenge sequence."""

from pathlib import Path

import platformdirs

from trackmend_core.errors import UserError
from trackmend_core.video.file_source import FileSource
from trackmend_core.video.folder_source import FolderSource
from trackmend_core.video.source import VideoSource


def open_video(path: Path, *, cache_dir: Path | None = None) -> VideoSource:
    """Open a video file or a folder of images.

    Args:
        path: a file, a folder of images, or a MOTChallenge sequence (img1, seqinfo.ini).
        cache_dir: where indexes of files are kept; the user's cache folder if left out.

    Raises:
        UserError: there is nothing there that can be shown, with the reason.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return FolderSource(path)
        if not path.exists():
            raise UserError(
                f"There is nothing at {path}.",
                "Check the path; the file may have been moved or renamed.",
            )
        if not path.is_file():
            raise UserError(f"{path} is not a file.", "Choose a video file or a folder of images.")
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be read: {error.strerror or error}.",
            "Check its permissions and that its drive is connected.",
        ) from error
    return FileSource(path, cache_dir=cache_dir or default_cache_dir())


def default_cache_dir() -> Path:
    """Return the user's folder for indexes."""
    return platformdirs.user_cache_path("trackmend") / "index"
