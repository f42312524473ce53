"""What the queue asks, what it leaves alone, and how far its probabilities can be believed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from review_scenes import FRAME_COUNT, Walker, bystanders, record_walkers, track_at

from trackmend_core.project.edits import (
    DeleteTrack,
    MergeTracks,
    PlaceBoxes,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review import ReviewIndex, SuspicionKind, cut_options
from trackmend_core.review.alternatives import Alternative
from trackmend_core.review.bench.matched_layer import Match, MatchedLayer
from trackmend_core.review.bench.reliability import reliability
from trackmend_core.review.fitted import shipped
from trackmend_core.review.judge import Judge
from trackmend_core.review.likely_pairs import LikelyPairs
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId

WALKER = Walker(person=0, x=100, speed=2.0, number=1)
COMPANION = Walker(person=1, x=108, speed=2.0, number=2)


def missed(index: ReviewIndex) -> list[PlaceBoxes]:
    queue = index.suspicions(least_probability=0.01)
    edits = [one.proposal.edit for one in queue if one.kind is SuspicionKind.MISSED]
    return [edit for edit in edits if isinstance(edit, PlaceBoxes)]


def test_a_detection_is_not_given_to_a_track_whose_neighbour_it_looks_like(tmp_path: Path) -> None:
    # Both are there all the time, the first one is not detected for a while, and nobody of the two
    # is tracked then: what is seen is the companion, at nearly the same place.
    gap = range(80, 95)
    seen = [frame for frame in range(FRAME_COUNT) if frame not in gap]
    walkers = [replace(WALKER, frames=seen), replace(COMPANION, untracked=gap), *bystanders()]
    project, run_id = record_walkers(tmp_path / "two.trackmend", walkers)
    with project:
        number_of = {track.track_id: track.number for track in project.tracks(run_id)}
        found = {number_of[one.track_id]: one for one in missed(ReviewIndex.open(project, run_id))}
        assert found[2].frames == tuple(gap)
        assert None not in found[2].detection_ids
        # The first one was there, too: on the straight line, not where the companion is seen.
        assert set(found[1].detection_ids) == {None}


def test_gaps_that_are_seen_at_one_look_are_filled_by_one_edit(tmp_path: Path) -> None:
    holes = (*range(80, 84), *range(90, 94), *range(140, 144))
    walkers = [replace(WALKER, untracked=holes), *bystanders()]
    project, run_id = record_walkers(tmp_path / "holes.trackmend", walkers)
    with project:
        found = sorted(missed(ReviewIndex.open(project, run_id)), key=lambda edit: edit.frames)
        assert [edit.frames for edit in found] == [
            (80, 81, 82, 83, 90, 91, 92, 93),
            (140, 141, 142, 143),
        ]


def test_a_track_that_goes_on_beside_the_last_boxes_of_another_is_given_back(
    tmp_path: Path,
) -> None:
    # Track 1 loses its person at 100, and stays on somebody else for five frames more.
    person = replace(WALKER, renamed=((100, 2),))
    stray = Walker(person=7, x=330, speed=1.0, number=1, frames=range(100, 105))
    project, run_id = record_walkers(tmp_path / "beside.trackmend", [person, stray, *bystanders()])
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        index = ReviewIndex.open(project, run_id)
        about = [
            one
            for one in index.suspicions(least_probability=0.3)
            if {ids[1], ids[2]} <= set(one.tracks)
        ]
        assert about
        assert about[0].proposal.edit is not None
        project.edit(about[0].proposal.edit)
        whole = track_at(project, run_id, person, 10)
        assert track_at(project, run_id, person, 190) == whole
        assert track_at(project, run_id, stray, 102) != whole


def test_the_pairs_kept_from_edit_to_edit_are_those_found_anew(tmp_path: Path) -> None:
    pieces = [replace(WALKER, renamed=((50, 8), (100, 9), (150, 10))), *bystanders()]
    project, run_id = record_walkers(tmp_path / "pieces.trackmend", pieces)
    with project:
        index = ReviewIndex.open(project, run_id)
        kept = LikelyPairs(index.judge)
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        for edit in (
            MergeTracks(keep=ids[1], absorb=ids[8]),
            SplitTrack(track_id=ids[9], at_frame=120),
            SwapTracks(track_a=ids[9], track_b=ids[10], first_frame=110),
            DeleteTrack(track_id=ids[9]),
        ):
            changes = project.edit(edit)
            index.update(changes)
            kept.update(changes.tracks)
            fresh = LikelyPairs(Judge(index.scene, shipped(), scale=index.judge.scale))
            assert sorted(set(kept)) == sorted(set(fresh))


@pytest.mark.parametrize("seed", range(5))
def test_a_layer_after_an_edit_is_judged_as_if_it_were_read_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before: dict[int, dict[int, Match]] = {number: {} for number in range(1, 6)}
    for frame in range(40):
        for number, person in enumerate(rng.permutation(5).tolist(), start=1):
            if rng.random() < 0.8:
                before[number][frame] = ((person,) if person else (), person)

    def part(number: int, frames: range) -> dict[int, Match]:
        return {frame: match for frame, match in before[number].items() if frame in frames}

    early, late = range(20), range(20, 40)
    changed = {
        2: part(2, early) | part(3, late),
        3: part(3, early) | part(2, late),
        4: {},
        5: part(5, early),
        -1: part(5, late),
    }
    after = {number: boxes for number, boxes in (before | changed).items() if boxes}
    layer = MatchedLayer(before, true_boxes=100)
    assert layer.standing(changed) == MatchedLayer(after, true_boxes=100).standing()
    assert layer.standing() == MatchedLayer(before, true_boxes=100).standing()


def test_reliability_sets_what_was_said_against_what_came_of_it() -> None:
    answers = [(0.2, False), (0.25, True), (0.95, True), (1.0, True)]
    bins = reliability(answers)
    assert [(one.low, one.count, one.right) for one in bins] == [(0.15, 2, 0.5), (0.9, 2, 1.0)]
    assert [one.said for one in bins] == pytest.approx([0.225, 0.975])


def test_after_an_edit_a_cut_is_compared_only_with_the_tracks_that_it_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tracks 1 and 2 trade their people beside a row of others, all of them near.
    row = [
        Walker(person=2 + n, x=140 + 20 * n, speed=2.0, foot=404 + 2 * n, number=3 + n)
        for n in range(5)
    ]
    one = replace(WALKER, renamed=((100, 2),))
    two = replace(COMPANION, x=130, renamed=((100, 1),))
    project, run_id = record_walkers(tmp_path / "row.trackmend", [one, two, *row, *bystanders()])
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        compared: list[tuple[TrackId, TrackId]] = []
        swap = cut_options.swap

        def noted(judge: Judge, a: TrackView, b: TrackView, **where: Any) -> Alternative | None:
            compared.append((a.track_id, b.track_id))
            return swap(judge, a, b, **where)

        monkeypatch.setattr(cut_options, "swap", noted)
        index = ReviewIndex.open(project, run_id)
        assert {(ids[1], ids[2]), (ids[1], ids[3])} <= set(compared)
        compared.clear()
        index.update(project.edit(SwapTracks(track_a=ids[2], track_b=ids[3], first_frame=90)))
        by_first = {pair for pair in compared if pair[0] == ids[1]}
        assert by_first
        assert by_first <= {(ids[1], ids[2]), (ids[1], ids[3])}
