"""The joint loss with every sampler of the paper's Table 1."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trackmend_core.errors import UserError
from trackmend_core.model import Detector, build_network, load_checkpoint
from trackmend_core.model.sampling import torch_sampler
from trackmend_core.model.two_stage import add_two_stage_head, two_stage_head
from trackmend_core.similarity import SamplerName
from trackmend_training.config import TrainConfig
from trackmend_training.losses import FairMotLoss, TargetBatch, objects_of
from trackmend_training.trainer import fit

REID_DIM, SIDE = 8, 24


def heads(*, batch: int = 2) -> dict[str, Tensor]:
    torch.manual_seed(3)
    channels = {"hm": 1, "wh": 4, "reg": 2, "id": REID_DIM}
    return {
        name: torch.randn(batch, count, SIDE, SIDE, requires_grad=True)
        for name, count in channels.items()
    }


def targets(*, objects: int = 3, ltrb: bool = True) -> TargetBatch:
    """Two images of which the second has one object less."""
    generator = torch.Generator().manual_seed(1)
    mask = torch.zeros(2, 5, dtype=torch.uint8)
    mask[0, :objects], mask[1, : max(objects - 1, 0)] = 1, 1
    cells = torch.randint(0, SIDE * SIDE, (2, 5), generator=generator)
    heat_map = torch.zeros(2, 1, SIDE, SIDE)
    heat_map.flatten(2)[0, 0, cells[0, :objects]] = 1
    upright = torch.tensor([1.5, 4.5, 1.5, 4.5] if ltrb else [3.0, 9.0])
    return TargetBatch(
        heat_map=heat_map,
        mask=mask,
        cells=cells,
        sizes=upright * (0.85 + 0.3 * torch.rand(2, 5, len(upright), generator=generator)),
        offsets=torch.rand(2, 5, 2, generator=generator) * 0.99,
        identities=torch.tensor([[0, 1, 2, 0, 0], [2, -1, 0, 0, 0]]),
    )


def loss_with(sampler: str, network: nn.Module | None = None, **options: object) -> FairMotLoss:
    torch.manual_seed(7)
    read = torch_sampler(SamplerName(sampler), network or nn.Identity())
    return FairMotLoss(reid_dim=REID_DIM, identity_count=3, sampler=read, **options)  # type: ignore[arg-type]


def test_the_centre_sampler_is_the_official_gathering() -> None:
    torch.manual_seed(7)
    plain = FairMotLoss(reid_dim=REID_DIM, identity_count=3)
    expected, found = plain(heads(), targets()), loss_with("centre")(heads(), targets())
    for name, value in expected.items():
        assert found[name].item() == pytest.approx(value.item(), rel=1e-6)


@pytest.mark.parametrize("identity_loss", ["cross-entropy", "focal"])
@pytest.mark.parametrize("sampler", ["bilinear", "roi-align", "positive-anchor"])
def test_every_sampler_teaches_the_map_with_a_loss_of_its_own(
    sampler: str, identity_loss: str
) -> None:
    outputs = heads()
    loss = loss_with(sampler, identity_loss=identity_loss, teacher_weight=1.0)
    teacher = torch.nn.functional.normalize(torch.randn(2, 5, REID_DIM), dim=2)
    losses = loss(outputs, replace(targets(), teacher=teacher))
    losses["total"].backward()
    assert torch.isfinite(losses["total"])
    learning_cells = (outputs["id"].grad.abs().sum(1) > 0).sum()
    assert learning_cells > targets().mask.sum()
    centre = loss_with("centre", identity_loss=identity_loss)(heads(), targets())
    assert losses["identity"].item() != centre["identity"].item()
    for same in ("heat_map", "size", "offset"):
        assert losses[same].item() == pytest.approx(centre[same].item(), rel=1e-6)


def test_an_object_with_many_anchors_weighs_as_much_as_one_with_a_single_one() -> None:
    loss, outputs = loss_with("positive-anchor"), heads()
    both = targets()
    wanted = []
    for image, slot in both.mask.nonzero().tolist():
        alone = replace(both, mask=torch.zeros_like(both.mask))
        alone.mask[image, slot] = 1
        if both.identities[image, slot] >= 0:
            wanted.append(loss(outputs, alone)["identity"])
    assert loss(outputs, both)["identity"].item() == pytest.approx(
        torch.stack(wanted).mean().item(), rel=1e-5
    )


@pytest.mark.parametrize("sampler", [name for name in SamplerName if name != "two-stage"])
def test_a_batch_without_objects_has_a_finite_loss(sampler: str) -> None:
    outputs = heads()
    losses = loss_with(sampler)(outputs, targets(objects=0))
    losses["total"].backward()
    assert torch.isfinite(losses["total"])
    assert losses["identity"].item() == 0


def test_the_two_stage_head_learns_with_the_network_and_only_once() -> None:
    network = build_network("mobilenetv2_fpn", reid_dim=REID_DIM)
    add_two_stage_head(network, reid_dim=REID_DIM)
    loss = loss_with("two-stage", network)
    head = two_stage_head(network)
    assert not {id(p) for p in loss.parameters()} & {id(p) for p in network.parameters()}
    outputs = network(torch.rand(2, 3, 4 * SIDE, 4 * SIDE))
    for wanted in (targets(), targets(objects=0)):
        network.zero_grad()
        loss(outputs, wanted)["total"].backward(retain_graph=True)
        assert head.fc.weight.grad is not None
        assert bool(head.fc.weight.grad.any()) == bool(wanted.mask.any())


@pytest.mark.parametrize("ltrb", [True, False])
def test_boxes_are_taken_back_from_the_targets(ltrb: bool) -> None:
    batch = targets(ltrb=ltrb)
    found = objects_of(batch, torch.tensor([0, 6]), width=SIDE)
    assert found.images.tolist() == [0, 1]
    cell = int(batch.cells[1, 1])
    x, y = (torch.tensor((cell % SIDE, cell // SIDE)) + batch.offsets[1, 1]).tolist()
    sizes = batch.sizes[1, 1].tolist()
    left, top, right, bottom = sizes if ltrb else [side / 2 for side in sizes * 2]
    assert found.centres[1].tolist() == pytest.approx([x, y])
    assert found.boxes_xyxy[1].tolist() == pytest.approx([x - left, y - top, x + right, y + bottom])


def test_a_configuration_names_its_sampler() -> None:
    values = {"out_dir": "x", "sources": [{"path": "y"}]}
    assert TrainConfig.from_dict(values).sampler == "centre"
    assert TrainConfig.from_dict({**values, "sampler": "roi-align"}).sampler == "roi-align"
    with pytest.raises(UserError, match="sampler"):
        TrainConfig.from_dict({**values, "sampler": "nearest"})


@pytest.mark.parametrize("sampler", ["two-stage", "positive-anchor"])
def test_a_run_leaves_a_model_that_tracks_as_it_learnt(config: TrainConfig, sampler: str) -> None:
    path = fit(replace(config, sampler=sampler, steps=2), emit=lambda _: None)
    assert path is not None
    model = load_checkpoint(path)
    assert model.metadata["sampler"] == sampler
    assert (two_stage_head(model.network) is not None) == (sampler == "two-stage")
    detector = Detector(model, backend="torch", device="cpu", min_score=0.0, max_detections=5)
    assert detector.sampler == sampler
    found = detector.detect(np.zeros((256, 320, 3), np.uint8))
    assert found.embeddings.shape == (len(found), config.reid_dim)
