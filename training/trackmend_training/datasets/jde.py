"""Folders and lists in JDE's format: `images/...` beside `labels_with_ids/...`, a text file each.

Differs from the official reader in what it forgives: the two folder names may occur elsewhere in
the path, an image without a label file has no people in it, and a broken line is named.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.image_size import read_image_size
from trackmend_training.datasets.json_file import read_text
from trackmend_training.datasets.labelled import LabelledImage
from trackmend_training.datasets.raw import (
    LARGEST,
    RawImage,
    RawSource,
    number_identities,
    require_all,
)

IMAGES, LABELS, IGNORED = "images", "labels_with_ids", "ignored"
TEACHER_FILE = "teacher.npz"
SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Lines `class identity cx cy w h` of one file, sizes relative to the image."""

    identities: list[int]
    boxes_cxcywh: FloatArray


def load_source(source: SourceConfig) -> list[LabelledImage]:
    """Read one folder or list in JDE's format.

    Raises:
        UserError: there is no such folder or list, it names no image, or a label is broken.
    """
    raw = read_jde(source).keep(source)
    require_all(raw, source=source)
    return number_identities(raw.images, own_identity_per_box=source.own_identity_per_box)


def read_jde(source: SourceConfig) -> RawSource:
    """Read one folder or list in JDE's format; missing images are named in the result.

    Raises:
        UserError: there is no such folder or list, it names no image, or a label is broken.
    """
    path = Path(source.path)
    if path.is_dir():
        found = sorted(p for p in (path / IMAGES).rglob("*") if p.suffix.lower() in SUFFIXES)
    elif path.is_file():
        found = read_list(path, root=Path(source.images) if source.images else path.parent)
    else:
        raise UserError(
            f"There is no training material at {path}.", "Give a folder or a list of images."
        )
    if not found:
        raise UserError(
            f"No image was found in {path}.",
            f"Training material has its pictures in {IMAGES}/ and its labels in {LABELS}/.",
        )
    return read_images(found, scope="")


def read_list(path: Path, *, root: Path) -> list[Path]:
    """Return the images that a text file names, one a line, relative to a folder.

    Raises:
        UserError: it cannot be read or is no text.
    """
    lines = read_text(path).splitlines()
    return [root / line.strip() for line in lines if line.strip()]


def read_images(paths: list[Path], *, scope: str) -> RawSource:
    """Read the labels beside each image.

    Args:
        paths: of the images.
        scope: within which an identity is one person.

    Raises:
        UserError: a label is broken.
    """
    raw = RawSource()
    teacher = _load_teacher(paths[0]) if paths else {}
    for path in paths:
        image_wh = read_image_size(path)
        if image_wh is None:
            raw.missing.append(path)
            continue
        label_path = sidecar_path(path, LABELS)
        labels = read_labels(label_path)
        ignored = read_labels(sidecar_path(path, IGNORED)).boxes_cxcywh
        raw.images.append(
            RawImage(
                path=path,
                image_wh=image_wh,
                boxes_xyxy=to_pixels(labels.boxes_cxcywh, image_wh=image_wh),
                identities=np.array(labels.identities, np.int64),
                scope=scope,
                sequence=str(path.parent),
                ignored_xyxy=to_pixels(ignored, image_wh=image_wh),
                teacher=teacher.get(path.stem),
                has_labels=label_path.is_file(),
            )
        )
    return raw


def read_labels(path: Path) -> Labels:
    """Read one label file; a missing one is an image without people.

    Raises:
        UserError: it is no text, or a line is not six numbers.
    """
    identities: list[int] = []
    boxes: list[list[float]] = []
    lines = read_text(path).splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            _, identity, *box = (float(word) for word in line.split())
            if len(box) != 4 or not all(abs(value) < LARGEST for value in (identity, *box)):
                raise ValueError(f"{len(box)} coordinates, or one that is no number")
            if identity != int(identity):  # YOLO text with scores has six numbers, too
                raise ValueError(f"the identity {identity} is not whole")
        except ValueError as error:
            raise UserError(
                f"Line {number} of {path} is not a label: {line.strip()[:80]!r}.",
                "A label is six numbers: class, identity (whole), centre x and y, width, height.",
            ) from error
        identities.append(int(identity))
        boxes.append(box)
    return Labels(identities, np.asarray(boxes, np.float32).reshape(-1, 4))


def write_labels(path: Path, *, identities: Iterable[int], boxes_cxcywh: FloatArray) -> None:
    """Write one label file, see `Labels`."""
    rows = (
        f"0 {identity} " + " ".join(f"{value:.6f}" for value in box)
        for identity, box in zip(identities, boxes_cxcywh.tolist(), strict=True)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")


def sidecar_path(image_path: Path, folder: str) -> Path:
    """Return the text file that goes with an image: the last `images` becomes `folder`."""
    parts = list(image_path.parts)
    if IMAGES not in parts:
        raise UserError(
            f"The image {image_path} is not inside a folder called {IMAGES}.",
            f"Labels are looked for beside it, in {LABELS}.",
        )
    position = len(parts) - 1 - parts[::-1].index(IMAGES)
    parts[position] = folder
    return Path(*parts).with_suffix(".txt")


def to_relative(boxes_xyxy: FloatArray, *, image_wh: tuple[int, int]) -> FloatArray:
    """Turn pixel corners into centre and size relative to the image."""
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    relative = np.concatenate([centre, size], 1) / np.tile(image_wh, 2)
    return np.asarray(relative, np.float32)


def to_pixels(boxes_cxcywh: FloatArray, *, image_wh: tuple[int, int]) -> FloatArray:
    """Turn centre and size relative to the image into pixel corners."""
    centre, half = boxes_cxcywh[:, :2], boxes_cxcywh[:, 2:] / 2
    corners = np.concatenate([centre - half, centre + half], 1)
    return np.asarray(corners * np.tile(image_wh, 2), np.float32)


def _load_teacher(image_path: Path) -> dict[str, FloatArray]:
    """Return the teacher's embeddings by image name, empty if the source has none."""
    folder = sidecar_path(image_path, LABELS)
    for parent in folder.parents:
        path = parent.parent / TEACHER_FILE
        if parent.name == LABELS and path.is_file():
            with np.load(path, allow_pickle=False) as stored:
                return {name: stored[name].astype(np.float32) for name in stored.files}
    return {}
