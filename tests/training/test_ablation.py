"""The tables of FairMOT's paper, trained and judged on a drawn street."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot
from trackmend_core.synthetic import StreetSettings
from trackmend_training.ablation.drawn_sequence import draw_sequence
from trackmend_training.ablation.request import AblationRequest, base_config, judged_parts
from trackmend_training.ablation.run import REPORT_FILE, row_config, run_ablation
from trackmend_training.ablation.tables import TABLES, table_named
from trackmend_training.choices import Part
from trackmend_training.protocol import Cancelled, Finished, Message, Started

STREET = StreetSettings(width=160, height=128, frame_count=8, walkers=4, seed=3)


@pytest.fixture(autouse=True)
def few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def request_(tmp_path: Path, base_model: Path) -> AblationRequest:
    """Two small steps a row on the first half of a drawn street."""
    small = ("steps=2", "batch_size=2", "crop_wh=[96, 96]", "input_wh=[160, 128]", "threads=0")
    return AblationRequest(
        table="association",
        data=(draw_sequence(tmp_path, STREET),),
        judge_by=(),
        out=tmp_path / "out",
        config=None,
        weights={},
        changes=(*small, "reid_dim=16", 'accelerator="cpu"', "initial_weights=" + str(base_model)),
    )


def run(request: AblationRequest) -> tuple[dict, list[Message]]:
    said: list[Message] = []
    path = run_ablation(request, emit=said.append)
    assert path == request.out / REPORT_FILE
    return json.loads(path.read_text()), said


def test_every_table_of_the_issue_is_there_with_its_number_in_the_paper() -> None:
    assert [table.number for table in TABLES] == [1, 2, 3, 5, 6]
    assert table_named("samplers") is table_named("1")
    with pytest.raises(UserError, match="no ablation"):
        table_named("4")


def test_first_halves_are_learnt_from_and_second_ones_judged_by(request_: AblationRequest) -> None:
    config = base_config(request_, on_gpu=False, bundled=Path("none"))
    assert [source.part for source in config.sources] == [Part.FIRST_HALF]
    (part,) = judged_parts(request_)
    assert part.is_second_half


def test_what_is_learnt_from_is_not_judged_by(request_: AblationRequest) -> None:
    with pytest.raises(UserError, match="learnt from"):
        judged_parts(replace(request_, judge_by=request_.data))


def test_a_path_that_is_not_there_is_named(request_: AblationRequest, tmp_path: Path) -> None:
    lost = tmp_path / "lost"
    for request in (replace(request_, data=(lost,)), replace(request_, judge_by=(lost,))):
        with pytest.raises(UserError, match=f"There is no {lost}"):
            judged_parts(request)


def test_the_same_frames_with_other_detections_are_not_judged_by_either(
    request_: AblationRequest, tmp_path: Path
) -> None:
    (street,) = request_.data
    for place, detector in (("learnt", "SDP"), ("judged", "FRCNN")):
        shutil.copytree(street, tmp_path / place / f"MOT17-02-{detector}")
    learnt = replace(request_, data=(tmp_path / "learnt",))
    with pytest.raises(UserError, match="learnt from"):
        judged_parts(replace(learnt, judge_by=(tmp_path / "judged" / "MOT17-02-FRCNN",)))


def test_weights_that_would_not_be_used_are_named_before_any_training(
    request_: AblationRequest, base_model: Path, tmp_path: Path
) -> None:
    for weights, named in (
        ({"dla_34": base_model}, "network “dla_34”"),
        ({"mobilenetv2_fpn": tmp_path / "lost.pth"}, "are not there"),
    ):
        said: list[Message] = []
        with pytest.raises(UserError, match=named):
            run_ablation(replace(request_, weights=weights), emit=said.append)
        assert not any(isinstance(message, Started) for message in said)


def test_rows_of_the_association_share_one_training(request_: AblationRequest) -> None:
    report, said = run(request_)
    assert sum(isinstance(message, Started) for message in said) == 1
    assert isinstance(said[-1], Finished)
    assert [row["name"] for row in report["rows"]] == [
        "IoU only",
        "re-ID only",
        "re-ID and Kalman",
        "re-ID, Kalman and IoU",
    ]
    assert all(0 <= row["here"]["ap"] <= 1 for row in report["rows"])
    assert report["data"]["judged_by"] == ["drawn-street, second half"]


def test_unknown_figures_of_the_paper_stay_unknown(request_: AblationRequest) -> None:
    report, _ = run(request_)
    known = {row["name"]: row["paper"] for row in report["rows"]}
    assert known["IoU only"] == {}
    assert known["re-ID, Kalman and IoU"] == {"mota": 0.691, "idf1": 0.728}
    assert "README" in report["paper_source"]


def test_detection_alone_has_no_embeddings_to_judge(request_: AblationRequest) -> None:
    report, _ = run(replace(request_, table="tasks"))
    alone, both = report["rows"]
    assert "tpr_at_far_0.1" not in alone["here"]
    assert "tpr_at_far_0.1" in both["here"]


def test_another_network_does_not_begin_with_this_ones_weights(request_: AblationRequest) -> None:
    base = base_config(request_, on_gpu=False, bundled=Path("none"))
    dla = next(row for row in table_named("2").rows if row.name == "DLA-34")
    assert row_config(base, dla, request=request_).initial_weights is None
    given = replace(request_, weights={"dla34": Path("w.pth")})
    assert row_config(base, dla, request=given).initial_weights == "w.pth"


def test_detection_alone_makes_up_no_identities(request_: AblationRequest) -> None:
    base = replace(base_config(request_, on_gpu=False, bundled=Path("none")), self_supervised=True)
    alone, both = (row_config(base, row, request=request_) for row in table_named("3").rows)
    assert (alone.detection_only, alone.self_supervised) == (True, False)
    assert (both.detection_only, both.self_supervised) == (False, True)


def test_a_second_call_does_not_train_again(request_: AblationRequest) -> None:
    first, _ = run(request_)
    second, said = run(request_)
    (started,) = [message for message in said if isinstance(message, Started)]
    assert started.start_step == 2, "what was done is taken up"
    here = [[row["here"] for row in report["rows"]] for report in (first, second)]
    assert here[0] == here[1]


def test_a_cancelled_ablation_leaves_no_report(request_: AblationRequest) -> None:
    said: list[Message] = []
    assert run_ablation(request_, emit=said.append, is_cancelled=lambda: True) is None
    assert isinstance(said[-1], Cancelled)
    assert not (request_.out / REPORT_FILE).exists()


def test_without_a_gpu_and_with_one_rows_are_changes_of_different_runs(
    request_: AblationRequest,
) -> None:
    bare = replace(request_, changes=())
    assert base_config(bare, on_gpu=False, bundled=Path("b")).arch == "mobilenetv2_fpn"
    paper = base_config(bare, on_gpu=True, bundled=Path("b"))
    assert (paper.arch, paper.crop_wh, paper.epochs) == ("dla34", (1088, 608), 30)
    assert (paper.optimiser, paper.learning_rate, paper.batch_size) == ("adam", 1e-4, 12)


def test_the_drawn_street_is_a_sequence_with_all_its_frames(tmp_path: Path) -> None:
    folder = draw_sequence(tmp_path, STREET)
    assert len(list((folder / "img1").iterdir())) == STREET.frame_count
    truth = read_mot(folder / "gt" / "gt.txt", is_ground_truth=True)
    assert np.all((truth.frames >= 1) & (truth.frames <= STREET.frame_count))
    before = (folder / "gt" / "gt.txt").stat().st_mtime_ns
    draw_sequence(tmp_path, STREET)
    assert (folder / "gt" / "gt.txt").stat().st_mtime_ns == before, "drawn once"
