"""Small drawn material to learn from."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from corrected_project import REID_DIM, EditedStreet, make_edited_street

from trackmend_core.model import Detector, build_network, save_checkpoint
from trackmend_training import conclude
from trackmend_training.config import AugmentConfig, SourceConfig, TrainConfig
from trackmend_training.datasets.drawn import write_drawn_material


@pytest.fixture
def still() -> AugmentConfig:
    """Hardly any change of the image."""
    return AugmentConfig(
        person_height_px=(100.0, 101.0),
        rotation_deg=0,
        shear_deg=0,
        flip=0,
        hue_shift=0,
        saturation_gain=0,
        value_gain=0,
        grey=0,
        blur=0,
        compress=0,
        occlude=0,
    )


@pytest.fixture
def judged_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge in torch: translating each judged network for OpenVINO takes longer than judging it."""
    monkeypatch.setattr(conclude, "Detector", partial(Detector, backend="torch", device="cpu"))


@pytest.fixture(scope="session")
def drawn_material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "material"
    frames = list(write_drawn_material(folder, frame_count=2, seed=5, width=320, height=256))
    assert len(frames) == 2
    return folder


@pytest.fixture
def material_dir(drawn_material: Path, tmp_path: Path) -> Path:
    """Two frames of one drawn street in JDE's format."""
    return Path(shutil.copytree(drawn_material, tmp_path / "material"))


@pytest.fixture
def config(material_dir: Path, tmp_path: Path, still: AugmentConfig) -> TrainConfig:
    """A run of a few small steps."""
    return TrainConfig(
        out_dir=str(tmp_path / "run"),
        sources=(SourceConfig(path=str(material_dir)),),
        reid_dim=16,
        crop_wh=(160, 128),
        input_wh=(320, 256),
        steps=4,
        batch_size=2,
        warmup_steps=1,
        checkpoint_every=2,
        accelerator="cpu",
        augment=still,
    )


@pytest.fixture
def marked_image() -> tuple[np.ndarray, np.ndarray]:
    """A dark image with one bright upright box, and the box: (H, W, 3) uint8 and (1, 4)."""
    image = np.full((240, 320, 3), 20, np.uint8)
    box = np.array([[120.0, 60.0, 160.0, 160.0]], np.float32)
    cv2.rectangle(image, (120, 60), (159, 159), (255, 255, 255), -1)
    return image, box


@pytest.fixture
def edited_street(tmp_path: Path) -> Iterator[EditedStreet]:
    """A drawn video in a project, tracked perfectly, ready to be corrected."""
    folder = tmp_path / "street"
    folder.mkdir()
    street = make_edited_street(folder)
    yield street
    street.project.close()


@pytest.fixture(scope="session")
def untrained_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("untrained") / "base.safetensors"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network = build_network("mobilenetv2_fpn", reid_dim=REID_DIM)
    save_checkpoint(
        path,
        network,
        arch="mobilenetv2_fpn",
        reid_dim=REID_DIM,
        ltrb=True,
        num_classes=1,
        input_wh=(320, 256),
        metadata={"name": "base"},
    )
    return path


@pytest.fixture
def base_model(untrained_model: Path, tmp_path: Path) -> Path:
    """An untrained light network with a short embedding, as a checkpoint."""
    return Path(shutil.copy(untrained_model, tmp_path))
