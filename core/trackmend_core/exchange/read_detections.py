"""Reads detections made elsewhere: MOTChallenge `det.txt` or COCO results."""

from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.exchange.coco_detections import read_coco_detections
from trackmend_core.exchange.given_detections import GivenDetections, scores_in_range
from trackmend_core.exchange.mot_read import read_mot
from trackmend_core.types import BoolArray


def read_detections(path: Path) -> GivenDetections:
    """Read a file of detections; its suffix says which form it has.

    Args:
        path: `.json` for COCO, anything else for MOTChallenge text, frames from 1. Text has no
            classes: all rows are class 0. Its ids are not looked at.

    Raises:
        UserError: it cannot be read or holds something that is no box: the place is named.
    """
    if path.suffix.lower() == ".json":
        return read_coco_detections(path)
    table = read_mot(path)
    if not len(table):
        raise UserError(f"{path.name} has no boxes.", "Give a file with detections.")
    _check_sizes(path, table.boxes_xywh[:, 2:].min(axis=1) > 0)
    scores, notices = scores_in_range(table.scores)
    corners = table.boxes_xywh.copy()
    corners[:, 2:] += corners[:, :2]
    return GivenDetections(
        frames=table.frames - 1,
        boxes_xyxy=corners,
        scores=scores,
        class_ids=np.zeros(len(table), np.int64),
        notices=notices,
    )


def _check_sizes(path: Path, has_area: BoolArray) -> None:
    if not has_area.all():
        number = int(np.flatnonzero(~has_area)[0]) + 1
        raise UserError(
            f"{path.name}: box {number} has no area.",
            "Boxes are left, top, width, height; remove those without a size.",
        )
