"""Every option of the paper trains, and what breaks a run says where."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from test_data_sources import write_image, write_text

from trackmend_core.errors import UserError
from trackmend_core.model import load_checkpoint
from trackmend_core.model.registry import architectures
from trackmend_training.augment import Crop
from trackmend_training.batches import CropDataset, crop_tensors, place_images, stream_batches
from trackmend_training.checkpoints import MODEL_FILE, STATE_FILE
from trackmend_training.config import AugmentConfig, SourceConfig, TrainConfig
from trackmend_training.datasets.gather import gather_material
from trackmend_training.joint import JointModel, count_values, freeze_unused, target_tensors
from trackmend_training.losses import FairMotLoss, count_targets
from trackmend_training.optimiser import learning_rate
from trackmend_training.order import ImageOrder
from trackmend_training.process import Line, run_reported
from trackmend_training.protocol import Failed, Message, Noted, Step, decode
from trackmend_training.starting import initial_network
from trackmend_training.trainer import OFFENDING_FILE, fit


def steps_of(config: TrainConfig, **further: object) -> list[Step]:
    heard: list[Message] = []
    fit(config, emit=heard.append, **further)  # type: ignore[arg-type]
    return [message for message in heard if isinstance(message, Step)]


def weights(config: TrainConfig) -> dict[str, torch.Tensor]:
    return load_checkpoint(Path(config.out_dir) / MODEL_FILE).network.state_dict()


@pytest.fixture
def tiny(config: TrainConfig) -> TrainConfig:
    """Two steps on crops of 64 x 64."""
    return replace(
        config, steps=2, crop_wh=(64, 64), input_wh=(64, 64), reid_dim=8, checkpoint_every=2
    )


@pytest.fixture(autouse=True)
def few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_nobody_with_a_name_and_nobody_at_all_train_on(tiny: TrainConfig, tmp_path: Path) -> None:
    for name, lines in {"a": ["0 -1 0.5 0.5 0.2 0.8"], "b": []}.items():
        write_image(tmp_path / name / "images" / "x.jpg")
        write_text(tmp_path / name / "labels_with_ids" / "x.txt", lines)
    for folders in (["a"], ["b"], ["a", "b"]):
        sources = tuple(
            SourceConfig(path=str(tmp_path / name), own_identity_per_box=False) for name in folders
        )
        run = replace(
            tiny, sources=sources, check=False, out_dir=str(tmp_path / f"run{'+'.join(folders)}")
        )
        for step in steps_of(run):
            assert np.isfinite(step.total) and step.losses["identity"] == 0
        assert all(torch.isfinite(value).all() for value in weights(run).values())


def test_detection_alone_leaves_the_embedding_as_it_was(tiny: TrainConfig, tmp_path: Path) -> None:
    run = replace(tiny, detection_only=True, ema_decay=0.0, steps=1)
    (step,) = steps_of(run)
    assert set(step.losses) == {"heat_map", "size", "offset"}
    whole = replace(tiny, ema_decay=0.0, steps=1, out_dir=str(tmp_path / "whole"))
    steps_of(whole)
    alone, joint = weights(run), weights(whole)
    fresh = initial_network(run).state_dict()
    heads = [name for name in fresh if name.startswith("id.") and name.endswith(".weight")]
    assert heads
    for name in heads:
        if fresh[name].ndim > 1:
            assert torch.equal(alone[name], fresh[name])
            assert not torch.equal(joint[name], fresh[name])


@pytest.mark.parametrize("arch", [name for name in architectures() if name != "resnet101"])
def test_every_backbone_learns_with_all_that_it_has(arch: str, tiny: TrainConfig) -> None:
    """Weights that got no gradient would let devices wait for each other for ever."""
    run = replace(tiny, arch=arch)
    network = initial_network(run).train()
    freeze_unused(network, detection_only=False)
    material = gather_material(run)
    loss = FairMotLoss(reid_dim=run.reid_dim, identity_count=material.identity_count)
    (batch,) = next(iter(stream_batches(material, run)))
    counts = count_values(count_targets(batch.targets))
    targets = target_tensors(batch.targets, torch.device("cpu"))
    images = place_images(batch.images, torch.device("cpu"))
    losses, _ = JointModel(network, loss)(images, targets, counts)
    losses["total"].backward()
    learning = dict(network.named_parameters()) | dict(loss.named_parameters())
    without = [n for n, p in learning.items() if p.requires_grad and p.grad is None]
    assert torch.isfinite(losses["total"]) and not without


@pytest.mark.parametrize(
    "options",
    [
        {"sampler": "bilinear"},
        {"sampler": "roi-align"},
        {"sampler": "positive-anchor"},
        {"sampler": "two-stage"},
        {"identity_loss": "focal", "uncertainty": False},
        {"regression_loss": "smooth-l1", "ltrb": False},
        {"heat_map_loss": "mse"},
        {"precision": "bf16-mixed"},
        {"gradient_clip": 0.0, "ema_decay": 0.0},
        {"augment": AugmentConfig(style="fairmot")},
    ],
    ids=lambda options: next(iter(options)) + str(next(iter(options.values())))[:16],
)
def test_every_option_trains(options: dict[str, object], tiny: TrainConfig) -> None:
    for step in steps_of(replace(tiny, **options)):
        assert np.isfinite(step.total)
    assert load_checkpoint(Path(tiny.out_dir) / MODEL_FILE).metadata["step"] == "2"


def test_a_loss_that_is_no_number_names_the_images_and_changes_nothing(tiny: TrainConfig) -> None:
    run = replace(tiny, steps=4)
    calls = []

    def break_third(batch: object, heads: dict[str, torch.Tensor]) -> torch.Tensor:
        calls.append(batch)
        return heads["hm"].sum() * (float("nan") if len(calls) == 3 else 0.0)

    with pytest.raises(UserError, match=r"In step 3 the loss is no longer a number.*\.jpg") as told:
        fit(run, emit=lambda _: None, extra_loss=break_third)
    assert "last checkpoint is kept" in told.value.hint
    record = json.loads((Path(run.out_dir) / OFFENDING_FILE).read_text())
    assert record["step"] == 3 and record["losses"]["keep"] == "nan"
    material = gather_material(run)
    shown = ImageOrder(material.shares, seed=run.seed)
    expected = [str(material.images[shown.image_of(item)].path) for item in (4, 5)]
    assert record["images"] == expected
    assert load_checkpoint(Path(run.out_dir) / MODEL_FILE).metadata["step"] == "2"
    assert (Path(run.out_dir) / STATE_FILE).is_file()


def test_a_gradient_that_is_no_number_stops_the_run_too(tiny: TrainConfig) -> None:
    def steep(batch: object, heads: dict[str, torch.Tensor]) -> torch.Tensor:
        return torch.sqrt((heads["hm"] * 0).sum())

    with pytest.raises(UserError, match="In step 1 the loss is no longer a number"):
        fit(tiny, emit=lambda _: None, extra_loss=steep)


def test_two_views_of_an_image_show_the_same_people_differently(
    config: TrainConfig,
) -> None:
    run = replace(
        config,
        self_supervised=True,
        batch_size=4,
        augment=AugmentConfig(style="fairmot", rotation_deg=10, shear_deg=5, hue_shift=18),
    )
    material = gather_material(run).self_supervised()
    boxes = sum(len(image.boxes_xyxy) for image in material.images)
    assert material.identity_count == boxes
    numbers = np.concatenate([image.identities for image in material.images])
    assert numbers.tolist() == list(range(boxes))
    views = CropDataset(material, run)
    for pair in range(3):
        one, other = views[2 * pair], views[2 * pair + 1]
        people = [set(view["identities"][view["mask"] > 0].tolist()) for view in (one, other)]
        assert people[0] & people[1]
        assert not torch.equal(one["image"], other["image"])
    steps = steps_of(replace(run, steps=1))
    assert steps[0].losses["identity"] > 0


def test_crops_around_people_take_both_views_around_the_same_one(config: TrainConfig) -> None:
    run = replace(config, self_supervised=True, augment=AugmentConfig(centre_on_person=1.0))
    views = CropDataset(gather_material(run).self_supervised(), run)
    for pair in range(4):
        one, other = views[2 * pair], views[2 * pair + 1]
        people = [set(view["identities"][view["mask"] > 0].tolist()) for view in (one, other)]
        assert people[0] & people[1]


def test_views_need_an_even_part_of_a_batch(config: TrainConfig) -> None:
    with pytest.raises(UserError, match="Two views"):
        replace(config, self_supervised=True, batch_size=6, accumulate=2)


def test_shuffled_images_come_once_an_epoch() -> None:
    order = ImageOrder(np.full(5, 0.2), seed=1, sampling="shuffle")
    epochs = [[order.image_of(5 * epoch + place) for place in range(5)] for epoch in range(3)]
    assert all(sorted(epoch) == list(range(5)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1
    again = ImageOrder(np.full(5, 0.2), seed=1, sampling="shuffle")
    assert again.image_of(7) == epochs[1][2]


def test_a_batch_is_the_same_for_any_number_of_workers(tiny: TrainConfig) -> None:
    material = gather_material(tiny)
    alone, helped = (
        [
            part.images
            for step in stream_batches(material, replace(tiny, workers=n))
            for part in step
        ]
        for n in (0, 2)
    )
    assert all(torch.equal(one, other) for one, other in zip(alone, helped, strict=True))


def test_epochs_are_counted_in_steps_and_so_are_the_drops(config: TrainConfig) -> None:
    run = replace(config, epochs=30, drop_at=(20,), schedule="step", batch_size=12, warmup_steps=0)
    counted = run.counted_in_steps(1000)
    assert (counted.steps, counted.drop_at, counted.epochs) == (2500, (1667,), 0)
    rates = [learning_rate(counted, step=step) for step in (0, 1666, 1667, 2499)]
    assert rates == pytest.approx([4e-4, 4e-4, 4e-5, 4e-5])


def test_the_process_says_which_images_went_wrong_by_status_two(
    tiny: TrainConfig,
) -> None:
    def work() -> None:
        fit(tiny, emit=lambda _: None, extra_loss=lambda _, heads: heads["hm"].sum() / 0)

    out = io.StringIO()
    assert run_reported(Line(out=out), work) == 2
    said = decode(out.getvalue())
    assert isinstance(said, Failed) and ".jpg" in said.message


def test_memory_that_is_refused_is_the_users_to_mend() -> None:
    def work() -> None:
        torch.empty(1 << 46, dtype=torch.float64)

    out = io.StringIO()
    assert run_reported(Line(out=out), work) == 2
    said = decode(out.getvalue())
    assert isinstance(said, Failed) and "too little memory" in said.message
    assert "batch_size" in said.hint


def test_a_folder_that_cannot_be_written_to_is_the_users_to_mend(
    tiny: TrainConfig, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    def work() -> None:
        fit(replace(tiny, out_dir=str(tmp_path / "file")), emit=lambda _: None)

    out = io.StringIO()
    assert run_reported(Line(out=out), work) == 2
    said = decode(out.getvalue())
    assert isinstance(said, Failed) and "file” could not be written: File exists" in said.message
    with pytest.raises(FileNotFoundError):  # what is not there may as well be our own mistake
        run_reported(Line(out=out), lambda: (tmp_path / "none").read_bytes())


def test_people_beyond_the_last_slot_are_no_background_and_are_told_of(tiny: TrainConfig) -> None:
    crop = Crop(
        image=np.zeros((64, 64, 3), np.uint8),
        boxes_xyxy=np.array([[4, 4, 20, 40], [40, 8, 56, 40]], np.float32),
        identities=np.array([0, 1]),
        ignored_xyxy=np.zeros((0, 4), np.float32),
        teacher=None,
    )
    few = replace(tiny, max_objects=1)
    tensors = crop_tensors(crop, config=few)
    assert tensors["negative_weight"][0, 6, 12] == 0
    assert tensors["negative_weight"][0, 6, 3] == 1
    heard: list[Message] = []
    fit(replace(few, steps=1), emit=heard.append)
    notes = [message.text for message in heard if isinstance(message, Noted)]
    assert any("more than 1 people" in text for text in notes)
