from pathlib import Path

import pytest

from trackmend_core.errors import UserError
from trackmend_core.evaluation import SequenceScores
from trackmend_core.jobs import evaluate_files, pair_files

TRUTH = "1,1,0,0,10,20,1,1,1\n2,1,1,0,10,20,1,1,1\n"


def add_sequence(folder: Path) -> Path:
    (folder / "gt").mkdir(parents=True)
    (folder / "gt" / "gt.txt").write_text(TRUTH)
    return folder


def judge(gt: Path, result: Path) -> SequenceScores:
    return evaluate_files(pair_files([gt], [result])).overall


def test_a_sequence_folder_stands_for_its_ground_truth(tmp_path: Path) -> None:
    result = tmp_path / "result.txt"
    result.write_text("1,5,0,0,10,20,0.9,-1,-1,-1\n")
    scores = judge(add_sequence(tmp_path / "seq"), result).clear
    assert (scores.matches, scores.fn, scores.mota) == (1, 1, 0.5)


def test_a_folder_without_ground_truth_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no ground truth"):
        judge(tmp_path, tmp_path)


def test_an_empty_result_is_judged(tmp_path: Path) -> None:
    gt, result = tmp_path / "gt.txt", tmp_path / "result.txt"
    gt.write_text(TRUTH)
    result.write_text("")
    assert judge(gt, result).clear.mota == 0


def test_a_folder_of_sequences_meets_a_folder_of_results_by_name(tmp_path: Path) -> None:
    for name in ("A", "B"):
        add_sequence(tmp_path / "data" / name)
    results = tmp_path / "results"
    results.mkdir()
    (results / "A.txt").write_text(TRUTH)
    with pytest.raises(UserError, match=r"no result B\.txt"):
        pair_files([tmp_path / "data"], [results])
    (results / "B.txt").write_text("")
    judged = evaluate_files(pair_files([tmp_path / "data"], [results]))
    assert {name: one.clear.mota for name, one in judged.sequences.items()} == {"A": 1, "B": 0}
    assert judged.overall.clear.mota == 0.5


def test_names_come_from_the_sequence_and_stay_apart(tmp_path: Path) -> None:
    inside = add_sequence(tmp_path / "MOT17-02-FRCNN") / "gt" / "gt.txt"
    loose = tmp_path / "street.txt"
    loose.write_text(TRUTH)
    names = [one.name for one in pair_files([inside, loose], [loose, loose])]
    assert names == ["MOT17-02-FRCNN", "street"]
    twice = [one.name for one in pair_files([loose, loose], [loose, loose])]
    assert twice == ["street (1)", "street (2)"]


def test_as_many_results_as_truths_are_needed(tmp_path: Path) -> None:
    gt = tmp_path / "gt.txt"
    gt.write_text(TRUTH)
    with pytest.raises(UserError, match="1 ground truths and 2 results"):
        pair_files([gt], [gt, gt])
