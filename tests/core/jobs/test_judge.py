from pathlib import Path

import pytest

from trackmend_core.errors import UserError
from trackmend_core.jobs import evaluate_files

TRUTH = "1,1,0,0,10,20,1,1,1\n2,1,1,0,10,20,1,1,1\n"


def test_a_sequence_folder_stands_for_its_ground_truth(tmp_path: Path) -> None:
    (tmp_path / "seq" / "gt").mkdir(parents=True)
    (tmp_path / "seq" / "gt" / "gt.txt").write_text(TRUTH)
    result = tmp_path / "result.txt"
    result.write_text("1,5,0,0,10,20,0.9,-1,-1,-1\n")
    scores = evaluate_files(tmp_path / "seq", result)
    assert (scores.matches, scores.fn, scores.mota) == (1, 1, 0.5)


def test_a_folder_without_ground_truth_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        evaluate_files(tmp_path, tmp_path)


def test_an_empty_result_is_judged(tmp_path: Path) -> None:
    gt, result = tmp_path / "gt.txt", tmp_path / "result.txt"
    gt.write_text(TRUTH)
    result.write_text("")
    assert evaluate_files(gt, result).mota == 0
