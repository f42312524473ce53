"""What a proposal would do, worked out without writing: ghost boxes, ghost stretches, how far."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trackmend_app.ghosts import Ghost, GhostStretch
from trackmend_core.project import VerifiedStretch
from trackmend_core.project.edits import Edit
from trackmend_core.review import GhostBox, ReviewIndex
from trackmend_core.types import TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPreview:
    """All of it.

    Attributes:
        ghosts: by frame.
        stretches: for the timeline.
        boxes: how many would change.
        tracks: how many would.
        verified: how many intact verified stretches would turn amber.
    """

    ghosts: Mapping[int, Sequence[Ghost]]
    stretches: Sequence[GhostStretch]
    boxes: int
    tracks: int
    verified: int


def preview(
    index: ReviewIndex, edit: Edit, *, verified: Sequence[VerifiedStretch]
) -> ProposalPreview:
    """Work out what an edit would do; `verified` are the stretches of the run."""
    found = index.ghost_boxes(edit)
    numbers = {track_id: track.number for track_id, track in index.scene.tracks.items()}
    by_frame: dict[int, list[Ghost]] = defaultdict(list)
    by_lane: dict[tuple[TrackId, TrackId | None, bool], list[int]] = defaultdict(list)
    touched: dict[TrackId, list[int]] = defaultdict(list)
    for ghost in found:
        number = numbers.get(ghost.to_track) if ghost.to_track is not None else None
        by_frame[ghost.frame].append(
            Ghost(box_xyxy=ghost.box_xyxy, number=number, is_removed=ghost.is_removed)
        )
        lane = ghost.from_track if ghost.from_track is not None else ghost.to_track
        if lane is not None:
            by_lane[lane, ghost.to_track, ghost.is_removed].append(ghost.frame)
        for track_id in _concerned(ghost):
            touched[track_id].append(ghost.frame)
    return ProposalPreview(
        ghosts=dict(by_frame),
        stretches=[
            GhostStretch(
                lane=lane,
                first_frame=first,
                last_frame=last,
                number=numbers.get(to) if to is not None else None,
                is_removed=is_removed,
            )
            for (lane, to, is_removed), frames in by_lane.items()
            for first, last in runs(frames)
        ],
        boxes=len(found),
        tracks=len(touched),
        verified=sum(_is_touched(stretch, touched) for stretch in verified if stretch.is_intact),
    )


def runs(frames: Iterable[int]) -> list[tuple[int, int]]:
    """Return the stretches of consecutive frames, first and last included."""
    ordered = np.unique(np.fromiter(frames, np.int64))
    parts = np.split(ordered, np.flatnonzero(np.diff(ordered) > 1) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts if len(part)]


def _concerned(ghost: GhostBox) -> tuple[TrackId, ...]:
    ends = {ghost.from_track, ghost.to_track}
    return tuple(track_id for track_id in ends if track_id is not None)


def _is_touched(stretch: VerifiedStretch, touched: Mapping[TrackId, Sequence[int]]) -> bool:
    whose = touched if stretch.track_id is None else (stretch.track_id,)
    return any(
        stretch.first_frame <= frame <= stretch.last_frame
        for track_id in whose
        for frame in touched.get(track_id, ())
    )
