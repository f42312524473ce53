import subprocess
import sys

import pytest
import torch

from trackmend_core.errors import UserError
from trackmend_core.model import architectures, build_network


def test_the_networks_of_this_release_are_listed() -> None:
    assert {"dla34", "mobilenetv2_fpn"} <= set(architectures())


@pytest.mark.parametrize("arch", architectures())
def test_every_listed_network_builds_and_answers_at_stride_four(arch: str) -> None:
    network = build_network(arch, reid_dim=16).eval()
    with torch.inference_mode():
        heads = network(torch.rand(1, 3, 64, 96))
    assert {name: tuple(head.shape[1:]) for name, head in heads.items()} == {
        "hm": (1, 16, 24),
        "wh": (4, 16, 24),
        "reg": (2, 16, 24),
        "id": (16, 16, 24),
    }


def test_an_unknown_architecture_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="resnext") as refusal:
        build_network("resnext")
    assert "dla34" in refusal.value.hint


@pytest.mark.parametrize("wrong", [{"reid_dim": 0}, {"num_classes": 0}])
def test_a_head_without_channels_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one channel"):
        build_network("dla34", **wrong)


def test_importing_the_room_loads_no_architecture_and_no_openvino() -> None:
    probe = (
        "import sys, trackmend_core.model;"
        "late = {'openvino', 'trackmend_core.model.dla34', 'trackmend_core.model.mobilenetv2_fpn'};"
        "sys.exit(len(late & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
