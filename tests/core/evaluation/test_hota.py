import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_clear import TWO, golden_tables, joined, people

from trackmend_core.errors import UserError
from trackmend_core.evaluation import (
    ALPHAS,
    ClearRules,
    GroundTruthRule,
    evaluate_hota,
    evaluate_sequence,
    find_switches,
    overall,
)
from trackmend_core.exchange import empty_mot_table, mot_table
from trackmend_core.types import MotTable

EVERY_ROW = ClearRules(ground_truth=GroundTruthRule.EVERY_ROW)


def test_figures_equal_those_of_the_authors_script(shared_dir: Path) -> None:
    golden = shared_dir / "golden"
    expected = json.loads((golden / "eval_hota_expected.json").read_text())
    assert expected
    for name, figures in expected.items():
        gt, result = golden_tables(golden / "eval_mot.npz", name)
        scores = evaluate_sequence(gt, result, rules=EVERY_ROW)
        ours = {
            "HOTA": scores.hota.hota,
            "DetA": scores.hota.deta,
            "AssA": scores.hota.assa,
            "LocA": scores.hota.loca,
            "HOTA_alpha_05": scores.hota.hota_at_half,
            "MOTA": scores.clear.mota,
            "IDSW": scores.clear.id_switches,
            "IDF1": scores.clear.idf1,
        }
        for figure, value in ours.items():
            assert value == pytest.approx(figures[figure], abs=1e-9), (name, figure)


def with_ids(table: MotTable, ids: np.ndarray) -> MotTable:
    others = {name: getattr(table, name) for name in MotTable.__slots__ if name != "ids"}
    return MotTable(**others, ids=ids)


def test_the_truth_itself_is_perfect_at_every_limit() -> None:
    scores = evaluate_hota(TWO, TWO)
    assert scores.hota_at.tolist() == [1.0] * len(ALPHAS)
    assert (scores.deta, scores.assa, scores.loca, scores.assre, scores.asspr) == (1, 1, 1, 1, 1)


def test_a_track_cut_in_half_costs_association_recall_and_no_detection() -> None:
    cut = with_ids(TWO, np.where(TWO.frames > 5, TWO.ids + 10, TWO.ids))
    scores = evaluate_hota(TWO, cut)
    assert (scores.deta, scores.asspr) == (1, 1)
    assert scores.assre == pytest.approx(0.5)
    assert scores.assa == pytest.approx(0.5)
    assert scores.hota == pytest.approx(np.sqrt(0.5))


def test_one_track_over_two_people_costs_association_precision() -> None:
    gt = people(*[(f, 1 if f <= 5 else 2, 0.0) for f in range(1, 11)])
    scores = evaluate_hota(gt, with_ids(gt, np.ones(len(gt), np.int64)))
    assert scores.assre == pytest.approx(1.0)
    assert scores.asspr == pytest.approx(0.5)


def test_a_limit_is_reached_by_equality() -> None:
    gt = people((1, 1, 0.0))
    half = mot_table(frames=[1], ids=[1], boxes_xywh=[[0, 0, 10, 10]])
    scores = evaluate_hota(gt, half)
    np.testing.assert_array_equal(scores.tp, (ALPHAS <= 0.5).astype(float))
    assert scores.loca_at[0] == pytest.approx(0.5)
    assert scores.loca_at[-1] == 1


def test_an_empty_result_finds_nothing() -> None:
    scores = evaluate_hota(TWO, empty_mot_table())
    assert (scores.hota, scores.deta, scores.assa, scores.loca) == (0, 0, 0, 1)
    assert scores.fn.tolist() == [20] * len(ALPHAS)


def test_ground_truth_that_judges_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="no box that counts"):
        evaluate_hota(people((1, 1, 0.0), mark=0), TWO)


def test_what_sits_on_a_distractor_costs_nothing() -> None:
    gt = joined(TWO, people((1, 9, 500.0), mark=0, class_id=8))
    assert evaluate_hota(gt, joined(TWO, people((1, 30, 501.0)))).hota == 1


def test_on_vehicles_only_mot20_excuses() -> None:
    gt = joined(TWO, people((1, 9, 500.0), mark=0, class_id=6))
    result = joined(TWO, people((1, 30, 501.0)))
    assert evaluate_hota(gt, result, rules=ClearRules.motchallenge("MOT17-02-FRCNN")).hota < 1
    assert evaluate_hota(gt, result, rules=ClearRules.motchallenge("MOT20-01")).hota == 1


def test_several_sequences_weigh_by_their_boxes() -> None:
    perfect = evaluate_sequence(TWO, TWO)
    missed = evaluate_sequence(TWO, empty_mot_table())
    both = overall([perfect, missed, missed])
    assert both.clear.mota == pytest.approx(1 / 3)
    assert both.hota.deta == pytest.approx(1 / 3)
    assert both.hota.assa == 1
    with pytest.raises(ValueError, match="no sequence"):
        overall([])


def test_switches_are_named_one_by_one_and_by_size() -> None:
    swapped = with_ids(TWO, np.where(TWO.frames > 5, 3 - TWO.ids, TWO.ids))
    events = find_switches(TWO, swapped)
    assert [(e.frame, e.gt_id, e.from_id, e.to_id) for e in events] == [(6, 1, 1, 2), (6, 2, 2, 1)]
    assert events[0].box_xyxy == (106, 0, 116, 20)
    scores = evaluate_sequence(TWO, swapped)
    assert scores.clear.id_switches == 2
    assert scores.switches_by_size == {"small": 2, "medium": 0, "large": 0}


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_counts_add_up_and_figures_stay_in_range_whatever_the_boxes(seed: int) -> None:
    draw = np.random.default_rng(seed)

    def table(count: int) -> MotTable:
        pairs = sorted({(int(f), int(i)) for f, i in draw.integers(1, 6, (count, 2))})
        return people(*[(f, i, float(draw.uniform(0, 60))) for f, i in pairs])

    gt, result = table(30), table(30)
    scores = evaluate_hota(gt, result)
    assert (scores.tp + scores.fn == len(gt)).all()
    assert (scores.tp + scores.fp == len(result)).all()
    assert (np.diff(scores.tp) <= 0).all()
    for name in ("hota", "deta", "assa", "loca", "assre", "asspr"):
        assert 0 <= getattr(scores, name) <= 1 + 1e-12
    assert len(find_switches(gt, result)) == evaluate_sequence(gt, result).clear.id_switches
