"""Keeps the place of a track for some frames while somebody nearer to the camera hides it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from trackmend_core.geometry import iou_of_pairs
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import BoolArray, Float64Array, TrackedBox

HISTORY_FRAMES: Final = 20
"""Boxes of a track that say how it walks and how large it is."""
HISTORY_MIN: Final = 6
HIDDEN_SHARE: Final = 0.3
"""Of the expected box, that one nearer person must cover."""
FEET_SLACK: Final = 0.05
"""In heights of the hidden person: so much higher may the feet of who is nearer end."""
SAME_PERSON_IOU: Final = 0.5
"""A track that begins so exactly where a lost one is expected is the same person again."""
GOES_ON_IOU: Final = 0.3
"""Who comes back with less overlap with the expected box has turned while out of sight."""


@dataclass(slots=True)
class _Course:
    """The last boxes in which a track was seen, and when it was last shown, seen or not."""

    frames: deque[int] = field(default_factory=lambda: deque(maxlen=HISTORY_FRAMES))
    boxes_xyxy: deque[Float64Array] = field(default_factory=lambda: deque(maxlen=HISTORY_FRAMES))
    shown: int = 0

    def see(self, box_xyxy: Float64Array, *, frame: int) -> None:
        """Take the box of a frame; who comes back elsewhere than expected walks anew.

        People turn while they are out of sight. A line through the places before and after would
        stand still where nobody is.
        """
        if self.frames and frame - self.frames[-1] > 1 and self._has_turned(box_xyxy, frame):
            self.frames.clear()
            self.boxes_xyxy.clear()
        self.frames.append(frame)
        self.boxes_xyxy.append(box_xyxy)
        self.shown = frame

    def _has_turned(self, box_xyxy: Float64Array, frame: int) -> bool:
        """Return whether a box is not where the walk so far leads."""
        if len(self.frames) < 2:
            return True
        overlap = iou_of_pairs(self.expected(frame)[None], box_xyxy[None], inclusive=False)
        return bool(overlap[0] < GOES_ON_IOU)

    def expected(self, frame: int) -> Float64Array:
        """Return the (4,) box on the straight line that fits the last ones, of their middle size.

        The filter's own prediction will not do: the boxes of somebody who is about to be hidden
        shrink, and the filter takes that for a movement.
        """
        boxes = np.stack(self.boxes_xyxy)
        times = np.array(self.frames, np.float64)
        middle_time = times.mean()
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        middle = centres.mean(axis=0)
        times -= middle_time
        speed = times @ (centres - middle) / (times @ times)
        centre = middle + speed * (frame - middle_time)
        half = np.median(boxes[:, 2:] - boxes[:, :2], axis=0) / 2
        return np.concatenate((centre - half, centre + half))


class HiddenTracks:
    """Where the hidden are expected; what it remembers depends on the tracks that are alive."""

    def __init__(self, frames_max: int) -> None:
        """Show a track for at most `frames_max` frames after it was last seen."""
        self._frames_max = frames_max
        self._courses: dict[int, _Course] = {}

    def step(
        self,
        tracks: TrackTable,
        boxes_xyxy: Float64Array,
        seen: Sequence[TrackedBox],
        *,
        frame: int,
    ) -> list[TrackedBox]:
        """Return the expected boxes of tracks that were shown in the frame before and are hidden.

        Once nobody hides the expected place the track has left it, and is shown again when it is
        seen.

        Args:
            tracks: all that are alive.
            boxes_xyxy: (N, 4) where they are.
            seen: what the tracker shows of the frame.
            frame: counts up by one from call to call.
        """
        for box in seen:
            self._courses.setdefault(box.track_id, _Course()).see(box.box_xyxy, frame=frame)
        missing = (tracks.confirmed & tracks.lost).nonzero()[0]
        if len(self._courses) > len(seen) + len(missing):
            alive = set(tracks.ids.tolist())
            self._courses = {one: what for one, what in self._courses.items() if one in alive}
        present = ~tracks.lost
        expected = []
        for row in missing.tolist():
            course = self._courses.get(int(tracks.ids[row]))
            if course is None or course.shown != frame - 1 or len(course.frames) < HISTORY_MIN:
                continue
            last_seen = course.frames[-1]
            if frame - last_seen > self._frames_max:
                continue
            box_xyxy = course.expected(frame)
            known = tracks.first_frames[present] <= last_seen
            if not _is_hidden(box_xyxy, boxes_xyxy[present], known=known):
                continue
            course.shown = frame
            expected.append(
                TrackedBox(
                    track_id=int(tracks.ids[row]),
                    box_xyxy=box_xyxy,
                    score=float(tracks.scores[row]),
                    class_id=int(tracks.class_ids[row]),
                )
            )
        return expected


def _is_hidden(box_xyxy: Float64Array, others_xyxy: Float64Array, *, known: BoolArray) -> bool:
    """Return whether one of the others, (N, 4), is nearer and covers the box.

    Only who was `known`, (N,), while the track was still seen can hide it; who begins in its place
    is the same person under another id.
    """
    low = np.maximum(box_xyxy[:2], others_xyxy[:, :2])
    high = np.minimum(box_xyxy[2:], others_xyxy[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    width, height = box_xyxy[2:] - box_xyxy[:2]
    theirs = np.prod(others_xyxy[:, 2:] - others_xyxy[:, :2], axis=1)
    same = shared >= SAME_PERSON_IOU * (width * height + theirs - shared)
    if (same & ~known).any():
        return False
    nearer = others_xyxy[:, 3] > box_xyxy[3] - FEET_SLACK * height
    return bool((known & nearer & (shared >= HIDDEN_SHARE * width * height)).any())
