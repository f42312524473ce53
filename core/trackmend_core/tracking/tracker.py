"""The online tracker: one seam for FairMOT's cascade and for the methods it is compared with."""

from collections.abc import Collection
from typing import Protocol

from trackmend_core.tracking.fairmot import FairMot
from trackmend_core.tracking.lifecycle import Lifecycle
from trackmend_core.tracking.methods.botsort import BotSort
from trackmend_core.tracking.methods.bytetrack import ByteTrack
from trackmend_core.tracking.methods.deepsort import DeepSort
from trackmend_core.tracking.methods.iou import IouTracker
from trackmend_core.tracking.methods.ocsort import OcSort
from trackmend_core.tracking.methods.sort import Sort
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.types import FrameDetections, ImageArray, IntArray, TrackedBox


class TrackingMethod(Protocol):
    """What a method does with one frame after the other."""

    @property
    def wants_image(self) -> bool:
        """Whether `step` makes use of the frame."""
        ...

    def step(self, detections: FrameDetections, image: ImageArray | None) -> list[TrackedBox]:
        """Take the next frame; see `Tracker.step`."""
        ...


class _MakeMethod(Protocol):
    def __call__(self, settings: TrackerSettings) -> TrackingMethod: ...


_METHODS: dict[str, _MakeMethod] = {
    "fairmot": FairMot,
    "iou": IouTracker,
    "sort": Sort,
    "deepsort": DeepSort,
    "bytetrack": ByteTrack,
    "ocsort": OcSort,
    "botsort": BotSort,
}


class Tracker:
    """Gives detections ids, frame after frame; ids count from 1 for each instance.

    Memory and time per frame depend on the tracks that are alive, not on the length of the video.
    """

    def __init__(self, settings: TrackerSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget everything: the next frame is the first, the next id is 1."""
        self._method = _METHODS[self.settings.method_name](self.settings)

    @property
    def wants_image(self) -> bool:
        """Return whether `step` makes use of the frame; if not, it need not be read."""
        return self._method.wants_image

    @property
    def heeds_pins(self) -> bool:
        """Return whether the method keeps to pins; with others the caller cuts what they join."""
        return isinstance(self._method, Lifecycle)

    def step(
        self,
        detections: FrameDetections,
        image: ImageArray | None = None,
        *,
        pins: IntArray | None = None,
        ended: Collection[int] = (),
    ) -> list[TrackedBox]:
        """Take the next frame and return the confirmed tracks seen in it.

        Behind them stand, if the settings say so, tracks that somebody hides, without a detection.

        Detections at or below the score threshold and boxes without area take no part. A box put
        out is the filtered one, not the detection's, and is not clipped to the frame; methods that
        differ say so.

        Args:
            detections: of the whole frame, also the doubtful ones, in any order.
            image: the frame, for methods that follow the camera; without it they take it for still.
            pins: (D,) the identity, from 1, that people gave each detection, 0 for none: equal ones
                must be linked, different ones cannot be. See `heeds_pins`.
            ended: pins of tracks that do not go on from this frame.

        Raises:
            ValueError: a value is not finite, or embeddings change their length on the way.
        """
        if pins is not None and isinstance(self._method, Lifecycle):
            return self._method.step(detections, image, pins=pins, ended=ended)
        return self._method.step(detections, image)
