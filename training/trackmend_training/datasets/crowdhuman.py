"""CrowdHuman's `.odgt`: one JSON object a line; full-body boxes, identities of their own.

Boxes marked to be ignored, and masks over crowds, are neither right nor wrong. Every box is a class
of its own (FairMOT section 4.4); with `own_identity_per_box = false` none has an identity, as in
the official version for detection.
"""

from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.image_size import read_image_size
from trackmend_training.datasets.json_file import Json, first_folder_with, parse_json, read_text
from trackmend_training.datasets.raw import LARGEST, RawImage, RawSource

PERSON = "person"
SUFFIX = ".odgt"
IMAGE_FOLDERS = ("Images", "images", "images/train", "images/val", ".")


def read_crowdhuman(source: SourceConfig) -> RawSource:
    """Read one annotation file and the images that it names.

    Raises:
        UserError: the file cannot be read or is not of this form.
    """
    path = Path(source.path)
    lines = [line for line in read_text(path).splitlines() if line.strip()]
    records = [parse_json(line, where=f"{path}, line {n}") for n, line in enumerate(lines, 1)]
    try:
        names = [f"{record['ID']}.jpg" for record in records]
        folders = (
            [Path(source.images)] if source.images else [path.parent / f for f in IMAGE_FOLDERS]
        )
        root = first_folder_with(names[0], folders) if names else folders[0]
        raw = RawSource()
        for name, record in zip(names, records, strict=True):
            _read_record(root / name, record, raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{path.name} is not CrowdHuman's form: {type(error).__name__} {error}.",
            "Each line needs an ID and gtboxes, each with a tag and an fbox.",
        ) from error
    return raw


def _read_record(path: Path, record: Json, raw: RawSource) -> None:
    image_wh = read_image_size(path)
    if image_wh is None:
        raw.missing.append(path)
        return
    people: list[list[float]] = []
    ignored: list[list[float]] = []
    for box in record.get("gtboxes", []):
        is_ignored = box["tag"] != PERSON or (box.get("extra") or {}).get("ignore") == 1
        (ignored if is_ignored else people).append(box["fbox"])
    raw.images.append(
        RawImage(
            path=path,
            image_wh=image_wh,
            boxes_xyxy=corners_of(people),
            identities=np.full(len(people), -1, np.int64),
            sequence=str(path.parent),
            ignored_xyxy=corners_of(ignored),
        )
    )


def corners_of(boxes_xywh: list[list[float]]) -> FloatArray:
    """Turn left, top, width, height into (N, 4) corners.

    Raises:
        ValueError: a box has not four numbers.
    """
    if not boxes_xywh:
        return np.zeros((0, 4), np.float32)
    try:
        boxes = np.asarray(boxes_xywh, np.float64)
    except OverflowError as error:
        raise ValueError("a box is not four numbers") from error
    if boxes.shape[1:] != (4,) or not (np.abs(boxes) <= LARGEST).all():
        raise ValueError("a box is not four numbers")
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1).astype(np.float32)
