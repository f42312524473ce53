"""The size of an image file from its first bytes, without decoding its pixels."""

import struct
from pathlib import Path

from trackmend_training.pictures import read_picture

HEAD_BYTES = 262_144
"""A photo's own small preview and its notes may come before its size."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_EXIF = b"Exif\x00"
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})


def read_image_size(path: Path) -> tuple[int, int] | None:
    """Return width and height as OpenCV will decode it, None if it is no image or not there.

    A JPEG with Exif notes is decoded: they may say that it is to be turned.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError):  # no file has a name with a zero byte
        return None
    size = None
    if head.startswith(_PNG) and head[12:16] == b"IHDR":
        size = struct.unpack(">II", head[16:24])
    elif head.startswith(_JPEG):
        size = _jpeg_size(head)
    if size is not None and min(size) > 0:
        return int(size[0]), int(size[1])
    image = read_picture(path)
    return None if image is None else (image.shape[1], image.shape[0])


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Walk the segments up to the frame's own; None if it must be decoded to know."""
    position = 2
    while position + 9 < len(head) and head[position] == 0xFF:
        marker = head[position + 1]
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            position += 1 if marker == 0xFF else 2
            continue
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", head[position + 5 : position + 9])
            return width, height
        (length,) = struct.unpack(">H", head[position + 2 : position + 4])
        if head[position + 4 : position + 4 + len(_EXIF)] == _EXIF:
            return None
        position += 2 + length
    return None
