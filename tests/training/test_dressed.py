"""The second part of the bundled recipe: people in other clothes, and who they look like."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from trackmend_core.model import load_checkpoint
from trackmend_core.types import FloatArray, ImageArray
from trackmend_training.batches import Batch, Place
from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.datasets.gather import gather_material
from trackmend_training.datasets.jde import LABELS, TEACHER_FILE, load_source
from trackmend_training.datasets.labelled import Material
from trackmend_training.losses import TargetBatch
from trackmend_training.protocol import Message, Step
from trackmend_training.recipe import bundled
from trackmend_training.recipe.asked import AskedTeacher, WhoseTeacher, stream_dressed
from trackmend_training.recipe.clothes import KERNEL, draw_clothes, own_clothes
from trackmend_training.recipe.dressed import known_people
from trackmend_training.recipe.material import PROJECTION_FILE
from trackmend_training.recipe.plans import DressedPlans
from trackmend_training.recipe.rendering import Renderer
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


def _renderer(*images: ImageArray) -> Renderer:
    return Renderer(images, torch.device("cpu"))


def _plan(renderer: Renderer, **changed: Tensor) -> dict[str, Tensor]:
    """One crop of the first picture as it is, with nobody changed or added."""
    kernel = torch.zeros(1, KERNEL, KERNEL)
    kernel[0, KERNEL // 2, KERNEL // 2] = 1
    nobody = torch.full((1, 1), -1)
    nowhere = torch.zeros(1, 1, 4)
    clothes = torch.from_numpy(own_clothes())[None, None]
    plan = {
        "chosen": torch.tensor([0]),
        "to_image": torch.tensor([[[1.0, 0, 0], [0, 1, 0]]]),
        "look": torch.tensor([[1.0, 0, 0, 1, 1, 1, 0, 0]]),
        "kernel": kernel,
        "placed": nowhere,
    }
    for name in ("dressed", "front", "shown"):
        plan |= {f"{name}_image": nobody, f"{name}_box": nowhere, f"{name}_clothes": clothes}
    return plan | changed


def _picture(seed: int, width: int = 96, height: int = 128) -> ImageArray:
    """Soft colours that JPEG can keep."""
    small = np.random.default_rng(seed).integers(40, 216, (height // 16, width // 16, 3))
    wide = cv2.resize(small.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide.clip(0, 255).astype(np.uint8))


def _as_bgr(pictures: Tensor) -> FloatArray:
    return (pictures[0].permute(1, 2, 0).numpy()[..., ::-1] * 255).astype(np.float32)


def test_a_plan_that_changes_nothing_gives_the_picture() -> None:
    image = _picture(0)
    renderer = _renderer(image, _picture(1, 160, 64))
    crop = _as_bgr(renderer.pictures(_plan(renderer), (96, 128)))
    assert np.abs(crop - image).max() <= 1
    assert renderer.sizes_wh.tolist() == [[96, 128], [160, 64]]


def test_a_crop_lies_where_opencv_would_lay_it() -> None:
    image = _picture(2)
    matrix = np.array([[1.3, 0.2, -14.0], [-0.15, 1.1, 9.0]])
    turned = np.linalg.inv(np.concatenate([matrix, [[0, 0, 1]]]))[:2]
    renderer = _renderer(image)
    plan = _plan(renderer, to_image=torch.from_numpy(turned.astype(np.float32))[None])
    expected = cv2.warpAffine(image, matrix, (96, 96), borderValue=(128, 128, 128))
    difference = np.abs(_as_bgr(renderer.pictures(plan, (96, 96))) - expected)
    assert difference.mean() < 0.6
    assert np.percentile(difference, 99) < 4


def test_other_clothes_change_nothing_outside_the_box() -> None:
    image = _picture(3)
    renderer = _renderer(image)
    inside = np.zeros(image.shape[:2], bool)
    inside[10:114, 20:60] = True  # the edge below the feet is soft
    for seed in range(4):
        chance = np.random.default_rng(seed)
        plan = _plan(
            renderer,
            dressed_image=torch.tensor([[0]]),
            dressed_box=torch.tensor([[[20.0, 10, 60, 110]]]),
            dressed_clothes=torch.from_numpy(draw_clothes(chance))[None, None],
        )
        changed = np.abs(_as_bgr(renderer.pictures(plan, (96, 128))) - image)
        assert changed[~inside].max() <= 1
        assert changed[30:100, 30:50].mean() > 4


def test_who_is_put_in_front_is_seen_there_and_the_teacher_sees_the_same() -> None:
    image, other = _picture(4), _picture(5, 160, 128)
    renderer = _renderer(image, other)
    someone = {
        "front_image": torch.tensor([[1]]),
        "front_box": torch.tensor([[[40.0, 8, 80, 108]]]),
        "placed": torch.tensor([[[30.0, 20, 70, 120]]]),
        "shown_image": torch.tensor([[1]]),
        "shown_box": torch.tensor([[[40.0, 8, 80, 108]]]),
    }
    plan = _plan(renderer, **someone)
    crop = _as_bgr(renderer.pictures(plan, (96, 128)))
    assert np.abs(crop[40:100, 42:58] - other[28:88, 52:68]).max() <= 1
    assert np.abs(crop[:, :29] - image[:, :29]).max() <= 1
    who, patches = renderer.patches(plan)
    assert who.tolist() == [[0, 0]]
    expected = cv2.resize(other[8:108, 40:80], (128, 256), interpolation=cv2.INTER_LINEAR)
    shown = patches[0].permute(1, 2, 0).numpy()
    assert np.abs(shown - expected)[8:-8, 8:-8].mean() < 1


def test_light_and_blur_change_the_whole_picture() -> None:
    image = _picture(6)
    renderer = _renderer(image)
    grey = torch.tensor([[1.0, 0, 0, 1, 1, 1, 0, 1]])
    crop = _as_bgr(renderer.pictures(_plan(renderer, look=grey), (96, 128)))
    assert np.ptp(crop, axis=2).max() <= 1
    kernel = torch.full((1, KERNEL, KERNEL), 1 / KERNEL**2)
    crop = _as_bgr(renderer.pictures(_plan(renderer, kernel=kernel), (96, 128)))
    expected = cv2.blur(image, (KERNEL, KERNEL), borderType=cv2.BORDER_REPLICATE)
    assert np.abs(crop - expected).max() <= 3


@pytest.mark.parametrize("quality", [15, 30, 59])
def test_what_is_compressed_looks_as_from_a_jpeg_file(quality: int) -> None:
    image = _picture(7)
    renderer = _renderer(image)
    look = torch.tensor([[1.0, 0, 0, 1, 1, 1, quality, 0]])
    crop = _as_bgr(renderer.pictures(_plan(renderer, look=look), (96, 128)))
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    expected = cv2.imdecode(packed, cv2.IMREAD_COLOR).astype(np.float32)
    lost = np.abs(expected - image).mean()
    assert np.abs(crop - expected).mean() < 0.5 * lost
    assert np.abs(crop - image).mean() == pytest.approx(lost, rel=0.2)


def _plans(photos_dir: Path, *, steps: int = 2) -> tuple[DressedPlans, Renderer]:
    config = _config(photos_dir, steps=steps)
    material = known_people(gather_material(config), reid_dim=REID_DIM)
    renderer = _renderer(*[image.read() for image in material.images])
    return DressedPlans(material, config, renderer.sizes_wh), renderer


def test_an_item_is_always_the_same(photos_dir: Path) -> None:
    one, two = _plans(photos_dir)[0][3], _plans(photos_dir)[0][3]
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_the_teacher_is_shown_who_is_learnt_from(photos_dir: Path) -> None:
    plans, renderer = _plans(photos_dir, steps=30)
    shown = in_front = 0
    for item in range(40):
        plan = plans[item]
        assert not plan["teacher"].any()
        slots = plan["slots"][plan["slots"] >= 0]
        assert len(set(slots.tolist())) == len(slots) == int((plan["shown_image"] >= 0).sum())
        assert plan["mask"][slots].all()
        patches = renderer.patches({name: value[None] for name, value in plan.items()})[1]
        assert len(patches) == len(slots)
        assert all(float(patch.std()) > 0 for patch in patches)
        shown += len(slots)
        in_front += int((plan["front_image"] >= 0).sum())
    assert shown > 20
    assert in_front > 5


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


def test_the_second_part_ends_where_it_was_best(
    photos_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "DRESSED_STOP", 2)
    basis = np.random.default_rng(0).standard_normal((REID_DIM - 1, 6))
    Projection(np.zeros(6), basis, 0.25).save(photos_dir / PROJECTION_FILE)
    config = replace(_config(photos_dir, steps=5), out_dir=str(tmp_path), accelerator="cpu")
    told: list[Message] = []
    path = bundled.train_dressed(config, network=MeanColour(), emit=told.append)
    assert path is not None
    assert load_checkpoint(path).metadata["step"] == "2"
    assert [one.step for one in told if isinstance(one, Step)] == [1, 2]


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
