"""Re-tracking takes boxes along in which somebody was expected, not seen."""

import numpy as np

from trackmend_core.project import NO_DETECTION, LayerArrays
from trackmend_core.review.constraints import Constraints
from trackmend_core.review.retrack_compare import compare
from trackmend_core.review.retrack_diff import Placed, Retracked
from trackmend_core.types import RunId, TrackId

FRAMES = 8
HIDDEN = (4, 5)
BOX = (0.0, 0.0, 10.0, 20.0)


def layer_of_two() -> LayerArrays:
    """Tracks 1 and 2; of the second nothing is seen in two frames."""
    tracks = np.repeat([1, 2], FRAMES)
    frames = np.tile(np.arange(FRAMES), 2)
    expected = (tracks == 2) & np.isin(frames, HIDDEN)
    return LayerArrays(
        box_ids=np.arange(1, 2 * FRAMES + 1),
        track_ids=tracks,
        frames=frames,
        detection_ids=np.where(expected, NO_DETECTION, 100 * tracks + frames),
        boxes_xyxy=np.tile(BOX, (2 * FRAMES, 1)),
        scores=np.ones(2 * FRAMES),
        class_ids=np.zeros(2 * FRAMES, np.int64),
        by_person=np.zeros(2 * FRAMES, np.bool_),
        is_expected=expected,
        numbers={TrackId(1): 1, TrackId(2): 2},
    )


def compared(target_of: dict[tuple[int, int], int], *, from_frame: int = 1) -> Retracked:
    """Compare, each detection (track, frame) going to a target; what is not named is left out."""
    labels = {
        100 * track + frame: (
            target,
            Placed(frame=frame, detection_id=100 * track + frame, box_xyxy=BOX, score=1.0),
        )
        for (track, frame), target in target_of.items()
        if not (track == 2 and frame in HIDDEN)
    }
    layer = layer_of_two()
    nothing = Constraints(
        held=np.zeros(len(layer), np.bool_),
        pins={},
        nobody=frozenset(),
        ended={},
        closed=np.zeros(FRAMES, np.bool_),
        closed_to={},
        drawn={},
    )
    return compare(layer, RunId(1), from_frame=from_frame, labels=labels, constraints=nothing)


def everybody(frames: range = range(1, FRAMES)) -> dict[tuple[int, int], int]:
    return {(track, frame): track for track in (1, 2) for frame in frames}


def test_the_same_tracks_leave_them_where_they_are() -> None:
    for start in (1, 4, 5):
        outcome = compared(everybody(range(start, FRAMES)), from_frame=start)
        assert not outcome.targets and not outcome.removed


def test_they_go_with_the_box_before_them() -> None:
    swapped = everybody() | {(1, f): 2 for f in range(3, 8)} | {(2, f): 1 for f in range(3, 8)}
    targets = compared(swapped).targets
    assert {frame: targets[TrackId(2), frame] for frame in HIDDEN} == dict.fromkeys(HIDDEN, 1)
    kept = everybody() | {(2, 6): -1, (2, 7): -1}
    assert not any((TrackId(2), frame) in compared(kept).targets for frame in HIDDEN)


def test_they_go_where_the_box_before_them_is_left_out_or_the_place_is_taken() -> None:
    cut = {key: target for key, target in everybody().items() if key[0] == 1 or key[1] > 5}
    assert {(TrackId(2), frame) for frame in HIDDEN} <= compared(cut).removed
    given = everybody() | {(1, 4): 2}
    assert (TrackId(2), 4) in compared(given).removed
