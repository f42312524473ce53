"""Two pedestrian detectors and their agreement, for labelling pictures that have no labels.

YOLOX-nano (COCO, Apache-2.0) looks at the whole picture and at six overlapping tiles; Intel's
pedestrian-detection-adas-0002 (Apache-2.0) looks at the whole. A box both find gets a higher score.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.types import Float64Array, ImageArray
from trackmend_training.teacher.network import TeacherNetwork

LOWEST_SCORE = 0.05
YOLOX_TYPICAL = 0.66
YOLOX_ALONE = 0.8
ADAS_ALONE = 0.6
AGREEMENT_IOU = 0.5
SAME_PERSON_IOU = 0.6
TILE_MARGIN_PX = 8


@dataclass(frozen=True, slots=True, eq=False)
class PersonBoxes:
    """Boxes (N, 4) in pixels of the image and their scores (N,), 0..1."""

    boxes_xyxy: Float64Array
    scores: Float64Array

    @staticmethod
    def joined(parts: list["PersonBoxes"]) -> "PersonBoxes":
        """Return all boxes of several answers."""
        return PersonBoxes(
            np.concatenate([part.boxes_xyxy for part in parts]),
            np.concatenate([part.scores for part in parts]),
        )

    def without_doubles(self, iou_max: float) -> "PersonBoxes":
        """Return the boxes best first, less those that overlap a better one by more."""
        order = np.argsort(-self.scores)
        overlap = iou_matrix(self.boxes_xyxy, self.boxes_xyxy)
        kept: list[int] = []
        for row in order:
            if not kept or overlap[row, kept].max() <= iou_max:
                kept.append(int(row))
        return PersonBoxes(self.boxes_xyxy[kept], self.scores[kept])


class YoloxNano:
    """Person boxes of YOLOX-nano."""

    def __init__(self, path: Path) -> None:
        self._network = TeacherNetwork(path)
        height, width = self._network.input_hw
        cells, strides = [], []
        for stride in (8, 16, 32):
            y, x = np.mgrid[: height // stride, : width // stride]
            cells.append(np.stack([x, y], -1).reshape(-1, 2))
            strides.append(np.full((cells[-1].shape[0], 1), stride))
        self._cells, self._strides = np.concatenate(cells), np.concatenate(strides)

    def detect(self, image: ImageArray) -> PersonBoxes:
        """Look at the whole image."""
        height, width = self._network.input_hw
        ratio = min(height / image.shape[0], width / image.shape[1])
        size = (int(image.shape[1] * ratio), int(image.shape[0] * ratio))
        padded = np.full((height, width, 3), 114, np.uint8)
        padded[: size[1], : size[0]] = cv2.resize(image, size)
        batch = padded.transpose(2, 0, 1)[None].astype(np.float32)
        raw = self._network.run(batch)[0].astype(np.float64)
        centre, size_px = (raw[:, :2] + self._cells) * self._strides, np.exp(raw[:, 2:4])
        half = size_px * self._strides / 2
        scores = raw[:, 4] * raw[:, 5]
        person = (raw[:, 5:].argmax(axis=1) == 0) & (scores > LOWEST_SCORE)
        boxes = np.concatenate([centre - half, centre + half], axis=1)[person] / ratio
        return PersonBoxes(boxes, scores[person])

    def detect_in_tiles(self, image: ImageArray) -> PersonBoxes:
        """Look at the whole image and at six tiles; boxes that a tile cuts are dropped."""
        height, width = image.shape[:2]
        tile_h, tile_w = height - height // 3, width // 2
        parts = [self.detect(image)]
        for top in (0, height // 3):
            for left in (0, width // 4, width // 2):
                tile = np.ascontiguousarray(image[top : top + tile_h, left : left + tile_w])
                found = self.detect(tile)
                boxes = found.boxes_xyxy
                cut = (boxes[:, 0] < TILE_MARGIN_PX) & (left > 0)
                cut |= (boxes[:, 2] > tile_w - TILE_MARGIN_PX) & (left + tile_w < width)
                cut |= (boxes[:, 1] < TILE_MARGIN_PX) & (top > 0)
                cut |= (boxes[:, 3] > tile_h - TILE_MARGIN_PX) & (top + tile_h < height)
                kept = ~cut & (boxes[:, 3] - boxes[:, 1] < 0.3 * height)
                parts.append(PersonBoxes(boxes[kept] + [left, top, left, top], found.scores[kept]))
        return PersonBoxes.joined(parts).without_doubles(0.55)


class Adas:
    """Person boxes of pedestrian-detection-adas-0002."""

    def __init__(self, path: Path) -> None:
        self._network = TeacherNetwork(path)

    def detect(self, image: ImageArray) -> PersonBoxes:
        """Look at the whole image."""
        height, width = self._network.input_hw
        batch = cv2.resize(image, (width, height)).transpose(2, 0, 1)[None].astype(np.float32)
        rows = self._network.run(batch).reshape(-1, 7).astype(np.float64)
        rows = rows[(rows[:, 0] >= 0) & (rows[:, 1] == 1) & (rows[:, 2] > LOWEST_SCORE)]
        size = np.tile([image.shape[1], image.shape[0]], 2)
        return PersonBoxes(rows[:, 3:7] * size, rows[:, 2])


class DetectorEnsemble:
    """Both detectors; `weights_dir` holds `yolox_nano/` and `omz/`."""

    def __init__(self, weights_dir: Path) -> None:
        self._yolox = YoloxNano(weights_dir / "yolox_nano" / "yolox_nano.onnx")
        self._adas = Adas(weights_dir / "omz" / "pedestrian-detection-adas-0002.xml")

    def detect(self, image: ImageArray) -> PersonBoxes:
        """Return people, best first; a score of 0.5 and more is rarely wrong."""
        first, second = self._yolox.detect_in_tiles(image), self._adas.detect(image)
        first_scores = (first.scores / YOLOX_TYPICAL * 0.5).clip(0, 0.999)
        second_scores = (0.35 + 0.5 * second.scores).clip(0, 0.95)
        overlap = iou_matrix(first.boxes_xyxy, second.boxes_xyxy)
        boxes, scores, used = [], [], set()
        for row in np.argsort(-first_scores):
            box, score = first.boxes_xyxy[row], first_scores[row]
            partner = int(overlap[row].argmax()) if len(second.scores) else -1
            if partner >= 0 and overlap[row, partner] > AGREEMENT_IOU and partner not in used:
                used.add(partner)
                box = 0.6 * box + 0.4 * second.boxes_xyxy[partner]
                score = 1 - (1 - score) * (1 - 0.8 * second_scores[partner])
            else:
                score = score * YOLOX_ALONE
            boxes.append(box)
            scores.append(score)
        for row in range(len(second.scores)):
            if row not in used:
                boxes.append(second.boxes_xyxy[row])
                scores.append(second_scores[row] * ADAS_ALONE)
        found = PersonBoxes(np.asarray(boxes, np.float64).reshape(-1, 4), np.asarray(scores))
        return found.without_doubles(SAME_PERSON_IOU)
