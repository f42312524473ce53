"""YOLO text: `images/...` beside `labels/...`, lines `class cx cy w h` relative to the image."""

from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.image_size import read_image_size
from trackmend_training.datasets.jde import (
    IMAGES,
    SUFFIXES,
    read_list,
    sidecar_path,
    to_pixels,
)
from trackmend_training.datasets.json_file import read_text
from trackmend_training.datasets.raw import LARGEST, RawImage, RawSource

LABELS = "labels"


def read_yolo(source: SourceConfig) -> RawSource:
    """Read a folder, or a list of images; an image without a label file has no people.

    Raises:
        UserError: there is no image, or a label is broken.
    """
    path = Path(source.path)
    if path.is_file():
        found = read_list(path, root=Path(source.images) if source.images else path.parent)
    else:
        found = sorted(p for p in (path / IMAGES).rglob("*") if p.suffix.lower() in SUFFIXES)
    if not found:
        raise UserError(
            f"No image was found in {path}.", f"YOLO text has its pictures in {IMAGES}/."
        )
    raw = RawSource()
    for image_path in found:
        image_wh = read_image_size(image_path)
        if image_wh is None:
            raw.missing.append(image_path)
            continue
        label_path = sidecar_path(image_path, LABELS)
        boxes = _read_boxes(label_path, person_class=source.person_class)
        raw.images.append(
            RawImage(
                path=image_path,
                image_wh=image_wh,
                boxes_xyxy=to_pixels(boxes, image_wh=image_wh),
                identities=np.full(len(boxes), -1, np.int64),
                sequence=str(image_path.parent),
                has_labels=label_path.is_file(),
            )
        )
    return raw


def _read_boxes(path: Path, *, person_class: int) -> FloatArray:
    """Return (N, 4) centre and size of the persons in one file."""
    boxes: list[list[float]] = []
    lines = read_text(path).splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            kind, *box = (float(word) for word in line.split())
            if len(box) not in (4, 5) or not all(abs(value) < LARGEST for value in (kind, *box)):
                raise ValueError("not four finite numbers")
            if kind != int(kind):
                raise ValueError(f"the class {kind} is not whole")
        except ValueError as error:
            raise UserError(
                f"Line {number} of {path} is not a box: {line.strip()[:80]!r}.",
                "A line is class, centre x and y, width, height, and at most a score.",
            ) from error
        if int(kind) == person_class:
            boxes.append(box[:4])
    return np.asarray(boxes, np.float32).reshape(-1, 4)
