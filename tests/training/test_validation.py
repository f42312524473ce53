"""A run is judged while it goes on, keeps its best model, and stops when it gets no better."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tensorboardX.proto.event_pb2 import Event

from trackmend_core.errors import UserError
from trackmend_core.model import load_checkpoint
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_training.checkpoints import BEST_FILE, MODEL_FILE
from trackmend_training.config import SourceConfig, TrainConfig, ValidationConfig
from trackmend_training.protocol import Finished, Message, Noted, Step, Validated
from trackmend_training.run_log import EVENTS_FOLDER, VALIDATION_FILE
from trackmend_training.trainer import fit
from trackmend_training.validation import Judge, build_judge

SEQUENCE_FRAMES = 3


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    """Three drawn frames as a MOTChallenge folder."""
    folder = tmp_path / "sequence"
    (folder / "img1").mkdir(parents=True)
    (folder / "gt").mkdir()
    rows: list[str] = []
    settings = StreetSettings(width=160, height=128, frame_count=SEQUENCE_FRAMES, walkers=4, seed=2)
    for number, frame in enumerate(draw_street(settings), start=1):
        cv2.imwrite(str(folder / "img1" / f"{number:06d}.jpg"), frame.image)
        for identity, (x1, y1, x2, y2) in zip(frame.identities, frame.boxes_xyxy, strict=True):
            rows.append(f"{number},{identity},{x1},{y1},{x2 - x1},{y2 - y1},1,1,1")
    (folder / "gt" / "gt.txt").write_text("\n".join(rows))
    (folder / "seqinfo.ini").write_text("[Sequence]\nframeRate=25\n")
    return folder


@pytest.fixture
def judged(config: TrainConfig, material_dir: Path, sequence: Path) -> TrainConfig:
    """A run that is judged every second step."""
    validation = ValidationConfig(
        every=2, sources=(SourceConfig(path=str(material_dir)),), sequence=str(sequence)
    )
    return replace(config, validation=validation, threads=0)


@pytest.fixture(autouse=True)
def few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_run_is_judged_and_keeps_its_best_model(judged: TrainConfig) -> None:
    heard: list[Message] = []
    fit(judged, emit=heard.append)
    scores = [message for message in heard if isinstance(message, Validated)]
    assert [message.step for message in scores] == [2, 4]
    assert set(scores[0].scores) == {"ap", "tpr_at_far_0.1", "idf1", "mota"}
    assert all(np.isfinite(value) for message in scores for value in message.scores.values())
    assert scores[0].is_best
    out = Path(judged.out_dir)
    best = max(message.step for message in scores if message.is_best)
    assert load_checkpoint(out / BEST_FILE).metadata["step"] == str(best)
    rows = list(csv.DictReader((out / VALIDATION_FILE).read_text().splitlines()))
    assert [float(row["ap"]) for row in rows] == [message.scores["ap"] for message in scores]
    assert isinstance(heard[-1], Finished) and heard[-1].summary["best_step"] == best


def test_judging_changes_nothing_of_what_is_learnt(judged: TrainConfig, tmp_path: Path) -> None:
    plain = replace(judged, validation=ValidationConfig(), out_dir=str(tmp_path / "plain"))
    for run in (judged, plain):
        fit(run, emit=lambda _: None)
    one, other = (
        load_checkpoint(Path(run.out_dir) / MODEL_FILE).network.state_dict()
        for run in (judged, plain)
    )
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_run_that_gets_no_better_stops(
    judged: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    falling = iter([0.5, 0.4, 0.6, 0.5, 0.4, 0.3, 0.2])
    monkeypatch.setattr(Judge, "scores", lambda *_: {"ap": next(falling)})
    run = replace(
        judged, steps=20, validation=replace(judged.validation, every=1, patience=2), batch_size=1
    )
    heard: list[Message] = []
    fit(run, emit=heard.append)
    assert [message.step for message in heard if isinstance(message, Step)] == [1, 2, 3, 4, 5]
    assert isinstance(heard[-1], Finished)
    assert heard[-1].summary["best_step"] == 3 and "stopped" in heard[-1].summary
    out = Path(run.out_dir)
    assert load_checkpoint(out / BEST_FILE).metadata["step"] == "3"
    assert load_checkpoint(out / MODEL_FILE).metadata["step"] == "5"


def test_the_best_judgement_is_remembered_over_a_break(
    judged: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = iter([0.9, 0.1, 0.2])
    monkeypatch.setattr(Judge, "scores", lambda *_: {"ap": next(given)})
    run = replace(
        judged, steps=3, checkpoint_every=1, validation=replace(judged.validation, every=1)
    )

    def crash(message: Message) -> None:
        if isinstance(message, Step) and message.step == 2:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="power"):
        fit(run, emit=crash)
    heard: list[Message] = []
    fit(run, emit=heard.append)
    assert not any(message.is_best for message in heard if isinstance(message, Validated))
    assert isinstance(heard[-1], Finished) and heard[-1].summary["best_step"] == 1


def test_curves_are_written_for_tensorboard(judged: TrainConfig) -> None:
    fit(judged, emit=lambda _: None)
    seen: dict[str, list[int]] = {}
    for path in (Path(judged.out_dir) / EVENTS_FOLDER).iterdir():
        content, position = path.read_bytes(), 0
        while position < len(content):  # length, checksum, event, checksum
            length = int.from_bytes(content[position : position + 8], "little")
            event = Event.FromString(content[position + 12 : position + 12 + length])
            for value in event.summary.value:
                seen.setdefault(value.tag, []).append(event.step)
            position += 16 + length
    assert seen["loss/total"] == seen["loss/identity"] == seen["learning_rate"] == [1, 2, 3, 4]
    assert seen["validation/ap"] == seen["validation/idf1"] == [2, 4]


def test_a_judgement_needs_something_to_judge_by(config: TrainConfig, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing to judge the training by"):
        ValidationConfig(every=5)
    lost = ValidationConfig(every=1, sequence=str(tmp_path))
    with pytest.raises(UserError, match="has no ground truth"):
        fit(replace(config, validation=lost), emit=lambda _: None)


def test_a_run_that_could_not_be_judged_does_not_begin(
    judged: TrainConfig, sequence: Path, tmp_path: Path
) -> None:
    """Found at the first judgement, it would cost all steps since the last checkpoint."""
    truth = sequence / "gt" / "gt.txt"
    rows = truth.read_text().splitlines()
    nameless = [",".join([row.split(",")[0], "-1", *row.split(",")[2:]]) for row in rows]
    truth.write_text("\n".join(nameless))
    with pytest.raises(UserError, match="boxes without an id"):
        fit(judged, emit=lambda _: None)
    truth.write_text("\n".join(row for row in rows if row.startswith("3,")))
    with pytest.raises(UserError, match="no true box that counts in the 2 frames"):
        fit(
            replace(judged, validation=replace(judged.validation, max_frames=2)),
            emit=lambda _: None,
        )
    shutil.rmtree(sequence / "img1")
    with pytest.raises(UserError, match="holds no images"):
        fit(judged, emit=lambda _: None)
    nobody = tmp_path / "nobody"
    (nobody / "images").mkdir(parents=True)
    cv2.imwrite(str(nobody / "images" / "a.jpg"), np.zeros((128, 160, 3), np.uint8))
    (nobody / "labels_with_ids").mkdir()
    (nobody / "labels_with_ids" / "a.txt").write_text("")
    lonely = ValidationConfig(every=1, sources=(SourceConfig(path=str(nobody)),))
    with pytest.raises(UserError, match="show nobody"):
        fit(replace(judged, validation=lonely), emit=lambda _: None)
    first = replace(lonely, sources=(*lonely.sources, *judged.sources), max_images=1)
    with pytest.raises(UserError, match="show nobody"):
        fit(replace(judged, validation=first), emit=lambda _: None)
    assert not (Path(judged.out_dir) / MODEL_FILE).exists()


def test_a_run_that_is_judged_by_what_it_learns_from_says_so(judged: TrainConfig) -> None:
    heard: list[Message] = []
    fit(replace(judged, steps=2), emit=heard.append)
    told = [message.text for message in heard if isinstance(message, Noted)]
    assert len(told) == 1 and told[0].startswith("2 images are both learnt from and judged by")


def test_a_judgement_that_no_step_is_named_for_is_told(judged: TrainConfig) -> None:
    heard: list[str] = []
    unused = replace(judged, validation=replace(judged.validation, every=0))
    assert build_judge(unused, device="cpu", tell=heard.append) is None
    assert len(heard) == 1 and "validation.every is 0" in heard[0]
    assert build_judge(replace(judged, validation=ValidationConfig()), device="cpu") is None
