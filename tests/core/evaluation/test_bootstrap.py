import json
from pathlib import Path

import numpy as np
import pytest
from test_clear import TWO, golden_tables
from test_hota import EVERY_ROW, with_ids

from trackmend_core.evaluation import compare_results, evaluate_sequence
from trackmend_core.exchange import empty_mot_table

SWAPPED = with_ids(TWO, np.where(TWO.frames > 5, 3 - TWO.ids, TWO.ids))


def test_the_whole_is_what_evaluation_says(shared_dir: Path) -> None:
    golden = shared_dir / "golden"
    for name in json.loads((golden / "eval_hota_expected.json").read_text()):
        gt, result = golden_tables(golden / "eval_mot.npz", name)
        fewer = result.select(result.ids % 5 > 0)
        changes = compare_results(gt, result, fewer, rules=EVERY_ROW)
        for figure, table in (("before", result), ("after", fewer)):
            scores = evaluate_sequence(gt, table, rules=EVERY_ROW)
            assert getattr(changes.idf1, figure) == pytest.approx(scores.clear.idf1)
            assert getattr(changes.hota, figure) == pytest.approx(scores.hota.hota)
            assert getattr(changes.id_switches, figure) == scores.clear.id_switches


def test_nothing_changed_is_nothing_for_sure() -> None:
    changes = compare_results(TWO, SWAPPED, SWAPPED)
    for one in (changes.idf1, changes.hota, changes.id_switches):
        assert (one.value, one.low, one.high, one.is_surely_worse) == (0, 0, 0, False)


def test_what_is_worse_everywhere_is_worse_for_sure() -> None:
    changes = compare_results(TWO, TWO, empty_mot_table())
    assert changes.idf1.is_surely_worse and changes.hota.is_surely_worse
    assert changes.idf1.to_dict() == {
        "before": 1, "after": 0, "low": -1, "high": -1, "value": -1
    }  # fmt: skip


def test_the_interval_holds_the_change_and_is_drawn_the_same_each_time() -> None:
    first, again = (compare_results(TWO, SWAPPED, TWO) for _ in range(2))
    assert first == again
    assert first.idf1.low <= first.idf1.value <= first.idf1.high
    assert first.id_switches.value == -2
    assert first.id_switches.low < -2 < first.id_switches.high <= 0
