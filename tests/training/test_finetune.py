"""Finetuning from a project: in this process, and as the process that the window starts."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from corrected_project import QUICK, EditedStreet, taught_settings_alone

from trackmend_core.errors import UserError
from trackmend_core.jobs import as_taught
from trackmend_core.model import build_network, load_checkpoint
from trackmend_core.project.edits import DeleteTracks, SwapTracks
from trackmend_core.video import open_video
from trackmend_training.as_it_was import project_as_it_is
from trackmend_training.batches import Batch, stream_batches
from trackmend_training.config import TrainConfig
from trackmend_training.datasets.labelled import Material
from trackmend_training.finetune import finetune
from trackmend_training.keeping import StayClose
from trackmend_training.losses import TargetBatch
from trackmend_training.protocol import (
    Cancelled,
    CheckpointSaved,
    Failed,
    Finished,
    Message,
    Noted,
    Started,
    Step,
    decode,
)
from trackmend_training.training_set import build_training_set


def process_arguments(street: EditedStreet, base: Path, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "trackmend_training", "finetune", str(street.project.path)),
        *("--base", str(base), "--out", str(street.folder / "out"), "--batch-size", "2"),
        *("--max-frames", "4", "--replay-frames", "1", "--crop", "128", "128", "--threads", "1"),
        *("--check-frames", "2", "--fewest-boxes", "0"),
        *more,
    ]


@pytest.mark.usefixtures("judged_at_once")
def test_a_finetuned_model_knows_where_it_comes_from(
    edited_street: EditedStreet, base_model: Path
) -> None:
    first, second = edited_street.project.tracks(edited_street.run_id)[:2]
    edited_street.project.edit(
        SwapTracks(track_a=first.track_id, track_b=second.track_id, first_frame=5)
    )
    digest = edited_street.project.digest()
    messages: list[Message] = []
    path = finetune(
        edited_street.project.path,
        out_dir=edited_street.folder / "out",
        config=QUICK,
        base=base_model,
        emit=messages.append,
    )
    assert path is not None
    model = load_checkpoint(path)
    assert model.reid_dim == 16 and model.input_wh == (320, 256)
    assert model.metadata["parent"] == "base"
    assert model.metadata["edits_used"] == "1"
    assert model.metadata["corrected_images"] == "4"
    assert model.metadata["data_fingerprint"] == digest == edited_street.project.digest()
    assert isinstance(messages[0], Started) and isinstance(messages[-1], Finished)
    assert all("keep" in message.losses for message in messages if isinstance(message, Step))
    kept = path.read_bytes()
    with pytest.raises(UserError, match="There is a finetuned model in"):
        finetune(
            edited_street.project.path,
            out_dir=edited_street.folder / "out",
            config=replace(QUICK, fewest_boxes=100_000),
            base=base_model,
            emit=messages.append,
        )
    assert path.read_bytes() == kept, "the project can go back to it"
    before = load_checkpoint(base_model).network.state_dict()
    with open_video(edited_street.project.videos()[0].path) as video:
        after = as_taught(model, video).network.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)


@pytest.mark.usefixtures("judged_at_once")
def test_what_is_edited_meanwhile_does_not_count(
    edited_street: EditedStreet, base_model: Path
) -> None:
    project, digest = edited_street.project, edited_street.project.digest()
    tracks = tuple(track.track_id for track in project.tracks(edited_street.run_id))
    messages: list[Message] = []

    def hear_and_edit(message: Message) -> None:
        if isinstance(message, Step) and message.step == 1:
            project.edit(DeleteTracks(track_ids=tracks))
        messages.append(message)

    out_dir = edited_street.folder / "out"
    path = finetune(
        project.path, out_dir=out_dir, config=QUICK, base=base_model, emit=hear_and_edit
    )
    assert path is not None and isinstance(messages[-1], Finished)
    assert load_checkpoint(path).metadata["data_fingerprint"] == digest
    assert not list(out_dir.glob("*.trackmend*")), "the copy that was read is gone"
    assert not project.tracks(edited_street.run_id), "the edit stays"


def test_a_project_that_was_moved_with_its_video_is_read_where_it_is(
    edited_street: EditedStreet,
) -> None:
    edited_street.project.close()
    moved = edited_street.folder / "moved"
    moved.mkdir()
    for name in ("street.mp4", "street.trackmend"):
        (edited_street.folder / name).rename(moved / name)
    out_dir = edited_street.folder / "elsewhere" / "out"
    with project_as_it_is(moved / "street.trackmend", folder=out_dir) as project:
        assert project.locate_video(edited_street.video_id) == moved / "street.mp4"
        assert project.path.parent == out_dir
    assert not list(out_dir.iterdir())


def photograph_folder(tmp_path: Path) -> Path:
    """A folder with one picture of which nobody has said what is in it."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    cv2.imwrite(str(folder / "own.jpg"), noise)
    return folder


