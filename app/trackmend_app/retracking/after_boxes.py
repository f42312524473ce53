"""The boxes of a frame as a dry run would leave them; no Qt."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from trackmend_core.project import BoxRecord
from trackmend_core.review.retrack_diff import Placed, Retracked
from trackmend_core.types import BoxId, BoxSource, DetectionId, TrackId


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AfterFrame:
    """One frame.

    Attributes:
        boxes: as they would be.
        changed: tracks that get a box here which they do not have now.
    """

    boxes: list[BoxRecord]
    changed: frozenset[TrackId]


def boxes_after(
    boxes: Sequence[BoxRecord],
    outcome: Retracked,
    found: Sequence[tuple[int, Placed]],
    *,
    frame_index: int,
    group_of: Mapping[int, int],
    groups: Collection[int],
    number_of: Callable[[int], int],
) -> AfterFrame:
    """Return the boxes of a frame after the ticked groups of changes were taken over."""
    after, changed = [], set()
    for box in boxes:
        place = (box.track_id, frame_index)
        if group_of.get(int(box.track_id)) not in groups:
            after.append(box)
        elif place in outcome.targets:
            to = outcome.targets[place]
            after.append(replace(box, track_id=TrackId(to), number=number_of(to)))
            changed.add(TrackId(to))
        elif place not in outcome.removed:
            after.append(box)
    for row, (target, placed) in enumerate(found):
        if group_of[target] in groups:
            changed.add(TrackId(target))
            after.append(
                BoxRecord(
                    box_id=BoxId(-1 - row),
                    track_id=TrackId(target),
                    number=number_of(target),
                    frame_index=frame_index,
                    box_xyxy=placed.box_xyxy,
                    score=placed.score,
                    source=BoxSource.INTERPOLATED,
                    detection_id=DetectionId(placed.detection_id),
                )
            )
    return AfterFrame(boxes=after, changed=frozenset(changed))
