"""What training has changed, on frames it has not seen: events, likeness, figures, a verdict."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np

from trackmend_core.evaluation import (
    Changes,
    IdentityPairs,
    SequenceScores,
    SwitchEvent,
    compare_results,
    find_switches,
    same_different_auc,
    tpr_at_far,
)
from trackmend_core.types import ImageArray
from trackmend_training.judging import Answer, JudgedStretch
from trackmend_training.pictures import write_jpeg

SAME_EVENT_FRAMES = 5
MOST_CROPS = 24
CROP_MARGIN = 0.15
CROP_HEIGHT = 192
BIN_COUNT = 40
BINS = np.linspace(-1, 1, BIN_COUNT + 1)
MUCH_FORGOTTEN = 0.05
NOTICEABLE = 0.005


class Verdict(StrEnum):
    """Whether the new model may take the old one's place."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


class EventKind(StrEnum):
    """What became of an identity switch."""

    FIXED = "fixed"
    BROKEN = "broken"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedEvent:
    """An identity switch that one of the two models makes, or both.

    Attributes:
        kind: fixed: only the old one makes it; broken: only the new one; unchanged: both.
        frame_index: 0-based.
        number: of the track, as people read it.
        box_xyxy: the true box there, pixels of the source frame.
        crops: files that show the person before and at the switch, relative to the report.
    """

    kind: EventKind
    frame_index: int
    number: int
    box_xyxy: tuple[float, float, float, float]
    crops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike pairs of boxes are, counted in `BINS` from -1 to 1.

    Attributes:
        same: pairs of one person, a while apart.
        different: pairs of two people.
        auc: chance that a same pair is more alike, None without both kinds.
        tpr_at_far: share of same pairs accepted where a tenth of the different ones is.
    """

    same: tuple[int, ...]
    different: tuple[int, ...]
    auc: float | None
    tpr_at_far: float | None

    @classmethod
    def of(cls, pairs: IdentityPairs) -> "Likeness":
        """Count pairs."""
        same, different = (
            np.histogram(pairs.similarities[chosen], BINS)[0].tolist()
            for chosen in (pairs.are_same, ~pairs.are_same)
        )
        both = pairs.can_be_judged
        return cls(
            same=tuple(same),
            different=tuple(different),
            auc=same_different_auc(pairs) if both else None,
            tpr_at_far=tpr_at_far(pairs) if both else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatChanged:
    """The report on a new model.

    Attributes:
        verdict: whether it may take the old one's place.
        reason: in one sentence.
        frames: first and last frame judged, 0-based.
        is_seen: these frames were also learnt from, since there were too few to hold any back.
        changes: IDF1, HOTA and switches with their intervals.
        before: figures of the old model on these frames.
        after: those of the new one.
        events: identity switches, what became of each.
        likeness_before: of the old model's embeddings.
        likeness_after: of the new one's.
        elsewhere_before: figures of the old model on a drawn street, to see what was forgotten.
        elsewhere_after: those of the new one.
        blend: share of the change that was kept, 0..1.
    """

    verdict: Verdict
    reason: str
    frames: tuple[int, int]
    is_seen: bool
    changes: Changes
    before: dict[str, float]
    after: dict[str, float]
    events: tuple[ChangedEvent, ...]
    likeness_before: Likeness
    likeness_after: Likeness
    elsewhere_before: dict[str, float]
    elsewhere_after: dict[str, float]
    blend: float

    def count(self, kind: EventKind) -> int:
        """Return how many events are of a kind."""
        return sum(event.kind is kind for event in self.events)

    def to_dict(self) -> dict[str, object]:
        """Return plain values, ready for JSON."""
        counts = {str(kind): self.count(kind) for kind in EventKind}
        plain = asdict(self) | {"changes": self.changes.to_dict(), "event_counts": counts}
        plain["likeness_bins"] = BINS.tolist()
        return plain

    def write(self, path: Path) -> None:
        """Write the report."""
        path.write_text(json.dumps(self.to_dict(), indent=1), encoding="utf-8")


def figures(scores: SequenceScores) -> dict[str, float]:
    """Return the few figures that a report names."""
    return {
        "mota": scores.clear.mota,
        "idf1": scores.clear.idf1,
        "hota": scores.hota.hota,
        "id_switches": float(scores.clear.id_switches),
        "missed": float(scores.clear.fn),
        "false": float(scores.clear.fp),
    }


def what_changed(
    stretch: JudgedStretch,
    before: Answer,
    after: Answer,
    *,
    elsewhere: tuple[Answer, Answer],
    folder: Path,
    is_seen: bool,
    blend: float,
    may_forget: bool = False,
) -> WhatChanged:
    """Compare two models' answers and keep crops of every event.

    Args:
        stretch: what was judged.
        before: the old model's answer.
        after: the new model's.
        elsewhere: both answers to the drawn street.
        folder: receives the crops.
        is_seen: the frames were learnt from.
        blend: share of the change that was kept.
        may_forget: nobody minds what was forgotten elsewhere.
    """
    stretch = stretch.bridged
    changes = compare_results(stretch.truth, before.tracked, after.tracked)
    there = elsewhere[:1] * 2 if may_forget else elsewhere
    verdict, reason = judge(changes, *(figures(one.scores) for one in there))
    numbers = stretch.truth.frames
    gap = min(round(stretch.frame_rate), int(numbers.max() - numbers.min() + 1) // 3)
    events = compare_events(
        find_switches(stretch.truth, before.tracked), find_switches(stretch.truth, after.tracked)
    )
    return WhatChanged(
        verdict=verdict,
        reason=reason,
        frames=(int(numbers.min()) - 1, int(numbers.max()) - 1),
        is_seen=is_seen,
        changes=changes,
        before=figures(before.scores),
        after=figures(after.scores),
        events=_with_crops(events, stretch, folder=folder),
        likeness_before=Likeness.of(before.pairs(least_gap=gap)),
        likeness_after=Likeness.of(after.pairs(least_gap=gap)),
        elsewhere_before=figures(elsewhere[0].scores),
        elsewhere_after=figures(elsewhere[1].scores),
        blend=blend,
    )


def judge(
    changes: Changes, elsewhere_before: dict[str, float], elsewhere_after: dict[str, float]
) -> tuple[Verdict, str]:
    """Return whether the new model may take the old one's place, and why.

    By IDF1 and switches. HOTA is only told: it also counts how closely the boxes' edges are met,
    and most of these are the old model's own.
    """
    lost = {name: elsewhere_before[name] - elsewhere_after[name] for name in ("mota", "hota")}
    name, most = max(lost.items(), key=lambda item: item[1])
    if most > MUCH_FORGOTTEN:
        return Verdict.WORSE, f"It forgot: {name.upper()} elsewhere fell by {most:.3f}."
    idf1, hota, switches = changes.idf1, changes.hota, changes.id_switches
    if idf1.is_surely_worse:
        return Verdict.WORSE, (
            f"IDF1 fell by {-idf1.value:.3f} (between {-idf1.high:.3f} and {-idf1.low:.3f})."
        )
    if switches.value > 0 and idf1.value < -NOTICEABLE:
        return Verdict.WORSE, f"It makes {switches.value:.0f} more identity switches."
    if idf1.value > NOTICEABLE or switches.value < 0:
        return Verdict.BETTER, (
            f"IDF1 {idf1.value:+.3f}, HOTA {hota.value:+.3f}, switches {switches.value:+.0f}."
        )
    return Verdict.SAME, "Nothing changed that could be told from chance."


def compare_events(
    before: Sequence[SwitchEvent], after: Sequence[SwitchEvent]
) -> list[ChangedEvent]:
    """Tell which switches of the old model are gone, which stay, which are new; by frame."""
    left = list(after)
    found: list[ChangedEvent] = []
    for event in before:
        twin = next((other for other in left if _is_same(event, other)), None)
        if twin is not None:
            left.remove(twin)
        found.append(_changed(event, EventKind.FIXED if twin is None else EventKind.UNCHANGED))
    found += [_changed(event, EventKind.BROKEN) for event in left]
    return sorted(found, key=lambda event: (event.frame_index, event.number))


def _is_same(one: SwitchEvent, other: SwitchEvent) -> bool:
    return one.gt_id == other.gt_id and abs(one.frame - other.frame) <= SAME_EVENT_FRAMES


def _changed(event: SwitchEvent, kind: EventKind) -> ChangedEvent:
    return ChangedEvent(
        kind=kind, frame_index=event.frame - 1, number=event.gt_id, box_xyxy=event.box_xyxy
    )


def _with_crops(
    events: Sequence[ChangedEvent], stretch: JudgedStretch, *, folder: Path
) -> tuple[ChangedEvent, ...]:
    """Write two pictures of the person of every event, the last before it and the first of it."""
    wanted: dict[int, list[tuple[int, int, str]]] = {}
    names: dict[int, list[str]] = {}
    for row, event in enumerate(events[:MOST_CROPS]):
        earlier = _frame_before(stretch, event)
        for frame, when in ((earlier, "before"), (event.frame_index, "after")):
            if frame is not None:
                name = f"event{row:02d}_{event.kind}_{when}.jpg"
                wanted.setdefault(frame, []).append((event.number, row, name))
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
        for frame, image in stretch.frames():
            boxes, identities = stretch.true_boxes(frame)
            for number, row, name in wanted.get(frame, []):
                box = boxes[identities == number][0].tolist()
                write_jpeg(folder / name, _crop(image, box), quality=95)
                names.setdefault(row, []).append(f"{folder.name}/{name}")
    return tuple(
        ChangedEvent(
            kind=event.kind,
            frame_index=event.frame_index,
            number=event.number,
            box_xyxy=event.box_xyxy,
            crops=tuple(names.get(row, ())),
        )
        for row, event in enumerate(events)
    )


def _frame_before(stretch: JudgedStretch, event: ChangedEvent) -> int | None:
    seen = stretch.truth.frames[stretch.truth.ids == event.number] - 1
    earlier = seen[seen < event.frame_index]
    return int(earlier.max()) if len(earlier) else None


def _crop(image: ImageArray, box_xyxy: Sequence[float]) -> ImageArray:
    x1, y1, x2, y2 = box_xyxy
    margin_x, margin_y = CROP_MARGIN * (x2 - x1), CROP_MARGIN * (y2 - y1)
    height, width = image.shape[:2]
    left, right = int(max(0, x1 - margin_x)), int(min(width, x2 + margin_x))
    top, bottom = int(max(0, y1 - margin_y)), int(min(height, y2 + margin_y))
    part = image[top : max(bottom, top + 1), left : max(right, left + 1)]
    scale = CROP_HEIGHT / part.shape[0]
    size = (max(1, round(part.shape[1] * scale)), CROP_HEIGHT)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
