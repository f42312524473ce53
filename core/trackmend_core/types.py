"""The values that travel between rooms: detections, tracked boxes, progress."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float32]
Float64Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
ImageArray = NDArray[np.uint8]
"""(H, W, 3) BGR, 0..255."""

VideoId = NewType("VideoId", int)
ModelId = NewType("ModelId", int)
RunId = NewType("RunId", int)
DetectionId = NewType("DetectionId", int)
TrackId = NewType("TrackId", int)
BoxId = NewType("BoxId", int)
EditId = NewType("EditId", int)


class BoxSource(StrEnum):
    """Who says that the box is there."""

    MODEL = "model"
    INTERPOLATED = "interpolated"
    PERSON = "person"


@dataclass(frozen=True, slots=True, eq=False, init=False)
class FrameDetections:
    """What the model sees in one frame, best first.

    Attributes:
        boxes_xyxy: (N, 4) float32, pixels of the source frame, not clipped.
        scores: (N,) float32, 0..1.
        embeddings: (N, D) float32, unit length.
        class_ids: (N,) int64, 0-based.

    Raises:
        ValueError: the lengths differ.
    """

    boxes_xyxy: FloatArray
    scores: FloatArray
    embeddings: FloatArray
    class_ids: IntArray

    def __init__(
        self,
        boxes_xyxy: ArrayLike,
        scores: ArrayLike,
        embeddings: ArrayLike,
        class_ids: ArrayLike | None = None,
    ) -> None:
        boxes = np.asarray(boxes_xyxy, np.float32).reshape(-1, 4)
        count = len(boxes)
        features = np.asarray(embeddings, np.float32)
        if features.ndim != 2:
            features = features.reshape(count, -1) if count else np.zeros((0, 0), np.float32)
        object.__setattr__(self, "boxes_xyxy", boxes)
        object.__setattr__(self, "scores", np.asarray(scores, np.float32).reshape(-1))
        object.__setattr__(self, "embeddings", features)
        classes = (
            np.zeros(count, np.int64) if class_ids is None else np.asarray(class_ids, np.int64)
        )
        object.__setattr__(self, "class_ids", classes.reshape(-1))
        lengths = {count, len(self.scores), len(features), len(self.class_ids)}
        if len(lengths) != 1:
            raise ValueError(f"boxes, scores, embeddings and classes differ in length: {lengths}")

    @classmethod
    def empty(cls, embedding_dim: int = 0) -> Self:
        """Return a frame without detections."""
        return cls(np.zeros((0, 4)), np.zeros(0), np.zeros((0, embedding_dim), np.float32))

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    def select(self, rows: IntArray | BoolArray) -> "FrameDetections":
        """Return the given rows (indices or a mask) as a new frame."""
        return FrameDetections(
            self.boxes_xyxy[rows], self.scores[rows], self.embeddings[rows], self.class_ids[rows]
        )


@dataclass(slots=True, eq=False, kw_only=True)
class TrackedBox:
    """One box of one track in one frame, as the tracker puts it out; nobody writes to it.

    Not frozen, as hundreds are made a frame and freezing each takes as long again as making it.

    Attributes:
        track_id: 1-based, given by the tracker instance.
        box_xyxy: (4,) float64, pixels of the source frame.
        score: of the detection, 0..1.
        class_id: 0-based.
        detection_index: row in the `FrameDetections` handed to `Tracker.step`, None where somebody
            hides the track and its box is the one expected.
    """

    track_id: int
    box_xyxy: Float64Array
    score: float
    class_id: int = 0
    detection_index: int | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MotTable:
    """Boxes of one video as MOTChallenge text lists them: one row per box.

    Attributes:
        frames: (N,) int64, 1-based.
        ids: (N,) int64; -1 where a box belongs to no track.
        boxes_xywh: (N, 4) float64, left, top, width, height in pixels of the source frame.
        scores: (N,) float64; in ground truth the mark, 0 if the box is not to be judged.
        classes: (N,) int64 of the MOTChallenge list, 1 is a pedestrian.
        visibilities: (N,) float64, share of the box that can be seen, 0..1.

    Raises:
        ValueError: the lengths differ.
    """

    frames: IntArray
    ids: IntArray
    boxes_xywh: Float64Array
    scores: Float64Array
    classes: IntArray
    visibilities: Float64Array

    def __post_init__(self) -> None:
        lengths = {len(getattr(self, name)) for name in self.__slots__}
        if len(lengths) != 1 or self.boxes_xywh.shape[1:] != (4,):
            raise ValueError(f"the columns differ in length: {lengths}, {self.boxes_xywh.shape}")

    def __len__(self) -> int:
        return len(self.frames)

    def select(self, rows: IntArray | BoolArray) -> "MotTable":
        """Return the given rows (indices or a mask) as a new table."""
        return MotTable(
            frames=self.frames[rows],
            ids=self.ids[rows],
            boxes_xywh=self.boxes_xywh[rows],
            scores=self.scores[rows],
            classes=self.classes[rows],
            visibilities=self.visibilities[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One step of a long job, yielded by the generators in `trackmend_core.jobs`.

    Attributes:
        done: units finished.
        total: units in all, 0 if unknown.
        message: what happens now, in the user's words.
        units_per_second: speed over the last seconds, 0 if unknown.
    """

    done: int
    total: int
    message: str = ""
    units_per_second: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """Return the time left at the present speed, None if unknown."""
        if self.units_per_second <= 0 or not self.total:
            return None
        return max(0, self.total - self.done) / self.units_per_second
