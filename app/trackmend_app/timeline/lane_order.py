"""Which lanes are shown and in which order; no Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from trackmend_app.tracks.presence import is_in_frame
from trackmend_core.project import TrackSummary
from trackmend_core.types import TrackId


class LaneSort(StrEnum):
    """What lanes are ordered by."""

    NUMBER = "number"
    START = "start"
    LENGTH = "length"
    CONFIDENCE = "confidence"
    LABEL = "label"
    SUSPICION = "suspicion"


_NOBODY: Mapping[TrackId, float] = {}
_KEYS: dict[LaneSort, Callable[[TrackSummary], tuple[object, ...]]] = {
    LaneSort.NUMBER: lambda track: (track.number,),
    LaneSort.START: lambda track: (track.first_frame, track.number),
    LaneSort.LENGTH: lambda track: (-track.box_count, track.number),
    LaneSort.CONFIDENCE: lambda track: (track.mean_score, track.number),
    LaneSort.LABEL: lambda track: (not track.label, track.label.casefold(), track.number),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneOrder:
    """How a person wants to see the lanes.

    Attributes:
        sort: least sure, longest and most suspicious tracks come first, the rest rises.
        only_here: only tracks in the current frame.
        grouped: tracks of one label stand together under its name.
        pinned: these stand on top whatever the rest is.
    """

    sort: LaneSort = LaneSort.NUMBER
    only_here: bool = False
    grouped: bool = False
    pinned: frozenset[TrackId] = field(default_factory=frozenset)

    def arranged(
        self,
        tracks: Sequence[TrackSummary],
        *,
        frame_index: int,
        accepts: Callable[[TrackSummary], bool] | None = None,
        suspicion: Mapping[TrackId, float] = _NOBODY,
    ) -> list[TrackSummary]:
        """Return the lanes to show, from the top.

        Args:
            tracks: all of them.
            frame_index: the current frame.
            accepts: a further filter, if there is one; pinned lanes need not pass it.
            suspicion: how suspicious tracks are, 0..1; those not named are not.
        """
        shown = list(tracks)
        if accepts is not None or self.only_here:
            shown = [
                track
                for track in tracks
                if track.track_id in self.pinned
                or (
                    (accepts is None or accepts(track))
                    and (not self.only_here or is_in_frame(track, frame_index))
                )
            ]
        if self.sort is LaneSort.SUSPICION:
            shown.sort(key=lambda track: (-suspicion.get(track.track_id, 0.0), track.number))
        else:
            shown.sort(key=_KEYS[self.sort])
        if self.grouped:
            shown.sort(key=lambda track: (not track.label, track.label.casefold()))
        if self.pinned:
            shown.sort(key=lambda track: track.track_id not in self.pinned)
        return shown

    def group_titles(self, lanes: Sequence[TrackSummary]) -> dict[int, str]:
        """Return the rows above which a group begins, with its name ("" for the unlabelled)."""
        titles: dict[int, str] = {}
        before: object = None
        for row, track in enumerate(lanes):
            if not self.grouped or track.track_id in self.pinned:
                continue
            if track.label != before:
                titles[row] = track.label
            before = track.label
        return titles


def pinned_on_top(tracks: Sequence[TrackSummary], pinned: frozenset[TrackId]) -> int:
    """Return how many lanes from the top are pinned."""
    return next(
        (row for row, track in enumerate(tracks) if track.track_id not in pinned), len(tracks)
    )