def test_replayed_images_teach_no_identity_and_have_their_share(
    edited_street: EditedStreet, tmp_path: Path
) -> None:
    photographs = photograph_folder(tmp_path)
    training_set = build_training_set(
        edited_street.project,
        folder=tmp_path / "set",
        config=replace(QUICK, replay_dir=str(photographs)),
        reid_dim=16,
    )
    material = training_set.material
    replayed = [image for image in material.images if image.is_replay]
    names = {image.path.name for image in replayed}
    assert training_set.corrected_images == 4 == len(material.images) - len(replayed)
    assert "own.jpg" in names and len(names) > 1, "drawn streets are beside what was given"
    assert all((image.identities == -1).all() for image in replayed)
    assert material.shares[4:].sum() == pytest.approx(QUICK.replay_share)
    assert material.shares.sum() == pytest.approx(1)


def test_of_unlabelled_photographs_only_the_old_answers_are_learnt(
    edited_street: EditedStreet, tmp_path: Path
) -> None:
    training_set = build_training_set(
        edited_street.project,
        folder=tmp_path / "set",
        config=replace(QUICK, replay_dir=str(photograph_folder(tmp_path))),
        reid_dim=16,
    )
    photographs = tuple(
        image for image in training_set.material.images if image.path.name == "own.jpg"
    )
    assert photographs
    shares = np.full(len(photographs), 1 / len(photographs))
    material = Material(images=photographs, shares=shares, identity_count=4)
    config = TrainConfig(
        out_dir=str(tmp_path), sources=(), reid_dim=16, crop_wh=(128, 128), steps=1, batch_size=4
    )
    ((batch,),) = stream_batches(material, config)
    assert batch.is_replay.all()
    assert batch.targets.mask.sum() == 0
    assert batch.targets.negative_weight is not None
    assert batch.targets.negative_weight.sum() == 0, "nobody may be called background there"


def test_embeddings_of_another_model_are_not_taught(
    edited_street: EditedStreet, tmp_path: Path
) -> None:
    training_set = build_training_set(
        edited_street.project, folder=tmp_path / "set", config=QUICK, reid_dim=32
    )
    assert not training_set.material.has_teacher


def test_without_a_base_the_model_of_the_run_is_needed(
    edited_street: EditedStreet, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="model that made this run"):
        finetune(edited_street.project.path, out_dir=tmp_path, config=QUICK, emit=lambda _: None)


def test_a_project_without_runs_has_nothing_to_learn_from(
    edited_street: EditedStreet, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="nothing to learn from"):
        build_training_set(
            edited_street.project, run_ids=[], folder=tmp_path, config=QUICK, reid_dim=16
        )


