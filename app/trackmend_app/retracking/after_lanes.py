"""Which stretches of the lanes would belong to somebody else, be gone, or be new; no Qt."""

from collections import defaultdict
from collections.abc import Callable, Collection

from trackmend_app.timeline.after_painter import AfterStretch
from trackmend_core.review.retrack_diff import Retracked
from trackmend_core.types import TrackId


def after_lanes(
    outcome: Retracked, *, groups: Collection[int], number_of: Callable[[int], int]
) -> tuple[AfterStretch, ...]:
    """Return the stretches that the ticked groups of changes would alter."""
    group_of = {change.target: change.group for change in outcome.changes}
    frames: dict[tuple[TrackId, int | None, bool], list[int]] = defaultdict(list)
    for (track, frame), target in outcome.targets.items():
        if group_of[int(track)] in groups:
            frames[track, number_of(target), False].append(frame)
    for track, frame in outcome.removed:
        if group_of[int(track)] in groups:
            frames[track, None, False].append(frame)
    for target, box in outcome.added:
        if group_of[target] in groups:
            frames[TrackId(target), number_of(target), True].append(box.frame)
    return tuple(
        AfterStretch(
            lane=lane, first_frame=first, last_frame=last, number=number, is_found=is_found
        )
        for (lane, number, is_found), mine in frames.items()
        for first, last in _runs(mine)
    )


def _runs(frames: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for frame in sorted(frames):
        if found and frame == found[-1][1] + 1:
            found[-1] = (found[-1][0], frame)
        else:
            found.append((frame, frame))
    return found
