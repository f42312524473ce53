"""Whose appearance is looked for: a box of a track, or any place of any frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from trackmend_core.project import BoxRecord
from trackmend_core.project.records import BoxXyxy
from trackmend_core.types import DetectionId, TrackId

PERSON_SHARE: Final = 0.25
"""Where nobody is boxed, a person is taken to be so high, as a share of the frame."""
_PERSON_SHAPE: Final = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarityQuery:
    """One appearance to look for.

    Attributes:
        frame_index: where it was seen.
        box_xyxy: what samplers that read a box read, source pixels; the middle is the place.
        number: what people call the track, None for a place without one.
        track_id: of the box, None for a place.
        detection_id: whose stored embedding it is, None if it must be read from a map.
    """

    frame_index: int
    box_xyxy: BoxXyxy
    number: int | None = None
    track_id: TrackId | None = None
    detection_id: DetectionId | None = None

    @classmethod
    def of_box(cls, box: BoxRecord) -> Self:
        """Return the query for a box of a track."""
        return cls(
            frame_index=box.frame_index,
            box_xyxy=box.box_xyxy,
            number=box.number,
            track_id=box.track_id,
            detection_id=box.detection_id,
        )

    @classmethod
    def at_place(
        cls,
        point: tuple[float, float],
        *,
        frame_index: int,
        boxes: Sequence[BoxRecord],
        frame_wh: tuple[int, int],
    ) -> Self:
        """Return the query for a place, as large as the box there, or as boxes of the frame are.

        Args:
            point: x and y, source pixels.
            frame_index: 0-based.
            boxes: of that frame.
            frame_wh: size of the frame, pixels.
        """
        x, y = point
        sides = np.array(
            [(x2 - x1, y2 - y1) for x1, y1, x2, y2 in (box.box_xyxy for box in boxes)]
        ).reshape(-1, 2)
        around = [
            row
            for row, (x1, y1, x2, y2) in enumerate(box.box_xyxy for box in boxes)
            if x1 <= x <= x2 and y1 <= y <= y2
        ]
        if around:
            width, height = min((sides[row] for row in around), key=lambda wh: float(wh.prod()))
        elif len(sides):
            width, height = np.median(sides, axis=0)
        else:
            height = PERSON_SHARE * frame_wh[1]
            width = _PERSON_SHAPE * height
        half_width, half_height = float(width) / 2, float(height) / 2
        box = (x - half_width, y - half_height, x + half_width, y + half_height)
        return cls(frame_index=frame_index, box_xyxy=box)

    @property
    def is_place(self) -> bool:
        """Tell whether it is a place of the picture and no box of a track."""
        return self.track_id is None

    @property
    def point(self) -> tuple[float, float]:
        """Return the middle, source pixels."""
        x1, y1, x2, y2 = self.box_xyxy
        return (x1 + x2) / 2, (y1 + y2) / 2
