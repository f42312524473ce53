"""Reads boxes in COCO's form: a list of results, or a data set with images and annotations.

Which frame an image is: in a data set its `frame_index` (or `frame_id`) if every image has it, or
its place in the order of the file names, numbers counting as numbers. A list of results names
images by number only. Such numbers count frames from 1, or from 0 if a 0 occurs; digits in quotes
count as numbers. Categories count from 1 as in COCO, or from 0 if a 0 occurs.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from reprlib import repr as short
from typing import Any

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.exchange.given_detections import GivenDetections, scores_in_range

_EXPECTED = (
    "Expected a list of {image_id, category_id, bbox: [left, top, width, height], score}, "
    "or a COCO data set with images and annotations."
)
_LARGEST_WHOLE = 2**53

# Any throughout: values of a JSON file, looked at one by one before they are used.


def read_coco_detections(path: Path) -> GivenDetections:
    """Read results or annotations; an annotation without a score counts as certain.

    Raises:
        UserError: the file is no such JSON, or an entry is no box: its place is named.
    """
    content = _parse(path)
    if isinstance(content, dict):
        entries = content.get("annotations")
        frame_of = _frames_of_images(path, content.get("images"))
    else:
        entries, frame_of = content, None
    if not isinstance(entries, list):
        raise UserError(f"{path.name} holds no boxes in COCO's form.", _EXPECTED)
    if not entries:
        raise UserError(f"{path.name} has no boxes.", "Give a file with detections.")
    rows = [_row(f"{path.name}, entry {n}", entry) for n, entry in enumerate(entries, start=1)]
    images = [row[0] for row in rows]
    if frame_of is None:
        frames = np.array(images, np.int64) - min(1, min(images))
    else:
        frames = np.array([_known(path, image, frame_of) for image in images], np.int64)
    table = np.array([row[1:] for row in rows], np.float64)
    categories = table[:, 0].astype(np.int64)
    scores, notices = scores_in_range(table[:, 5])
    corners = table[:, 1:5].copy()
    corners[:, 2:] += corners[:, :2]
    return GivenDetections(
        frames=frames,
        boxes_xyxy=corners,
        scores=scores,
        class_ids=categories - min(1, int(categories.min())),
        notices=notices,
    )


def _parse(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UserError(f"There is no file {path}.", "Check the path.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path.name} is not JSON.", _EXPECTED) from error


def _row(where: str, entry: Any) -> tuple[int, int, float, float, float, float, float]:
    """Return image, category, left, top, width, height, score of one entry, checked."""
    if not isinstance(entry, dict):
        raise UserError(f"{where} is no object.", _EXPECTED)
    bbox = entry.get("bbox")
    if not isinstance(bbox, list) or len(bbox) != 4:
        raise UserError(f"{where}: bbox is no list of four numbers.", _EXPECTED)
    left, top, width, height = (_number(where, "bbox", value) for value in bbox)
    if min(width, height) <= 0:
        raise UserError(
            f"{where}: the box has no area.", "Boxes are left, top, width, height, not two corners."
        )
    image = _whole(where, "image_id", entry)
    category = _whole(where, "category_id", entry) if "category_id" in entry else 1
    score = _number(where, "score", entry.get("score", 1.0))
    return image, category, left, top, width, height, score


def _number(where: str, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_near(value):
        raise UserError(f"{where}: {name} is {short(value)}, not a number.", _EXPECTED)
    return float(value)


def _is_near(value: float) -> bool:
    """Return whether a number can be a place or a size: sums of such numbers are finite."""
    return abs(value) <= _LARGEST_WHOLE  # false for what is no number, too


def _whole(where: str, name: str, entry: Mapping[str, Any]) -> int:
    value: Any = entry.get(name)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        value = int(value)
    if type(value) is not int or not 0 <= value < _LARGEST_WHOLE:
        raise UserError(
            f"{where}: {name} is {short(value)}, not a whole number from 0 up.", _EXPECTED
        )
    return value


def _frames_of_images(path: Path, images: Any) -> dict[int, int]:
    """Return the frame of each image of a data set."""
    if not isinstance(images, list) or not images:
        raise UserError(f"{path.name} lists no images.", _EXPECTED)
    keyed: list[tuple[Any, int]] = []
    for number, image in enumerate(images, start=1):
        where = f"{path.name}, image {number}"
        if not isinstance(image, dict):
            raise UserError(f"{where} is no object.", _EXPECTED)
        keyed.append((image, _whole(where, "id", {"id": image.get("id")})))
    ids = [image_id for _, image_id in keyed]
    if len(set(ids)) < len(ids):
        raise UserError(f"{path.name}: two images have one id.", "Give each image its own.")
    for name in ("frame_index", "frame_id"):
        if all(image.get(name) is not None for image, _ in keyed):
            return _frames_stated(path, name, keyed)
    ordered = sorted(keyed, key=lambda pair: _natural(str(pair[0].get("file_name", ""))))
    return {image_id: frame for frame, (_, image_id) in enumerate(ordered)}


def _frames_stated(path: Path, name: str, keyed: list[tuple[Any, int]]) -> dict[int, int]:
    """Return the frame of each image as it says itself; images without boxes need not be listed."""
    stated = {
        image_id: _whole(f"{path.name}, image {number}", name, image)
        for number, (image, image_id) in enumerate(keyed, start=1)
    }
    if len(set(stated.values())) < len(stated):
        raise UserError(
            f"{path.name}: two images have one {name}, so it is of several videos.",
            "Give a file for each video.",
        )
    base = min(1, *stated.values())
    return {image_id: frame - base for image_id, frame in stated.items()}


def _natural(name: str) -> list[tuple[int, int, str]]:
    pieces = re.split(r"([0-9]+)", name)
    return [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces]


def _known(path: Path, image: int, frame_of: Mapping[int, int]) -> int:
    if image not in frame_of:
        raise UserError(
            f"{path.name}: a box is on image {image}, which is not listed.", "List every image."
        )
    return frame_of[image]
