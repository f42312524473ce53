"""From findings to a queue: one entry per event, the most worthwhile look first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from trackmend_core.project.edits import Edit, PlaceBoxes, SwapTracks
from trackmend_core.review.finding import Finding
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.types import TrackId

LOOK_S: Final = {
    SuspicionKind.SWITCH_AT_CROSSING: 6.0,
    SuspicionKind.SWITCH: 6.0,
    SuspicionKind.FALSE_MERGE: 6.0,
    SuspicionKind.DRIFT: 6.0,
}
"""Seconds that a look at an event takes: following two people through a crossing takes longest."""

OTHER_LOOK_S: Final = 4.0
EDIT_S: Final = 3.0
"""Seconds more if the proposal is accepted: it is seen to be right and looked at once more."""

IN_SIGHT_SHARE: Final = 0.3
"""So much of a look is left to do at what is before the eyes already: nobody has to be found and
followed again."""

SAME_EVENT_S: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judged:
    """A finding with the probability that its proposal mends an error.

    Attributes:
        finding: what was found.
        probability: 0..1.
        rival: the likeliest other finding about the same event; its repair is the runner-up.
    """

    finding: Finding
    probability: float
    rival: "Judged | None" = None


def review_seconds(kind: SuspicionKind, probability: float, *, in_sight: bool = False) -> float:
    """Return how long an event of this kind is expected to take, with the edit if it is one."""
    look = LOOK_S.get(kind, OTHER_LOOK_S) * (IN_SIGHT_SHARE if in_sight else 1.0)
    return look + probability * EDIT_S


def one_per_event(judged: Iterable[Judged], *, frame_rate: float) -> list[Judged]:
    """Keep the likeliest of the findings that tell of the same event.

    What goes wrong at one moment disturbs every track around it. When the first repair is made, the
    others are looked at anew, so nothing is lost by asking one question at a time.
    """
    reach = SAME_EVENT_S * frame_rate
    kept = _Kept()
    rivals: dict[int, Judged] = {}
    # A track that goes on under another number comes before the boxes that are missing between.
    in_order = sorted(
        judged, key=lambda one: (one.finding.kind is SuspicionKind.MISSED, -one.probability)
    )
    for one in in_order:
        repair = one.finding.repair
        if repair.action is Action.NOTHING:
            continue
        place = kept.place_of(one.finding, repair.edit, reach)
        if place is None:
            kept.add(one, repair.edit)
        elif not _do_the_same(kept.entries[place].finding.repair.edit, repair.edit):
            rivals.setdefault(place, one)
    return [
        replace(one, rival=rivals[place]) if place in rivals else one
        for place, one in enumerate(kept.entries)
    ]


class _Kept:
    """The events so far, found again by their tracks and by their repairs."""

    def __init__(self) -> None:
        self.entries: list[Judged] = []
        self._of_track: dict[TrackId, list[tuple[int, int, int]]] = {}
        self._of_edit: dict[Edit, int] = {}
        self._of_detection: dict[int, int] = {}

    def add(self, one: Judged, edit: Edit | None) -> None:
        """Keep an event."""
        first, last = _span(one.finding)
        for track_id in one.finding.tracks:
            self._of_track.setdefault(track_id, []).append((first, last, len(self.entries)))
        if edit is not None:
            self._of_edit.setdefault(edit, len(self.entries))
            for detection in _claimed(edit):
                self._of_detection.setdefault(detection, len(self.entries))
        self.entries.append(one)

    def place_of(self, finding: Finding, edit: Edit | None, reach: float) -> int | None:
        """Return the first event that a finding tells of, too; None if there is none."""
        first, last = _span(finding)
        margin = max(1.0, reach)
        places = {  # a long track has dozens of events, and few of them near
            place
            for track in finding.tracks
            for since, until, place in self._of_track.get(track, ())
            if since <= last + margin and first - margin <= until
        }
        found = [
            place for place in places if _is_same_event(finding, self.entries[place].finding, reach)
        ]
        if edit is not None and edit in self._of_edit:
            found.append(self._of_edit[edit])
        # Two tracks want the same detections: whom they fit better is asked about first.
        found += [self._of_detection[one] for one in _claimed(edit) if one in self._of_detection]
        return min(found, default=None)


def _do_the_same(one: Edit | None, other: Edit | None) -> bool:
    """Return whether two edits are one, whichever of two swapped tracks is named first."""
    if isinstance(one, SwapTracks) and isinstance(other, SwapTracks):
        turned = replace(other, track_a=other.track_b, track_b=other.track_a)
        return one in (other, turned)
    return one == other


def _claimed(edit: Edit | None) -> list[int]:
    """Return the detections that an edit would give to a track."""
    if not isinstance(edit, PlaceBoxes):
        return []
    return [one for one in edit.detection_ids if one is not None]


def moments_of(finding: Finding) -> tuple[int, ...]:
    """Return the frames at which a finding happens: a visit has a beginning and an end."""
    until = finding.repair.until
    return (finding.frame,) if until is None else (finding.frame, until)


def _span(finding: Finding) -> tuple[int, int]:
    """Return the first and the last frame that a finding is about."""
    frames = (finding.first_frame, finding.last_frame, *moments_of(finding))
    return min(frames), max(frames)


def _is_same_event(one: Finding, other: Finding, reach: float) -> bool:
    """Return whether a finding about the same tracks tells of an event that is known already.

    What is odd where a visit ends is a part of it; a visit that ends at an event is one more.
    """
    shared = set(one.tracks) & set(other.tracks)
    for double, event in ((one, other), (other, one)):
        if double.kind is SuspicionKind.DUPLICATE and len(shared) == 2:
            return double.first_frame - reach <= event.frame <= double.last_frame + reach
    if SuspicionKind.MISSED in {one.kind, other.kind} and "continuity" in {
        one.kind.family,
        other.kind.family,
    }:
        # First whose the boxes beside a gap are, then what belongs into it.
        gap, event = (one, other) if one.kind is SuspicionKind.MISSED else (other, one)
        return bool(shared) and any(
            gap.first_frame - 1 <= there <= gap.last_frame + 1 for there in moments_of(event)
        )
    apart = min(abs(one.frame - there) for there in moments_of(other))
    if not shared or apart > reach:
        return False
    kinds = {one.kind, other.kind}
    if SuspicionKind.MISSED in kinds:
        return SuspicionKind.FRAGMENTATION in kinds
    families = {one.kind.family, other.kind.family}
    return families <= {"continuity", "duplicate"} or len(families) == 1
