"""The identity switches of a result one by one: when, whose, and how large the box is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trackmend_core.evaluation.clear import accumulate, frames_to_judge
from trackmend_core.evaluation.judged import JudgedFrame
from trackmend_core.evaluation.rules import ClearRules
from trackmend_core.evaluation.sizes import SizeBand
from trackmend_core.types import MotTable

if TYPE_CHECKING:
    import motmetrics

_SWITCH = "SWITCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchEvent:
    """An object goes on under another result identity than before.

    Attributes:
        frame: 1-based, the first under the new one.
        gt_id: whose.
        from_id: result identity it had.
        to_id: result identity it gets.
        box_xyxy: the true box in that frame.
    """

    frame: int
    gt_id: int
    from_id: int
    to_id: int
    box_xyxy: tuple[float, float, float, float]


def find_switches(
    gt: MotTable, result: MotTable, *, iou_min: float = 0.5, rules: ClearRules | None = None
) -> list[SwitchEvent]:
    """Return every identity switch that `evaluate_clear` counts, by frame.

    Raises:
        UserError: no box of the ground truth counts, or a result box has no id.
        ValueError: `iou_min` is out of range.
    """
    frames = frames_to_judge(gt, result, iou_min=iou_min, rules=rules)
    return switches_of(frames, accumulate(frames, iou_min=iou_min))


def switches_of(
    frames: Sequence[JudgedFrame], accumulator: "motmetrics.MOTAccumulator"
) -> list[SwitchEvent]:
    """Return the identity switches of frames that motmetrics has paired, by frame."""
    by_number = {frame.number: frame for frame in frames}
    events = accumulator.mot_events
    owner: dict[int, int] = {}
    found: list[SwitchEvent] = []
    for (number, _), kind, gt_id, result_id in zip(
        events.index, events["Type"], events["OId"], events["HId"], strict=True
    ):
        if kind not in ("MATCH", _SWITCH):
            continue
        known = owner.get(int(gt_id))
        if kind == _SWITCH and known is not None:
            frame = by_number[int(number)]
            found.append(
                SwitchEvent(
                    frame=int(number),
                    gt_id=int(gt_id),
                    from_id=known,
                    to_id=int(result_id),
                    box_xyxy=_box_of(frame, int(gt_id)),
                )
            )
        owner[int(gt_id)] = int(result_id)
    return found


def count_by_size(events: Sequence[SwitchEvent], bands: Sequence[SizeBand]) -> dict[str, int]:
    """Return how many switches happen to boxes of each size."""
    boxes = np.array([event.box_xyxy for event in events], np.float64).reshape(-1, 4)
    return {band.name: int(band.holds(boxes).sum()) for band in bands}


def _box_of(frame: JudgedFrame, gt_id: int) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = frame.gt_xyxy[int(np.flatnonzero(frame.gt_ids == gt_id)[0])].tolist()
    return x1, y1, x2, y2
