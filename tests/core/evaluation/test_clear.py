import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.errors import UserError
from trackmend_core.evaluation import (
    ClearRules,
    ClearScores,
    GroundTruthRule,
    combine,
    evaluate_clear,
)
from trackmend_core.exchange import empty_mot_table, mot_table
from trackmend_core.types import MotTable

OFFICIAL_NAMES = {
    "idf1": "idf1",
    "idp": "idp",
    "idr": "idr",
    "recall": "recall",
    "precision": "precision",
    "num_unique_objects": "gt_tracks",
    "mostly_tracked": "mt",
    "partially_tracked": "pt",
    "mostly_lost": "ml",
    "num_false_positives": "fp",
    "num_misses": "fn",
    "num_switches": "id_switches",
    "num_fragmentations": "fragmentations",
    "mota": "mota",
    "motp": "motp",
    "num_transfer": "transfers",
    "num_ascend": "ascends",
    "num_migrate": "migrations",
}


def golden_tables(path: Path, name: str) -> tuple[MotTable, MotTable]:
    with np.load(path) as golden:
        gt, result = golden[f"gt_{name}"], golden[f"res_{name}"]
    return (
        mot_table(
            frames=gt[:, 0],
            ids=gt[:, 1],
            boxes_xywh=gt[:, 2:6],
            scores=gt[:, 6],
            classes=gt[:, 7],
            visibilities=gt[:, 8],
        ),
        mot_table(frames=result[:, 0], ids=result[:, 1], boxes_xywh=result[:, 2:6]),
    )


def assert_official(scores: ClearScores, expected: dict[str, float]) -> None:
    ours = scores.to_dict()
    for official, name in OFFICIAL_NAMES.items():
        assert ours[name] == pytest.approx(expected[official], abs=1e-12), name


def test_fairmots_own_figures_are_reproduced_by_its_rules(shared_dir: Path) -> None:
    golden = shared_dir / "golden"
    expected = json.loads((golden / "eval_mot_expected.json").read_text())
    every = []
    for name in ("SEQ-sparse", "SEQ-medium", "SEQ-crowd", "MOT17-98-SYN"):
        gt, result = golden_tables(golden / "eval_mot.npz", name)
        scores = evaluate_clear(gt, result, rules=ClearRules.fairmot(name))
        assert_official(scores, expected[name])
        every.append(scores)
    assert_official(combine(every), expected["OVERALL"])


def test_on_frames_with_results_our_rules_agree_with_fairmots(shared_dir: Path) -> None:
    golden = shared_dir / "golden"
    expected = json.loads((golden / "eval_mot_expected.json").read_text())
    for name in ("SEQ-sparse", "SEQ-medium", "SEQ-crowd"):
        gt, result = golden_tables(golden / "eval_mot.npz", name)
        with_result = gt.select(np.isin(gt.frames, result.frames))
        assert_official(evaluate_clear(with_result, result), expected[name])


def people(*rows: tuple[int, int, float], mark: int = 1, class_id: int = 1) -> MotTable:
    """Rows are frame, id, left; every box is 10 wide and 20 high."""
    frames, ids, left = zip(*rows, strict=True)
    return mot_table(
        frames=frames,
        ids=ids,
        boxes_xywh=[[x, 0, 10, 20] for x in left],
        scores=[mark] * len(rows),
        classes=[class_id] * len(rows),
    )


def joined(*tables: MotTable) -> MotTable:
    names = MotTable.__slots__
    return MotTable(**{n: np.concatenate([getattr(t, n) for t in tables]) for n in names})


TWO = people(*[(f, i, 100.0 * i + f) for f in range(1, 11) for i in (1, 2)])


def test_the_truth_itself_is_perfect() -> None:
    scores = evaluate_clear(TWO, TWO)
    assert (scores.mota, scores.idf1, scores.motp, scores.mt) == (1, 1, 0, 2)
    assert (scores.fp, scores.fn, scores.id_switches, scores.frames) == (0, 0, 0, 10)


def test_frames_without_any_result_cost_what_was_missed_in_them() -> None:
    half = TWO.select(TWO.frames <= 5)
    scores = evaluate_clear(TWO, half)
    assert (scores.fn, scores.mota) == (10, 0.5)
    assert evaluate_clear(TWO, half, rules=ClearRules(result_frames_only=True)).mota == 1


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_result_without_a_box_to_judge_is_not_the_fault_of_the_truth(is_empty: bool) -> None:
    elsewhere = empty_mot_table() if is_empty else people((11, 1, 100.0))
    with pytest.raises(UserError, match="The result has no box in any frame with a true one") as e:
        evaluate_clear(TWO, elsewhere, rules=ClearRules.fairmot("TUD"))
    assert "--rules motchallenge" in e.value.hint
    with pytest.raises(UserError, match="ground truth has no box"):
        evaluate_clear(empty_mot_table(), elsewhere, rules=ClearRules.fairmot("TUD"))


