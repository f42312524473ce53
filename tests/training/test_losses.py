"""The joint loss against the official code's, and where the official one breaks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from trackmend_training.loss_terms import focal_heat_map_loss, overlap_loss
from trackmend_training.losses import FairMotLoss, TargetBatch, count_targets

REID_DIM = 8


def random_heads(*, batch: int = 2, side: int = 8) -> dict[str, Tensor]:
    torch.manual_seed(3)
    channels = {"hm": 1, "wh": 4, "reg": 2, "id": REID_DIM}
    return {
        name: torch.randn(batch, count, side, side, requires_grad=True)
        for name, count in channels.items()
    }


def targets_with(*, identities: list[int], objects: int, batch: int = 2) -> TargetBatch:
    slots = len(identities)
    heat_map = torch.zeros(batch, 1, 8, 8)
    mask = torch.zeros(batch, slots, dtype=torch.uint8)
    cells = torch.arange(slots).repeat(batch, 1)
    if objects:
        heat_map.flatten(2)[:, 0, :objects] = 1
        mask[:, :objects] = 1
    return TargetBatch(
        heat_map=heat_map,
        mask=mask,
        cells=cells,
        sizes=torch.ones(batch, slots, 4),
        offsets=torch.zeros(batch, slots, 2),
        identities=torch.tensor(identities).repeat(batch, 1),
    )


def test_losses_and_gradients_are_the_official_ones(data_dir: Path) -> None:
    with np.load(data_dir / "training" / "loss_default.npz") as stored:
        golden = {name: stored[name] for name in stored.files}
    heads = {
        name: torch.from_numpy(golden[f"out_{name}"]).requires_grad_()
        for name in ("hm", "wh", "reg", "id")
    }
    loss = FairMotLoss(reid_dim=32, identity_count=int(golden["nID"]))
    assert loss.emb_scale == pytest.approx(float(golden["emb_scale"]))
    with torch.no_grad():
        loss.classifier.weight.copy_(torch.from_numpy(golden["cls_w"]))
        loss.classifier.bias.copy_(torch.from_numpy(golden["cls_b"]))
    losses = loss(
        heads,
        TargetBatch(
            heat_map=torch.from_numpy(golden["t_hm"]),
            mask=torch.from_numpy(golden["t_reg_mask"]),
            cells=torch.from_numpy(golden["t_ind"]),
            sizes=torch.from_numpy(golden["t_wh"]),
            offsets=torch.from_numpy(golden["t_reg"]),
            identities=torch.from_numpy(golden["t_ids"]),
        ),
    )
    losses["total"].backward()
    named = {"heat_map": "hm_loss", "size": "wh_loss", "offset": "off_loss", "identity": "id_loss"}
    for ours, theirs in {**named, "total": "total"}.items():
        assert losses[ours].item() == pytest.approx(float(golden[f"loss_{theirs}"]), rel=1e-5)
    for name, head in heads.items():
        assert head.grad is not None
        total = float(head.grad.abs().sum())
        assert total == pytest.approx(float(golden[f"grad_abs_sum_{name}"]), rel=1e-4)
    assert loss.s_det.grad is not None and loss.s_id.grad is not None
    np.testing.assert_allclose(loss.s_det.grad.numpy(), golden["grad_s_det"], rtol=1e-4)
    np.testing.assert_allclose(loss.s_id.grad.numpy(), golden["grad_s_id"], rtol=1e-4)


@pytest.mark.parametrize(
    ("identities", "objects"), [([-1, -1, -1], 2), ([0, 1, 2], 0)], ids=["no identity", "no object"]
)
def test_a_batch_with_nothing_to_tell_apart_trains_on(identities: list[int], objects: int) -> None:
    heads = random_heads()
    loss = FairMotLoss(reid_dim=REID_DIM, identity_count=5, teacher_weight=1.0)
    losses = loss(heads, targets_with(identities=identities, objects=objects))
    losses["total"].backward()
    assert all(torch.isfinite(value) for value in losses.values())
    for head in heads.values():
        assert head.grad is not None and torch.isfinite(head.grad).all()


def test_one_identity_alone_trains_on() -> None:
    loss = FairMotLoss(reid_dim=REID_DIM, identity_count=1)
    losses = loss(random_heads(), targets_with(identities=[0, 0, -1], objects=3))
    assert torch.isfinite(losses["total"])


def test_a_peak_in_a_doubtful_region_costs_nothing() -> None:
    logits = torch.full((1, 1, 8, 8), -9.0)
    logits[0, 0, 2, 2] = 6.0
    target = torch.zeros(1, 1, 8, 8)
    target[0, 0, 6, 6] = 1
    doubtful = torch.ones(1, 1, 8, 8)
    doubtful[0, 0, 1:4, 1:4] = 0
    punished = focal_heat_map_loss(logits, target)
    spared = focal_heat_map_loss(logits, target, doubtful)
    assert float(punished - spared) > 5


def test_the_teacher_pulls_embeddings_towards_its_own() -> None:
    heads = random_heads(batch=1)
    targets = targets_with(identities=[-1, -1], objects=2, batch=1)
    wanted = torch.nn.functional.normalize(torch.randn(1, 2, REID_DIM), dim=2)
    taught = TargetBatch(
        **{**{n: getattr(targets, n) for n in targets.__slots__}, "teacher": wanted}
    )
    loss = FairMotLoss(reid_dim=REID_DIM, identity_count=3, teacher_weight=1.0)
    optimiser = torch.optim.Adam([heads["id"]], lr=0.1)
    first = float(loss(heads, taught)["teacher"].detach())
    for _ in range(40):
        optimiser.zero_grad()
        losses = loss(heads, taught)
        losses["teacher"].backward()
        optimiser.step()
    assert float(losses["teacher"].detach()) < 0.1 < first


def test_classes_can_begin_at_known_directions() -> None:
    loss = FairMotLoss(reid_dim=REID_DIM, identity_count=4)
    prototypes = torch.eye(4, REID_DIM)
    loss.start_from_prototypes(prototypes)
    assert torch.equal(loss.classifier.weight.detach(), prototypes)


@pytest.mark.parametrize(
    ("ours", "true", "expected"),
    [
        ([1, 2, 1, 2], [1, 2, 1, 2], 0.0),
        ([1, 1, 1, 1], [2, 1, 2, 1], 0.5),
        ([1, 1, 3, 1], [3, 1, 1, 1], 1 - 4 / 12),
        ([4, 2], [2, 2], 0.5),
        ([-1, -1, -1, -1], [1, 1, 1, 1], 1.0),
    ],
)
def test_the_overlap_loss_is_one_minus_iou(
    ours: list[float], true: list[float], expected: float
) -> None:
    mask = torch.tensor([[1, 0]])
    predicted = torch.tensor([[ours, [9.0] * len(ours)]], dtype=torch.float32)
    target = torch.tensor([[true, [1.0] * len(true)]], dtype=torch.float32)
    assert float(overlap_loss(predicted, target, mask)) == pytest.approx(expected, abs=1e-6)
    assert float(overlap_loss(predicted, target, mask * 0)) == 0


@pytest.mark.parametrize("form", ["cross-entropy", "focal"])
@pytest.mark.parametrize("heat_map", ["focal", "mse"])
def test_the_parts_of_a_batch_add_up_to_its_loss(form: str, heat_map: str) -> None:
    heads = random_heads(batch=3)
    whole = targets_with(identities=[0, 1, -1, 2], objects=3, batch=3)
    whole.mask[1] = 0
    whole.heat_map[1] = 0
    loss = FairMotLoss(
        reid_dim=REID_DIM,
        identity_count=5,
        overlap_weight=1.0,
        identity_loss=form,
        heat_map_loss=heat_map,
    )
    together = loss(heads, whole)
    counts = replace(count_targets(whole), parts=2)
    parts = [
        loss(
            {name: head[rows] for name, head in heads.items()},
            TargetBatch(
                **{
                    name: value[rows]
                    for name in whole.__slots__
                    if (value := getattr(whole, name)) is not None
                }
            ),
            counts,
        )
        for rows in (slice(0, 1), slice(1, 3))
    ]
    for name, value in together.items():
        added = sum(float(part[name].detach()) for part in parts)
        assert added == pytest.approx(float(value.detach()), rel=1e-5), name


def test_detection_alone_leaves_identity_out() -> None:
    heads = random_heads()
    loss = FairMotLoss(reid_dim=REID_DIM, identity_count=5, detection_only=True)
    losses = loss(heads, targets_with(identities=[0, 1, 2], objects=3))
    losses["total"].backward()
    assert set(losses) == {"total", "heat_map", "size", "offset"}
    assert heads["id"].grad is None
    assert not [p for p in loss.parameters() if p.requires_grad]
    expected = losses["heat_map"] + 0.1 * losses["size"] + losses["offset"]
    assert float(losses["total"].detach()) == pytest.approx(float(expected.detach()))


def test_smooth_l1_is_a_sum_over_coordinates_and_a_mean_over_objects() -> None:
    heads = {name: torch.zeros(1, c, 8, 8) for name, c in (("hm", 1), ("reg", 2), ("id", REID_DIM))}
    heads["wh"] = torch.full((1, 4, 8, 8), 3.0)
    heads["wh"][0, :, 0, 1] = 1.5
    targets = targets_with(identities=[-1, -1], objects=2, batch=1)
    loss = FairMotLoss(reid_dim=REID_DIM, identity_count=2, regression_loss="smooth-l1")
    # 3 against 1: 2 - 0.5 for each of four sides; 1.5 against 1: 0.5 ** 2 / 2.
    expected = (4 * 1.5 + 4 * 0.125) / (2 + 1e-4)
    assert float(loss(heads, targets)["size"].detach()) == pytest.approx(expected, rel=1e-6)


def test_the_focal_identity_loss_begins_at_its_prior() -> None:
    loss = FairMotLoss(reid_dim=REID_DIM, identity_count=4, identity_loss="focal")
    prior = torch.sigmoid(loss.classifier.bias.detach())
    torch.testing.assert_close(prior, torch.full((4,), 0.01))
    with torch.no_grad():
        loss.classifier.weight.zero_()
    losses = loss(random_heads(), targets_with(identities=[0, 3, -1], objects=3))
    right = -0.25 * 0.99**2 * np.log(0.01)
    wrong = -3 * 0.75 * 0.01**2 * np.log(0.99)
    assert float(losses["identity"].detach()) == pytest.approx(right + wrong, rel=1e-4)


def test_the_squared_heat_map_is_compared_raw_over_all_cells() -> None:
    heads = random_heads()
    targets = targets_with(identities=[-1], objects=1)
    loss = FairMotLoss(reid_dim=REID_DIM, identity_count=2, heat_map_loss="mse")
    expected = ((heads["hm"] - targets.heat_map) ** 2).mean()
    found = loss(heads, targets)["heat_map"]
    assert float(found.detach()) == pytest.approx(float(expected.detach()), rel=1e-6)
