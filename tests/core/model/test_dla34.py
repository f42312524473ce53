from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from trackmend_core.model import build_network

Fill = Callable[[nn.Module], nn.Module]


def official_shapes(data_dir: Path) -> dict[str, str]:
    lines = (data_dir / "golden" / "keys_dla_34.txt").read_text().splitlines()
    return {key: shape for key, shape, _ in (line.split("\t") for line in lines)}


def test_dla34_has_the_official_entries_in_the_official_order(data_dir: Path) -> None:
    ours = {key: str(tuple(v.shape)) for key, v in build_network("dla34").state_dict().items()}
    assert list(ours.items()) == list(official_shapes(data_dir).items())


def test_the_dead_entries_have_no_influence_and_do_not_learn(fill_by_rule: Fill) -> None:
    network = fill_by_rule(build_network("dla34"))
    image = torch.rand(1, 3, 64, 64)
    dead = ("base.fc.", "base.level3.project.", "base.level4.project.")
    with torch.inference_mode():
        before = network(image)["hm"].clone()
        for key, entry in network.state_dict().items():
            if key.startswith(dead):
                entry.fill_(7)
        after = network(image)["hm"]
    assert torch.equal(before, after)
    stuck = {key for key, weight in network.named_parameters() if not weight.requires_grad}
    assert stuck == {key for key, _ in network.named_parameters() if key.startswith(dead)}


def test_every_other_weight_of_dla34_gets_a_gradient(fill_by_rule: Fill) -> None:
    network = fill_by_rule(build_network("dla34", reid_dim=8)).train()
    heads = network(torch.rand(2, 3, 64, 64))
    torch.stack([head.square().sum() for head in heads.values()]).sum().backward()
    learning = [p for _, p in network.named_parameters() if p.requires_grad]
    assert all(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in learning)


@pytest.mark.parametrize(("reid_dim", "ltrb", "classes"), [(64, False, 1), (512, True, 3)])
def test_the_heads_follow_what_is_asked_for(reid_dim: int, ltrb: bool, classes: int) -> None:
    network = build_network("dla34", reid_dim=reid_dim, ltrb=ltrb, num_classes=classes).eval()
    with torch.inference_mode():
        heads = network(torch.rand(2, 3, 32, 64))
    shapes = {name: tuple(head.shape) for name, head in heads.items()}
    assert shapes == {
        "hm": (2, classes, 8, 16),
        "wh": (2, 4 if ltrb else 2, 8, 16),
        "reg": (2, 2, 8, 16),
        "id": (2, reid_dim, 8, 16),
    }


def test_an_untrained_network_sees_almost_nobody() -> None:
    with torch.inference_mode():
        heat = torch.sigmoid(build_network("dla34").eval()(torch.rand(1, 3, 64, 64))["hm"])
    assert 0.05 < heat.mean() < 0.2
