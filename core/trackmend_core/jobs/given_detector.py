"""Puts detections made elsewhere in the place of a model's, with the embeddings it reads there."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.exchange import GivenDetections
from trackmend_core.jobs.seams import FrameSource
from trackmend_core.types import Float64Array, FloatArray, FrameDetections, ImageArray

EmbeddingsOf = Callable[[ImageArray, Float64Array], FloatArray]
"""(frame, (N, 4) boxes in its pixels) -> (N, D) unit length."""


class NumberedImage(np.ndarray[Any, np.dtype[np.uint8]]):  # Any: the shape, as in ImageArray
    """A frame that knows its number, 0-based."""

    frame_index: int

    @classmethod
    def of(cls, image: ImageArray, frame_index: int) -> Self:
        """Return a view of an image."""
        numbered = image.view(cls)
        numbered.frame_index = frame_index
        return numbered


class NumberedFrames:
    """A video whose frames know their numbers.

    Without a source every frame is one black pixel: where no embeddings are read nothing needs to
    be decoded.
    """

    def __init__(self, source: FrameSource | None, *, frame_count: int) -> None:
        self._source = source
        self._frame_count = frame_count

    @property
    def frame_count(self) -> int:
        """Return how many frames there are."""
        return self._frame_count

    def read(self, frame_index: int) -> ImageArray:
        """Return a frame; see `FrameSource.read`."""
        if self._source is None:
            return NumberedImage.of(np.zeros((1, 1, 3), np.uint8), frame_index)
        return NumberedImage.of(self._source.read(frame_index), frame_index)


class GivenDetector:
    """A `FrameDetector` that sees in each frame of `NumberedFrames` what is given.

    Args:
        given: the detections of the video.
        frame_count: of the video.
        embeddings_of: reads the embeddings of boxes in a frame, by the model's sampler; None leaves
            detections without any.

    Raises:
        UserError: a detection lies behind the end of the video.
    """

    def __init__(
        self,
        given: GivenDetections,
        *,
        frame_count: int,
        embeddings_of: EmbeddingsOf | None = None,
    ) -> None:
        if given.frame_count > frame_count:
            raise UserError(
                f"The detections go on to frame {given.frame_count}, "
                f"but the video ends with frame {frame_count}.",
                "Do both belong to the same video, and do they count frames alike?",
            )
        self._given = given
        self._embeddings_of = embeddings_of

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        """Return the given detections of a numbered frame.

        Raises:
            TypeError: the frame is not from `NumberedFrames`.
        """
        if not isinstance(image_bgr, NumberedImage):
            raise TypeError("given detections need to know which frame they are of")
        rows = self._given.rows_of(image_bgr.frame_index)
        boxes = self._given.boxes_xyxy[rows]
        if self._embeddings_of is None:
            embeddings = np.zeros((len(boxes), 0), np.float32)
        elif len(boxes):
            embeddings = self._embeddings_of(np.asarray(image_bgr), boxes)
        else:
            return FrameDetections.empty()
        return FrameDetections(
            boxes, self._given.scores[rows], embeddings, self._given.class_ids[rows]
        )
