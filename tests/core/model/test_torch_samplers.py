from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from trackmend_core.errors import UserError
from trackmend_core.model import (
    Detector,
    LoadedModel,
    architectures,
    build_network,
    load_checkpoint,
    save_checkpoint,
)
from trackmend_core.model.sampling import Objects, one_per_object, torch_sampler
from trackmend_core.model.two_stage import add_two_stage_head, two_stage_head
from trackmend_core.similarity import SamplerName, map_sampler
from trackmend_core.similarity.roi_align import roi_align
from trackmend_core.similarity.sampler import unit
from trackmend_core.types import ImageArray

MAP_SAMPLERS = [name for name in SamplerName if name is not SamplerName.TWO_STAGE]
NO_NETWORK = nn.Identity()


def raw_map(*, images: int = 2, dim: int = 5, hw: tuple[int, int] = (20, 30)) -> torch.Tensor:
    return torch.randn(images, dim, *hw, generator=torch.Generator().manual_seed(3))


def some_objects(count: int, *, images: int = 2) -> Objects:
    rng = np.random.default_rng(4)
    centres = rng.uniform((-3, -3), (33, 23), (count, 2))
    sides = rng.uniform(0.4, 25, (count, 2))
    boxes = np.concatenate((centres - sides / 2, centres + sides / 2), 1).astype(np.float32)
    return Objects(
        torch.from_numpy(rng.integers(0, images, count)),
        torch.from_numpy(boxes),
        torch.from_numpy((boxes[:, :2] + boxes[:, 2:]) / 2),
    )


@pytest.mark.parametrize("name", MAP_SAMPLERS)
def test_torch_reads_what_numpy_reads(name: SamplerName) -> None:
    heads, objects = {"id": raw_map()}, some_objects(60)
    samples = torch_sampler(name, NO_NETWORK)(heads, objects)
    found = one_per_object(samples, count=60).numpy()
    for image in (0, 1):
        mine = (objects.images == image).numpy()
        dense = unit(heads["id"][image].numpy(), axis=0)
        boxes = objects.boxes_xyxy.numpy()[mine].astype(np.float64)
        expected = map_sampler(name).embeddings(dense, boxes)
        np.testing.assert_allclose(found[mine], expected, atol=2e-5)


@pytest.mark.parametrize("name", MAP_SAMPLERS)
def test_every_sampler_lets_the_map_learn(name: SamplerName) -> None:
    dense = raw_map().requires_grad_()
    samples = torch_sampler(name, NO_NETWORK)({"id": dense}, some_objects(6))
    assert set(samples.owners.tolist()) == set(range(6))
    samples.embeddings.pow(3).sum().backward()
    assert dense.grad is not None
    assert dense.grad.abs().sum() > 0
    assert bool(torch.isfinite(dense.grad).all())


def test_the_two_stage_head_is_one_layer_on_roi_aligned_features() -> None:
    network = build_network("mobilenetv2_fpn", reid_dim=8).eval()
    add_two_stage_head(network, reid_dim=8)
    head = two_stage_head(network)
    with torch.inference_mode():
        heads = network(torch.rand(1, 3, 64, 96))
    objects = some_objects(5, images=1)
    samples = torch_sampler(SamplerName.TWO_STAGE, network)(heads, objects)
    inside = roi_align(heads["features"][0].numpy(), objects.boxes_xyxy.double().numpy())
    weight, bias = head.fc.weight.detach().numpy(), head.fc.bias.detach().numpy()
    expected = unit(inside.reshape(5, -1) @ weight.T + bias, axis=1)
    np.testing.assert_allclose(samples.embeddings.detach().numpy(), expected, atol=1e-4)


@pytest.mark.parametrize("arch", architectures())
def test_every_network_can_have_a_two_stage_head(arch: str) -> None:
    network = build_network(arch, reid_dim=8).eval()
    image = torch.rand(1, 3, 32, 64)
    with torch.inference_mode():
        before = network(image)
        add_two_stage_head(network, reid_dim=8)
        after = network(image)
    assert set(after) - set(before) == {"features"}
    assert all(torch.equal(before[name], after[name]) for name in before)
    rois = torch.tensor([[0.0, 1, 1, 5, 7]])
    assert two_stage_head(network)(after["features"], rois).shape == (1, 8)


@pytest.fixture
def two_stage_file(tmp_path: Path, fill_by_rule: Callable[[nn.Module], nn.Module]) -> Path:
    torch.manual_seed(0)
    network = fill_by_rule(build_network("mobilenetv2_fpn", reid_dim=8))
    add_two_stage_head(network, reid_dim=8)
    path = tmp_path / "two.safetensors"
    save_checkpoint(
        path,
        network.eval(),
        arch="mobilenetv2_fpn",
        reid_dim=8,
        ltrb=True,
        num_classes=1,
        input_wh=(96, 64),
        metadata={"sampler": "two-stage"},
    )
    return path


def test_a_two_stage_head_travels_in_the_checkpoint(two_stage_file: Path, tmp_path: Path) -> None:
    stored = load_file(two_stage_file)
    loaded = load_checkpoint(two_stage_file)
    head = two_stage_head(loaded.network)
    assert torch.equal(head.fc.weight, stored["two_stage.fc.weight"])
    plain = tmp_path / "plain.pth"
    torch.save(stored, plain)
    assert two_stage_head(load_checkpoint(plain).network) is not None
    del stored["two_stage.fc.bias"]
    torch.save(stored, plain)
    with pytest.raises(UserError, match=r"two_stage\.fc\.bias: missing"):
        load_checkpoint(plain)