def test_staying_close_costs_nothing_until_the_network_changes() -> None:
    torch.manual_seed(0)
    network = build_network("mobilenetv2_fpn", reid_dim=8).eval()
    old = build_network("mobilenetv2_fpn", reid_dim=8)
    old.load_state_dict(network.state_dict())
    images = torch.rand(2, 3, 64, 64)
    empty = torch.zeros(2, 0)
    targets = TargetBatch(
        heat_map=empty, mask=empty, cells=empty, sizes=empty, offsets=empty, identities=empty
    )
    batch = Batch(images, targets, torch.tensor([True, False]))
    stay_close = StayClose(old, weight=1.0)
    with torch.no_grad():
        heads = network(images)
        assert float(stay_close(batch, heads)) == pytest.approx(0, abs=1e-4)
        moved = {**heads, "hm": heads["hm"] + 1.0}
        assert float(stay_close(batch, moved)) > 0.01
        nothing_replayed = replace(batch, is_replay=torch.tensor([False, False]))
        assert float(stay_close(nothing_replayed, moved)) == 0


class OneWeight(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        cells = x[:, :1, ::4, ::4] * self.weight
        return {"hm": cells, "wh": cells, "reg": cells, "id": cells}


def test_the_network_to_stay_close_to_follows_the_batches_to_their_device() -> None:
    images = torch.empty(3, 3, 32, 32, device="meta")
    empty = torch.zeros(3, 0)
    targets = TargetBatch(
        heat_map=empty, mask=empty, cells=empty, sizes=empty, offsets=empty, identities=empty
    )
    batch = Batch(images, targets, torch.tensor([True, False, True]))
    loss = StayClose(OneWeight(), weight=1.0)(batch, OneWeight().to("meta")(images))
    assert loss.device.type == "meta"


def test_the_process_speaks_the_protocol(edited_street: EditedStreet, base_model: Path) -> None:
    done = subprocess.run(
        process_arguments(edited_street, base_model, "--steps", "2"),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    messages = [decode(line) for line in done.stdout.splitlines()]
    kinds = [type(message) for message in messages]
    assert kinds == [Started, Step, CheckpointSaved, Step, CheckpointSaved, Noted, Finished]
    finished = messages[-1]
    assert isinstance(finished, Finished) and Path(finished.path).is_file()


def test_cancel_keeps_the_last_checkpoint(edited_street: EditedStreet, base_model: Path) -> None:
    with subprocess.Popen(
        process_arguments(edited_street, base_model, "--steps", "400"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        messages: list[Message] = []
        for line in process.stdout:
            messages.append(decode(line))
            if isinstance(messages[-1], Step) and messages[-1].step == 1:
                process.stdin.write("cancel\n")
                process.stdin.flush()
        assert process.wait(timeout=60) == 0
    last = messages[-1]
    assert isinstance(last, Cancelled)
    assert len([m for m in messages if isinstance(m, Step)]) < 400
    assert last.path is not None and load_checkpoint(Path(last.path)).name == "base finetuned"


def test_bad_input_is_a_message_and_status_two(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "trackmend_training",
                "finetune",
                str(tmp_path / "no.trackmend"),
            ),
            *("--out", str(tmp_path / "out")),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2
    (line,) = done.stdout.splitlines()
    assert isinstance(decode(line), Failed)


@pytest.mark.usefixtures("judged_at_once")
def test_where_too_little_can_be_judged_the_network_stays_as_it_was(
    edited_street: EditedStreet, base_model: Path
) -> None:
    path, messages, reason = taught_settings_alone(edited_street, base_model)
    model, old = load_checkpoint(path), load_checkpoint(base_model)
    assert model.metadata["blend"] == "0.0" and model.metadata["parent"] == "base"
    for name, value in old.network.state_dict().items():
        assert torch.equal(model.network.state_dict()[name], value), name
    assert not any(isinstance(message, Step) for message in messages), "nothing to train for"
    told = [message.text for message in messages if isinstance(message, Noted)]
    assert any("100000 to tell a better network from a lucky one" in text for text in told)
    assert "Nothing is new: the network was not trained" in reason
    assert [m.summary["is_new"] for m in messages if isinstance(m, Finished)] == [0.0]
