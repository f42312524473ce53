"""Goes on seeing as a run began: the embeddings of a run have one length, whatever a model has."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import replace

from trackmend_core.errors import UserError
from trackmend_core.jobs.seams import FrameDetector, ManyFramesDetector
from trackmend_core.similarity import fits_map, learnt_part
from trackmend_core.types import FrameDetections, ImageArray


class AsBegun:
    """A detector whose embeddings have the length that a run's have.

    A run that began before its model had colours beside its embeddings goes on without them.

    Args:
        detector: of the frames.
        length: of the run's embeddings.
    """

    def __init__(self, detector: FrameDetector, *, length: int) -> None:
        self._detector = detector
        self._length = length

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        """Return what is seen in a frame.

        Raises:
            UserError: these are the embeddings of another model.
        """
        return self._as_begun(self._detector.detect(image_bgr))

    def detect_many(
        self, images_bgr: Iterable[ImageArray]
    ) -> Generator[FrameDetections, None, None]:
        """Yield what `detect` returns for every frame, in order."""
        if not isinstance(self._detector, ManyFramesDetector):
            yield from map(self.detect, images_bgr)
            return
        with closing(self._detector.detect_many(images_bgr)) as seen_in_each:
            yield from map(self._as_begun, seen_in_each)

    def _as_begun(self, seen: FrameDetections) -> FrameDetections:
        length = seen.embeddings.shape[1]
        if length == self._length or not len(seen):
            return seen
        if not fits_map(length, self._length):
            raise UserError(
                f"This run began with embeddings of {self._length} numbers; the model gives"
                f" {length} by now.",
                "Run the model anew; what was tracked so far stays beside it.",
            )
        return replace(seen, embeddings=learnt_part(seen.embeddings, self._length))
