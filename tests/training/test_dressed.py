"""The second part of the bundled recipe: people in other clothes, and who they look like."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from trackmend_training.augment.recolour import recolour_person
from trackmend_training.batches import Batch, Place
from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.datasets.gather import gather_material
from trackmend_training.datasets.jde import LABELS, TEACHER_FILE, load_source
from trackmend_training.datasets.labelled import Material
from trackmend_training.losses import TargetBatch
from trackmend_training.recipe.asked import AskedTeacher, WhoseTeacher, stream_dressed
from trackmend_training.recipe.dressed import DressedPeople, known_people
from trackmend_training.teacher import Projection

REID_DIM = 8


class MeanColour(nn.Module):
    """Stands for the teacher: six numbers of the colours of a picture's halves."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.adaptive_avg_pool2d(x, (2, 1)).flatten(1) + 1


@pytest.fixture
def photos_dir(material_dir: Path) -> Path:
    """Two pictures of nobody in particular."""
    for path in (material_dir / LABELS).rglob("*.txt"):
        rows = [line.split() for line in path.read_text().splitlines()]
        path.write_text("".join(f"0 -1 {' '.join(row[2:])}\n" for row in rows))
    return material_dir


def _config(folder: Path, *, steps: int = 2) -> TrainConfig:
    return TrainConfig(
        out_dir="unused",
        sources=(SourceConfig(path=str(folder)),),
        reid_dim=REID_DIM,
        crop_wh=(128, 128),
        batch_size=4,
        steps=steps,
        max_objects=12,
        teacher_weight=1.0,
        check=False,
    )


def _teacher() -> AskedTeacher:
    random = np.random.default_rng(0)
    basis = random.standard_normal((REID_DIM - 1, 6))
    return AskedTeacher(MeanColour(), Projection(np.zeros(6), basis, 0.25), torch.device("cpu"))


def test_other_clothes_change_nothing_outside_the_box() -> None:
    image = np.random.default_rng(1).integers(0, 256, (120, 100, 3)).astype(np.uint8)
    before = image.copy()
    for seed in range(4):
        recolour_person(image, np.array([20, 10, 60, 110], np.float32), np.random.default_rng(seed))
    inside = np.zeros(image.shape[:2], bool)
    inside[10:110, 20:60] = True
    np.testing.assert_array_equal(image[~inside], before[~inside])
    assert np.abs(image[60:90, 30:50].astype(int) - before[60:90, 30:50]).mean() > 5


def test_a_box_beyond_the_border_is_recoloured_as_far_as_it_is_seen() -> None:
    image = np.full((50, 50, 3), 90, np.uint8)
    recolour_person(image, np.array([-20, -10, 30, 70], np.float32), np.random.default_rng(0))
    recolour_person(image, np.array([60, 60, 90, 90], np.float32), np.random.default_rng(0))
    assert (image[:, 35:] == 90).all()


def test_an_item_is_always_the_same(photos_dir: Path) -> None:
    config = _config(photos_dir)
    material = known_people(gather_material(config), reid_dim=REID_DIM)
    one, two = DressedPeople(material, config)[3], DressedPeople(material, config)[3]
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_the_teacher_is_shown_who_is_learnt_from(photos_dir: Path) -> None:
    config = _config(photos_dir, steps=30)
    material = known_people(gather_material(config), reid_dim=REID_DIM)
    people = DressedPeople(material, config)
    shown = 0
    for item in range(40):
        tensors = people[item]
        assert not tensors["teacher"].any()
        slots = tensors["slots"][tensors["slots"] >= 0]
        shown += len(slots)
        assert len(set(slots.tolist())) == len(slots)
        assert tensors["mask"][slots].all()
        assert all(bool(patch.any()) for patch in tensors["patches"][: len(slots)])
    assert shown > 20


def test_people_known_over_time_have_one_embedding(tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    for name in ("000", "001"):
        (folder / "images").mkdir(parents=True, exist_ok=True)
        (folder / "labels_with_ids").mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "images" / f"{name}.jpg"), np.zeros((64, 64, 3), np.uint8))
        (folder / "labels_with_ids" / f"{name}.txt").write_text("0 7 .5 .5 .2 .5\n")
    eye = np.eye(REID_DIM, dtype=np.float16)
    np.savez(folder / TEACHER_FILE, **{"000": eye[:1], "001": eye[1:2]})
    images = tuple(load_source(SourceConfig(path=str(folder))))
    material = Material(images=images, shares=np.array([0.5, 0.5]), identity_count=1)
    first, second = known_people(material, reid_dim=REID_DIM).images
    assert first.teacher is not None and second.teacher is not None
    np.testing.assert_allclose(first.teacher, second.teacher)
    np.testing.assert_allclose(first.teacher[0, :2], [0.5**0.5, 0.5**0.5], rtol=1e-3)
    assert (first.identities == -1).all()


def test_a_stream_has_the_answers_of_the_teacher_in_it(photos_dir: Path) -> None:
    config = _config(photos_dir)
    material = known_people(gather_material(config), reid_dim=REID_DIM)
    steps = list(stream_dressed(material, config, start_step=0, place=Place(), teacher=_teacher()))
    assert len(steps) == config.steps
    for (batch,) in steps:
        assert batch.targets.teacher is not None
        lengths = batch.targets.teacher.norm(dim=2)
        taught = lengths > 0
        assert taught.any()
        torch.testing.assert_close(lengths[taught], torch.ones(int(taught.sum())))
        assert batch.targets.mask.bool()[taught].all()


def test_the_loss_is_small_where_embeddings_are_their_own_teachers() -> None:
    directions = functional.normalize(torch.eye(REID_DIM)[:3] + 0.1, dim=1)
    targets = TargetBatch(
        heat_map=torch.zeros(1, 1, 4, 4),
        mask=torch.tensor([[1, 1, 1, 0]], dtype=torch.uint8),
        cells=torch.tensor([[0, 5, 10, 0]]),
        sizes=torch.zeros(1, 4, 4),
        offsets=torch.zeros(1, 4, 2),
        identities=torch.full((1, 4), -1),
        teacher=torch.cat([directions, torch.zeros(1, REID_DIM)])[None],
    )
    batch = Batch(torch.zeros(1, 3, 16, 16), targets, torch.zeros(1, dtype=torch.bool))

    def loss_of(order: list[int]) -> float:
        ids = torch.zeros(1, REID_DIM, 4, 4)
        for slot, row in enumerate(order):
            cell = int(targets.cells[0, slot])
            ids[0, :, cell // 4, cell % 4] = directions[row]
        return float(WhoseTeacher(weight=1.0)(batch, {"id": ids}))

    assert loss_of([0, 1, 2]) < 0.1 < 5 < loss_of([1, 2, 0])
