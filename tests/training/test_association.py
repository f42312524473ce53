"""Corrected frames teach the tracker how long to remember, as far as nothing is lost elsewhere."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.exchange import mot_table
from trackmend_core.jobs import recommended_settings
from trackmend_core.model.colours import COLOUR_SHARE
from trackmend_core.similarity.learnt import SIGNATURE_LENGTH
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections
from trackmend_training.association import (
    LONG_MEMORY_COST,
    Association,
    Outcome,
    SeenStretch,
    ways_to_associate,
)
from trackmend_training.judging import JudgedStretch

FRAME_RATE = 10.0
SETTINGS = TrackerSettings.default(FRAME_RATE)
BRIEFLY_HIDDEN = replace(SETTINGS, hidden_frames=2)


def choose_association(here: SeenStretch, elsewhere: SeenStretch | None) -> Association | None:
    """Return the best way, None where all stays as it is."""
    return next(iter(ways_to_associate(here, elsewhere)), None)


def stretch(*, hidden: range, frame_count: int = 60) -> SeenStretch:
    """Two people of different looks stand still; both are out of sight for a while."""
    boxes = np.array([[20.0, 50, 60, 150], [200, 50, 240, 150]])
    looks = np.eye(2, 8)
    rows = [(f, p) for f in range(frame_count) for p in (0, 1) if f not in hidden]
    empty = FrameDetections.empty(8)
    seen = FrameDetections(boxes, np.array([0.9, 0.9]), looks)
    truth = mot_table(
        frames=[f + 1 for f, _ in rows],
        ids=[p for _, p in rows],
        boxes_xywh=[
            (boxes[p, 0], boxes[p, 1], 40.0, 100.0) for _, p in rows
        ],
    )  # fmt: skip
    return SeenStretch(
        stretch=JudgedStretch(frames=lambda: iter(()), truth=truth, frame_rate=FRAME_RATE),
        frames=[(f, empty if f in hidden else seen) for f in range(frame_count)],
        settings=SETTINGS,
    )


SHORT = stretch(hidden=range(20, 24))
LONG = stretch(hidden=range(20, 36), frame_count=130)


def test_a_longer_memory_is_taken_where_people_are_hidden_for_longer() -> None:
    assert SETTINGS.max_frames_lost < 16 < 2 * SETTINGS.max_frames_lost
    choice = choose_association(LONG, SHORT)
    usual = SETTINGS.lost_match_by_overlap
    assert choice == Association(memory_factor=2.0, lost_match_by_overlap=usual)


def two_who_change_places(*, told_by_colours: float) -> SeenStretch:
    """Two people come back where the other one stood, looking more like the other than themselves.

    Args:
        told_by_colours: how much more like themselves their clothes are than like the other's; what
            the network says errs by 0.2.
    """
    places = np.array([[100.0, 50, 140, 150], [130, 50, 170, 150]])
    gone = range(20, 26)
    sines = {d: np.roots([2, 2 * d, d * d - 1]).real.max() for d in (0.2, told_by_colours)}
    learnt, colours = np.eye(2, 8), np.eye(2, SIGNATURE_LENGTH)
    low, high = sines[0.2], sines[0.2] + 0.2
    other, own = sines[told_by_colours], sines[told_by_colours] + told_by_colours
    later_learnt = np.array([[low, high], [high, low]]) @ learnt
    later_colours = np.array([[own, other], [other, own]]) @ colours

    def seen(faces: Float64Array, clothes: Float64Array, where: Float64Array) -> FrameDetections:
        looks = np.concatenate((np.sqrt(0.7) * faces, np.sqrt(0.3) * clothes), axis=1)
        return FrameDetections(where, np.array([0.9, 0.9]), looks)

    before, after = seen(learnt, colours, places), seen(later_learnt, later_colours, places[::-1])
    rows = [(f, p, int(p if f < 20 else 1 - p)) for f in range(60) for p in (0, 1) if f not in gone]
    truth = mot_table(
        frames=[f + 1 for f, _, _ in rows],
        ids=[p for _, p, _ in rows],
        boxes_xywh=[(places[x, 0], 50.0, 40.0, 100.0) for _, _, x in rows],
    )
    nobody = FrameDetections.empty(8 + SIGNATURE_LENGTH)
    return SeenStretch(
        stretch=JudgedStretch(frames=lambda: iter(()), truth=truth, frame_rate=FRAME_RATE),
        frames=[(f, nobody if f in gone else before if f < 20 else after) for f in range(60)],
        settings=replace(SETTINGS, motion_weight=0.0),
        colour_share=0.3,
    )


def test_colours_tell_more_where_they_know_people_again_and_the_network_does_not() -> None:
    choice = choose_association(two_who_change_places(told_by_colours=0.3), None)
    assert choice is not None
    assert choice.colour_share == 0.5
    texts = choice.metadata({"sampler": "centre"}, SETTINGS, frame_rate=FRAME_RATE)
    assert float(texts[COLOUR_SHARE]) == 0.5
    assert texts["sampler"] == "centre"


def test_colours_tell_what_they_told_where_more_of_them_helps_nobody() -> None:
    helped = two_who_change_places(told_by_colours=0.3)
    choice = choose_association(two_who_change_places(told_by_colours=0.05), None)
    assert choice is None or choice.colour_share is None
    assert not replace(helped, colour_share=None).other_shares
    assert not replace(helped, colour_share=0.0).other_shares


def test_what_does_not_clearly_win_is_not_taken() -> None:
    assert choose_association(SHORT, SHORT) is None


def passing(*, undetected: int) -> SeenStretch:
    """Somebody walks behind four people who stand, and is not seen there for some frames."""
    standing = [(200.0 + 240 * place, 60.0, 260.0 + 240 * place, 220.0) for place in range(4)]
    looks = np.eye(5, dtype=np.float32)
    frames, rows = [], []
    for frame in range(130):
        left = 20.0 + 8 * frame
        walker = (left, 80.0, left + 40, 200.0)
        near = min(abs(left + 20 - (x1 + x2) / 2) for x1, _, x2, _ in standing)
        shown = [*standing] + [walker] * (near > 4 * undetected)
        seen = FrameDetections(np.array(shown), np.full(len(shown), 0.9), looks[: len(shown)])
        frames.append((frame, seen))
        for identity, (x1, y1, x2, y2) in enumerate([*standing, walker]):
            rows.append((frame + 1, identity, (x1, y1, x2 - x1, y2 - y1)))
    truth = mot_table(
        frames=[f for f, _, _ in rows],
        ids=[p for _, p, _ in rows],
        boxes_xywh=[b for *_, b in rows],
    )
    return SeenStretch(
        stretch=JudgedStretch(frames=lambda: iter(()), truth=truth, frame_rate=FRAME_RATE),
        frames=frames,
        settings=BRIEFLY_HIDDEN,
    )


def test_who_is_hidden_for_long_keeps_a_box_for_long() -> None:
    assert choose_association(passing(undetected=2), None) is None
    choice = choose_association(passing(undetected=6), None)
    assert choice == Association(
        memory_factor=1.0,
        lost_match_by_overlap=BRIEFLY_HIDDEN.lost_match_by_overlap,
        hidden_factor=4.0,
    )
    metadata = choice.metadata({}, BRIEFLY_HIDDEN, frame_rate=FRAME_RATE)
    assert recommended_settings(metadata, frame_rate=10).hidden_frames == 8
    assert recommended_settings(metadata, frame_rate=25).hidden_frames == 20


def test_who_was_left_out_of_the_truth_while_hidden_was_there_all_the_same() -> None:
    """Reviewers mark whom they see; the boxes of the hidden are not false for that."""
    seen = passing(undetected=6)
    table = seen.stretch.truth
    walker = table.ids == 4
    shown = {frame + 1 for frame, detections in seen.frames if len(detections.scores) == 5}
    marked = table.select(~walker | np.isin(table.frames, list(shown)))
    assert len(marked) < len(table)
    choice = choose_association(replace(seen, stretch=replace(seen.stretch, truth=marked)), None)
    assert choice is not None and choice.hidden_factor == 4.0


def test_a_longer_memory_is_tried_where_people_are_seen_to_return_that_only_it_would_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        return Outcome(worth=0.5 + 0.1 * choice.memory_factor, switches=0.0)

    usual = SETTINGS.max_frames_lost
    stand_in(monkeypatch, judge)
    for away, returns, factor in ((usual + 5, 2, None), (usual + 5, 3, 4.0), (usual, 3, None)):
        frames = [1, 2, 2 + away + 1, 2 + away + 2]
        truth = mot_table(
            frames=frames * returns,
            ids=np.repeat(np.arange(returns), len(frames)),
            boxes_xywh=[(20.0, 50.0, 40.0, 100.0)] * (len(frames) * returns),
        )
        here = replace(SHORT, stretch=replace(SHORT.stretch, truth=truth))
        choice = choose_association(here, SHORT)
        assert (None if choice is None else choice.memory_factor) == factor


def test_with_a_long_memory_a_return_costs_more() -> None:
    longer = Association(memory_factor=2.0, lost_match_by_overlap=True)
    assert longer.changed(SETTINGS).return_cost == LONG_MEMORY_COST > SETTINGS.return_cost
    assert replace(longer, memory_factor=1.0).changed(SETTINGS).return_cost == SETTINGS.return_cost
    used = recommended_settings(longer.metadata({}, SETTINGS, frame_rate=10), frame_rate=25)
    assert used.return_cost == LONG_MEMORY_COST


def stand_in(
    monkeypatch: pytest.MonkeyPatch, judge: Callable[[SeenStretch, Association], Outcome]
) -> None:
    monkeypatch.setattr(SeenStretch, "outcome", judge)


def test_what_loses_elsewhere_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        longer = choice.memory_factor > 1
        if seen is SHORT:
            return Outcome(worth=0.5 if longer else 0.9, switches=0)
        return Outcome(worth=0.9 if longer else 0.5, switches=0)

    stand_in(monkeypatch, judge)
    assert choose_association(LONG, SHORT) is None
    here_alone = choose_association(LONG, None)
    assert here_alone is not None and here_alone.memory_factor == 2.0


def test_where_doubtful_detections_begin_wrong_tracks_they_must_be_surer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        return Outcome(worth=0.5 + choice.birth_rise, switches=0.04 - 0.1 * choice.birth_rise)

    stand_in(monkeypatch, judge)
    choice = choose_association(LONG, SHORT)
    assert choice is not None and choice.birth_rise == 0.3
    rises = SETTINGS.birth_score_threshold + 0.3
    assert choice.changed(SETTINGS).birth_score_threshold == pytest.approx(rises)
    metadata = choice.metadata({}, SETTINGS, frame_rate=FRAME_RATE)
    used = recommended_settings(metadata, frame_rate=25)
    assert used.birth_score_threshold == pytest.approx(rises)
    assert used.score_threshold == SETTINGS.score_threshold


def test_clearly_fewer_switches_are_a_win_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        dearer = choice.return_cost == 0.1
        return Outcome(worth=0.5 + 0.001 * dearer, switches=0.03 - 0.01 * dearer)

    stand_in(monkeypatch, judge)
    choice = choose_association(LONG, SHORT)
    assert choice is not None
    used = recommended_settings(choice.metadata({}, SETTINGS, frame_rate=FRAME_RATE), frame_rate=25)
    assert used.return_cost == 0.1


def test_of_choices_about_as_good_the_one_with_the_fewest_switches_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        best, fewest = choice.birth_rise == 0.2, choice.birth_rise == 0.1
        return Outcome(
            worth=0.5 + 0.1 * (best or fewest) + 0.005 * best,
            switches=0.03 - 0.005 * best - 0.01 * fewest,
        )

    stand_in(monkeypatch, judge)
    choice = choose_association(LONG, SHORT)
    assert choice is not None and choice.birth_rise == 0.1


def test_what_was_gained_in_switches_is_not_given_away_for_a_longer_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        dearer, longer = choice.return_cost > 0, choice.memory_factor > 1
        return Outcome(worth=0.5 + 0.1 * longer, switches=0.03 - 0.01 * dearer + 0.005 * longer)

    stand_in(monkeypatch, judge)
    choice = choose_association(LONG, SHORT)
    assert choice is not None, "with the longer memory there are fewer than before, too"
    assert (choice.return_cost, choice.memory_factor) == (0.1, 1.0)


def test_the_choices_are_made_again_where_one_has_changed_what_the_others_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        longer = choice.memory_factor == 2.0
        return Outcome(worth=0.5 + 0.1 * longer * (1 + (choice.birth_rise > 0)), switches=0.0)

    stand_in(monkeypatch, judge)
    choice = choose_association(LONG, SHORT)
    assert choice is not None and (choice.birth_rise, choice.memory_factor) == (0.1, 2.0)


def test_a_longer_memory_is_tried_only_where_the_stretch_is_long_enough_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        return Outcome(worth=0.5 + 0.1 * choice.memory_factor, switches=0.0)

    stand_in(monkeypatch, judge)
    assert choose_association(stretch(hidden=range(20, 24), frame_count=60), SHORT) is None
    for frame_count, factor in ((120, 2.0), (240, 4.0)):
        choice = choose_association(stretch(hidden=range(20, 24), frame_count=frame_count), SHORT)
        assert choice is not None and choice.memory_factor == factor


@pytest.mark.parametrize(("lost", "taken"), [(0.008, 0.1), (0.012, None)])
def test_a_little_may_be_lost_for_clearly_fewer_switches(
    lost: float, taken: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        surer = choice.birth_rise == 0.1
        return Outcome(worth=0.5 - lost * surer, switches=0.03 - 0.01 * surer)

    stand_in(monkeypatch, judge)
    choice = choose_association(LONG, None)
    assert (None if choice is None else choice.birth_rise) == taken


def test_what_makes_more_switches_is_not_taken_however_good_it_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge(seen: SeenStretch, choice: Association) -> Outcome:
        rises, longer = choice.birth_rise > 0.15, choice.memory_factor > 1
        return Outcome(
            worth=0.5 + 0.05 * rises + 0.1 * longer, switches=0.03 - 0.02 * rises + 0.03 * longer
        )

    stand_in(monkeypatch, judge)
    choice = choose_association(LONG, SHORT)
    assert choice is not None
    assert (choice.birth_rise, choice.memory_factor) == (0.2, 1.0)


def test_a_model_keeps_its_memory_in_seconds_for_any_frame_rate() -> None:
    choice = Association(memory_factor=2.0, lost_match_by_overlap=True)
    before = {"tracker_settings": json.dumps({"score_threshold": 0.45}), "name": "light"}
    metadata = choice.metadata(before, SETTINGS, frame_rate=FRAME_RATE)
    assert metadata["name"] == "light"
    for frame_rate in (10.0, 25.0):
        settings = recommended_settings(metadata, frame_rate=frame_rate)
        usual = TrackerSettings.default(frame_rate).max_frames_lost
        assert settings.max_frames_lost == pytest.approx(2 * usual, abs=1)
        assert settings.lost_match_by_overlap and settings.score_threshold == 0.45


@pytest.mark.parametrize("name", ["memory_s", "hidden_s"])
@pytest.mark.parametrize("seconds", ["long", -1, 1e9])
def test_a_time_that_is_none_is_refused(name: str, seconds: object) -> None:
    metadata = {"tracker_settings": json.dumps({name: seconds})}
    with pytest.raises(UserError, match=name):
        recommended_settings(metadata, frame_rate=25)
