"""Who was hidden for a moment was there, though no box says so."""

import numpy as np
import pytest

from trackmend_core.exchange import mot_table
from trackmend_training.gaps import bridged, times_away

# One person walks right and is away for 3 and for 9 frames; another one never is.
FRAMES = [1, 2, 6, 7, 17, 1, 2, 3]
IDS = [5, 5, 5, 5, 5, 8, 8, 8]
LEFTS = [10.0, 20.0, 60.0, 70.0, 170.0, 300.0, 300.0, 300.0]
TRUTH = mot_table(frames=FRAMES, ids=IDS, boxes_xywh=[(x, 50.0, 30.0, 90.0) for x in LEFTS])


def test_short_gaps_are_bridged_along_the_way_and_long_ones_are_not() -> None:
    whole = bridged(TRUTH, longest=3)
    assert len(whole) == len(TRUTH) + 3
    new = whole.select(np.isin(whole.frames, (3, 4, 5)) & (whole.ids == 5))
    assert sorted(new.frames.tolist()) == [3, 4, 5]
    for frame, box in zip(new.frames.tolist(), new.boxes_xywh.tolist(), strict=True):
        assert box == pytest.approx([10.0 * frame, 50.0, 30.0, 90.0])
    assert len(bridged(TRUTH, longest=9)) == len(TRUTH) + 12
    assert bridged(TRUTH, longest=2) is TRUTH
    assert len(bridged(TRUTH.select(TRUTH.ids == 0), longest=9)) == 0


def test_for_how_long_people_are_away() -> None:
    shuffled = TRUTH.select(np.array([7, 2, 5, 0, 4, 1, 6, 3]))
    assert sorted(times_away(shuffled).tolist()) == [3, 9]
    assert len(times_away(TRUTH.select(TRUTH.ids == 0))) == 0


def test_frames_of_which_nothing_is_said_are_no_absence() -> None:
    # Person 5 is away in frames 3 to 5 and 8 to 16 (from 1), that is 2 to 4 and 7 to 15 (from 0).
    assert sorted(times_away(TRUTH, left_out=(4, 8)).tolist()) == [2, 7]
    assert times_away(TRUTH, left_out=(1, 15)).tolist() == []
    assert sorted(times_away(TRUTH, left_out=(40, 50)).tolist()) == [3, 9]
