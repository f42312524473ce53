"""Recognises a video by its content, cheaply, whatever its name and place."""

import hashlib
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.video.images import list_images

_WHOLE_BELOW = 4 << 20
_ENDS = 1 << 20
_SAMPLE = 64 << 10
_SAMPLES = 16


def fingerprint(path: Path) -> str:
    """Return 32 hexadecimal digits that follow the content of a video file or image folder.

    A small file is hashed whole; a big one by its size, both ends and blocks between. A folder is
    hashed by the names and sizes of its images and the content of the first and last one.

    Raises:
        UserError: the file or folder is missing, unreadable, or holds no images.
    """
    path = Path(path)
    digest = hashlib.sha256()
    try:
        if path.is_dir():
            images = list_images(path)
            for image in images:
                digest.update(f"{image.name}\0{image.stat().st_size}\0".encode())
            for image in (images[0], images[-1]):
                digest.update(image.read_bytes())
        else:
            _hash_file(path, digest)
    except FileNotFoundError as error:
        raise UserError(
            f"There is nothing at {path}.",
            "Check the path; the file may have been moved or renamed.",
        ) from error
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be read: {error.strerror or error}.",
            "Check the file's permissions and that its drive is connected.",
        ) from error
    return digest.hexdigest()[:32]


def _hash_file(path: Path, digest: "hashlib._Hash") -> None:
    size = path.stat().st_size
    digest.update(f"{size}\0".encode())
    with path.open("rb") as file:
        if size <= _WHOLE_BELOW:
            digest.update(file.read())
            return
        digest.update(file.read(_ENDS))
        for number in range(_SAMPLES):
            file.seek(_ENDS + (size - 2 * _ENDS) * number // _SAMPLES)
            digest.update(file.read(_SAMPLE))
        file.seek(size - _ENDS)
        digest.update(file.read(_ENDS))
