"""COCO json: its persons; crowds are neither right nor wrong; `track_id` is an identity."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.crowdhuman import corners_of
from trackmend_training.datasets.image_size import read_image_size
from trackmend_training.datasets.json_file import Json, first_folder_with, read_json
from trackmend_training.datasets.raw import LARGEST, RawImage, RawSource

PERSON_NAMES = ("person", "pedestrian", "people")
IMAGE_FOLDERS = (".", "images", "../images", "../train2017", "../val2017", "..")


def is_coco(content: Json) -> bool:
    """Return whether a json is of this form."""
    return isinstance(content, Mapping) and "images" in content and "annotations" in content


def read_coco(source: SourceConfig) -> RawSource:
    """Read one annotation file and the images that it names.

    Raises:
        UserError: the file cannot be read, is not of this form, or knows no persons.
    """
    path = Path(source.path)
    content = read_json(path)
    try:
        return _read(content, path, source)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{path.name} is not COCO's form: {type(error).__name__} {error}.",
            "It needs images with id and file_name, and annotations with image_id and bbox.",
        ) from error


def _read(content: Json, path: Path, source: SourceConfig) -> RawSource:
    categories = content.get("categories") or [{"id": 1, "name": "person"}]
    persons = {entry["id"] for entry in categories if entry["name"].lower() in PERSON_NAMES}
    if not persons:
        names = ", ".join(sorted({str(entry["name"]) for entry in categories}))
        raise UserError(f"{path.name} has no category “person”, only: {names}.")
    of_image: dict[object, list[Json]] = {}
    for annotation in content["annotations"]:
        if annotation.get("category_id", next(iter(persons))) in persons:
            of_image.setdefault(annotation["image_id"], []).append(annotation)
    folders = [Path(source.images)] if source.images else [path.parent / f for f in IMAGE_FOLDERS]
    entries = content["images"]
    root = first_folder_with(entries[0]["file_name"], folders) if entries else folders[0]
    raw = RawSource()
    for entry in entries:
        image_path = root / entry["file_name"]
        image_wh = read_image_size(image_path)
        if image_wh is None:
            raw.missing.append(image_path)
            continue
        boxes = of_image.get(entry["id"], [])
        people = [box for box in boxes if not box.get("iscrowd")]
        crowds = [box for box in boxes if box.get("iscrowd")]
        raw.images.append(
            RawImage(
                path=image_path,
                image_wh=image_wh,
                boxes_xyxy=corners_of([box["bbox"] for box in people]),
                identities=np.array([_identity(box) for box in people], np.int64),
                scope=str(entry.get("video_id", "")),
                sequence=str(entry.get("video_id", image_path.parent)),
                ignored_xyxy=corners_of([box["bbox"] for box in crowds]),
            )
        )
    listed = {entry["id"] for entry in entries}
    if lost := sum(len(boxes) for image, boxes in of_image.items() if image not in listed):
        raw.notes.append(f"{path.name}: {lost} boxes are of images that it does not list.")
    return raw


def _identity(annotation: Json) -> int:
    """Return the number of a person, -1 for none.

    Raises:
        ValueError: it is no whole number that can be told from its neighbours.
    """
    number = annotation.get("track_id")
    if number is None:
        return -1
    value = float(number)
    if abs(value) < LARGEST and value == int(value):
        return int(value)
    raise ValueError(f"track_id {number}")