def test_an_empty_result_misses_everything() -> None:
    scores = evaluate_clear(TWO, empty_mot_table())
    assert (scores.mota, scores.idf1, scores.recall, scores.precision) == (0, 0, 0, 0)
    assert (scores.fn, scores.ml, scores.motp) == (20, 2, 0)


def test_swapped_ids_are_two_switches_and_half_the_identity() -> None:
    late = TWO.frames > 5
    swapped = MotTable(
        **{n: getattr(TWO, n) for n in MotTable.__slots__ if n != "ids"},
        ids=np.where(late, 3 - TWO.ids, TWO.ids),
    )
    scores = evaluate_clear(TWO, swapped)
    assert (scores.id_switches, scores.fp, scores.fn) == (2, 0, 0)
    assert scores.idf1 == pytest.approx(0.5)


def test_result_boxes_in_frames_without_truth_are_false() -> None:
    assert evaluate_clear(TWO, joined(TWO, people((99, 7, 0.0)))).fp == 1


def test_rows_without_a_mark_are_not_judged() -> None:
    gt = joined(TWO, people((1, 9, 500.0), mark=0))
    assert evaluate_clear(gt, TWO).mota == 1
    everything = ClearRules(ground_truth=GroundTruthRule.EVERY_ROW)
    assert evaluate_clear(gt, TWO, rules=everything).fn == 1


def test_a_result_on_a_distractor_is_neither_right_nor_wrong() -> None:
    gt = joined(TWO, people((1, 9, 500.0), mark=0, class_id=8))
    result = joined(TWO, people((1, 30, 501.0)))
    scores = evaluate_clear(gt, result)
    assert (scores.fp, scores.result_boxes, scores.mota) == (0, 20, 1)


def test_a_distractor_takes_no_result_from_a_person_who_fits_better() -> None:
    gt = joined(people((1, 1, 0.0)), people((1, 9, 2.0), mark=0, class_id=8))
    result = people((1, 1, 0.5))
    assert evaluate_clear(gt, result).matches == 1
    first = ClearRules(ground_truth=GroundTruthRule.DISTRACTORS_FIRST)
    assert evaluate_clear(gt, result, rules=first).matches == 0


def test_another_class_is_not_judged_but_a_result_on_it_is_wrong() -> None:
    gt = joined(TWO, people((1, 9, 500.0), class_id=3))
    scores = evaluate_clear(gt, joined(TWO, people((1, 30, 500.0))))
    assert (scores.fn, scores.fp) == (0, 1)


def test_boxes_overlapping_by_exactly_the_limit_match() -> None:
    gt = people((1, 1, 0.0))
    result = mot_table(frames=[1], ids=[1], boxes_xywh=[[0, 0, 10, 10]])
    assert evaluate_clear(gt, result, iou_min=0.5).matches == 1
    assert evaluate_clear(gt, result, iou_min=0.51).matches == 0


def test_ground_truth_that_judges_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="no box that counts"):
        evaluate_clear(people((1, 1, 0.0), mark=0), TWO)
    with pytest.raises(UserError, match="no box that counts"):
        evaluate_clear(empty_mot_table(), TWO)


def test_detections_without_ids_are_refused_as_a_result() -> None:
    with pytest.raises(UserError, match="without an id"):
        evaluate_clear(TWO, people((1, -1, 0.0)))


@pytest.mark.parametrize("iou_min", [0.0, 1.1, float("nan")])
def test_a_limit_that_is_none_is_refused(iou_min: float) -> None:
    with pytest.raises(ValueError, match="iou_min"):
        evaluate_clear(TWO, TWO, iou_min=iou_min)


def test_nothing_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match="no sequence"):
        combine([])


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_counts_add_up_whatever_the_boxes(seed: int) -> None:
    draw = np.random.default_rng(seed)

    def table(count: int) -> MotTable:
        pairs = sorted({(int(f), int(i)) for f, i in draw.integers(1, 6, (count, 2))})
        return people(*[(f, i, float(draw.uniform(0, 60))) for f, i in pairs])

    gt, result = table(30), table(30)
    scores = evaluate_clear(gt, result)
    assert scores.matches + scores.fn == scores.gt_boxes == len(gt)
    assert scores.matches + scores.fp == scores.result_boxes == len(result)
    assert scores.mt + scores.pt + scores.ml == scores.gt_tracks
    assert 0 <= scores.idf1 <= 1 and scores.mota <= 1
    assert scores.id_true_positives <= scores.matches


def test_true_boxes_without_an_id_are_refused() -> None:
    boxes = [[0, 0, 10, 20], [50, 0, 10, 20]]
    result = mot_table(frames=[1, 1], ids=[1, 2], boxes_xywh=boxes)
    for ids in ([-1, -1], [-1, 2]):
        with pytest.raises(UserError, match="boxes without an id"):
            evaluate_clear(mot_table(frames=[1, 1], ids=ids, boxes_xywh=boxes), result)
    unmarked = mot_table(frames=[1, 1], ids=[-1, 2], boxes_xywh=boxes, scores=[0, 1])
    assert evaluate_clear(unmarked, result).gt_boxes == 1
