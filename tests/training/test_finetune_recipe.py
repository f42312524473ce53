"""What finetuning practises: people in this camera's sizes, and old knowledge in every size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corrected_project import EditedStreet

from trackmend_core.model import load_checkpoint
from trackmend_training import batches
from trackmend_training.augment import Crop, augment_image
from trackmend_training.batches import REPLAY_AUGMENT, CropDataset
from trackmend_training.config import AugmentConfig, FinetuneConfig, TrainConfig
from trackmend_training.datasets.labelled import Material
from trackmend_training.finetune import ROOM, train_config, usual_heights
from trackmend_training.training_set import TrainingSet, build_training_set


@pytest.fixture
def training_set(edited_street: EditedStreet, tmp_path: Path) -> TrainingSet:
    return build_training_set(
        edited_street.project,
        folder=tmp_path / "images",
        config=FinetuneConfig(max_frames=6, replay_share=0.0),
        reid_dim=16,
    )


def test_people_are_practised_in_the_sizes_that_the_network_will_see(
    training_set: TrainingSet, base_model: Path, tmp_path: Path
) -> None:
    (run,) = training_set.runs
    boxes = np.concatenate([image.boxes_xyxy for image in run.images])
    heights = boxes[:, 3] - boxes[:, 1]
    at_own_size = usual_heights(training_set, input_wh=(320, 256))
    assert at_own_size is not None
    low, high = at_own_size
    assert low * ROOM <= np.quantile(heights, 0.1) and high / ROOM >= np.quantile(heights, 0.9)
    assert low > heights.min() / ROOM / 1.5 and high < heights.max() * ROOM * 1.01
    doubled = usual_heights(training_set, input_wh=(640, 512))
    assert doubled == pytest.approx((2 * low, 2 * high))
    config = train_config(
        load_checkpoint(base_model),
        base=base_model,
        out_dir=tmp_path / "run",
        config=FinetuneConfig(),
        person_height_px=at_own_size,
    )
    assert config.augment.person_height_px == at_own_size


def test_without_people_every_size_is_practised(
    training_set: TrainingSet, base_model: Path, tmp_path: Path
) -> None:
    (run,) = training_set.runs
    nobody = [
        replace(
            image,
            boxes_xyxy=np.zeros((0, 4), np.float32),
            identities=np.zeros(0, np.int64),
            teacher=None,
        )
        for image in run.images
    ]
    empty = replace(training_set, runs=(replace(run, images=nobody),))
    assert usual_heights(empty, input_wh=(320, 256)) is None
    config = train_config(
        load_checkpoint(base_model),
        base=base_model,
        out_dir=tmp_path / "run",
        config=FinetuneConfig(),
    )
    assert config.augment.person_height_px == AugmentConfig().person_height_px
    assert config.augment.shear_deg == 0, "a camera that stands still does not shear"


def test_what_is_replayed_is_shown_in_every_size(
    training_set: TrainingSet, config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[AugmentConfig] = []

    def keep(*arguments: object, settings: AugmentConfig, **further: object) -> Crop:
        used.append(settings)
        return augment_image(*arguments, settings=settings, **further)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "augment_image", keep)
    own = replace(config, augment=replace(config.augment, person_height_px=(20.0, 21.0)))
    image = replace(training_set.runs[0].images[0], teacher=None)
    for one in (image, replace(image, is_replay=True)):
        material = Material(images=(one,), shares=np.ones(1), identity_count=9)
        assert CropDataset(material, own)[0]["image"].shape == (3, 128, 160)
    assert used == [own.augment, REPLAY_AUGMENT]
    assert REPLAY_AUGMENT.person_height_px == AugmentConfig().person_height_px