@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_a_two_stage_model_is_read_in_two_stages_by_itself(
    two_stage_file: Path, backend: str
) -> None:
    model = load_checkpoint(two_stage_file)
    image = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    detector = Detector(model, backend=backend, device="cpu", min_score=0.0, max_detections=9)
    found = detector.detect(image)
    assert detector.sampler is SamplerName.TWO_STAGE
    np.testing.assert_allclose(np.linalg.norm(found.embeddings, axis=1), 1, atol=1e-5)
    centre = Detector(
        model, backend=backend, device="cpu", min_score=0.0, max_detections=9, sampler="centre"
    ).detect(image)
    assert np.array_equal(centre.boxes_xyxy, found.boxes_xyxy)
    assert not np.allclose(centre.embeddings, found.embeddings, atol=0.1)


def test_the_two_stage_map_holds_what_a_box_of_that_size_is_given(two_stage_file: Path) -> None:
    model = load_checkpoint(two_stage_file)
    detector = Detector(model, backend="torch", device="cpu")
    image = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    dense = detector.two_stage_map(image, box_wh=(24, 40))
    assert dense.features.shape == (8, 16, 24)
    heads = detector._backend.heads(
        np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1)[None] / 255, np.float32)
    )
    x, y = 13.0, 7.0  # the middle of the two by two cells from column 12, row 6
    box = torch.tensor([[x - 3, y - 5, x + 3, y + 5]])
    objects = Objects(torch.zeros(1, dtype=torch.int64), box, torch.tensor([[x, y]]))
    read = torch_sampler(SamplerName.TWO_STAGE, model.network)
    with torch.inference_mode():
        expected = read(heads, objects).embeddings[0].numpy()
    for row, column in ((6, 12), (7, 13)):
        np.testing.assert_allclose(dense.features[:, row, column], expected, atol=1e-4)


def street(dots: list[tuple[int, int]]) -> ImageArray:
    image = np.full((192, 320, 3), 128, np.uint8)
    for x, y in dots:
        image[y : y + 4, x : x + 4] = (0, 0, 255)
    return image


@pytest.mark.parametrize("backend", ["torch", "openvino"])
@pytest.mark.parametrize("name", MAP_SAMPLERS)
def test_detections_carry_what_the_sampler_reads_from_the_same_map(
    red_dot_model: LoadedModel, name: SamplerName, backend: str
) -> None:
    detector = Detector(red_dot_model, backend=backend, device="cpu", sampler=name)
    found, dense = detector.detect_with_map(street([(80, 80), (200, 100)]))
    assert len(found) == 2
    boxes = dense.letterbox.source_to_input(found.boxes_xyxy.astype(np.float64))
    expected = map_sampler(name).embeddings(dense.features, boxes)
    np.testing.assert_allclose(found.embeddings, expected, atol=1e-4)


def test_the_models_own_sampler_is_used_unless_another_is_named(red_dot_model: LoadedModel) -> None:
    taught = replace(red_dot_model, metadata={"sampler": "bilinear"})
    assert Detector(taught, backend="torch").sampler is SamplerName.BILINEAR
    assert Detector(taught, backend="torch", sampler="centre").sampler is SamplerName.CENTRE
    assert Detector(red_dot_model, backend="torch").sampler is SamplerName.CENTRE


def test_a_sampler_that_the_model_cannot_serve_is_refused(red_dot_model: LoadedModel) -> None:
    with pytest.raises(UserError, match="no two-stage"):
        Detector(red_dot_model, backend="torch", sampler="two-stage")
    with pytest.raises(UserError, match="no sampler called"):
        Detector(red_dot_model, backend="torch", sampler="middle")


@pytest.mark.parametrize("name", MAP_SAMPLERS)
def test_boxes_from_elsewhere_are_read_in_the_same_pass(
    red_dot_model: LoadedModel, name: SamplerName
) -> None:
    detector = Detector(red_dot_model, backend="torch", device="cpu", sampler=name)
    image = street([(80, 80), (200, 100)])
    found, dense = detector.detect_with_map(image)
    boxes = np.array([[70, 60, 100, 110], [0, 0, 20, 50], [300, 170, 340, 210]])
    again, read = detector.detect_and_read(image, boxes)
    assert np.array_equal(again.embeddings, found.embeddings)
    expected = dense.read(boxes, map_sampler(name))
    np.testing.assert_allclose(read, expected, atol=1e-4)
    assert detector.detect_and_read(image, np.zeros((0, 4)))[1].shape == (0, 3)
    with pytest.raises(ValueError, match="finite"):
        detector.detect_and_read(image, [[0, 0, np.nan, 1]])


class OnAppleCard:
    """Boxes on a device that has no float64."""

    def __init__(self, boxes: torch.Tensor) -> None:
        self._boxes = boxes

    def detach(self) -> "OnAppleCard":
        return self

    def cpu(self) -> torch.Tensor:
        return self._boxes

    def double(self) -> torch.Tensor:
        raise TypeError("MPS has no float64")


def test_positive_anchors_ask_no_card_for_float64() -> None:
    heads, objects = {"id": raw_map()}, some_objects(5)
    read = torch_sampler(SamplerName.POSITIVE_ANCHOR, NO_NETWORK)
    found = read(heads, objects._replace(boxes_xyxy=OnAppleCard(objects.boxes_xyxy)))  # type: ignore[arg-type]
    torch.testing.assert_close(found.embeddings, read(heads, objects).embeddings)
