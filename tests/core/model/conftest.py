"""Networks filled by the rule of the goldens, and networks whose output is known beforehand."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from saved_models import FIELDS, Fill
from torch import Tensor, nn
from torch.nn import functional

from trackmend_core.model import LoadedModel, build_network, save_checkpoint


def value_by_rule(key: str, shape: tuple[int, ...], keys: frozenset[str]) -> np.ndarray:
    """One entry of a golden network: noise seeded by the entry's own name.

    Batch norms are near the identity (a quarter of it where a residual block ends), convolutions
    keep the variance (He et al. 2015), deformable ones are doubled as their mask halves them.
    """
    stem, _, leaf = key.rpartition(".")
    noise = np.random.default_rng(zlib.crc32(key.encode())).standard_normal(shape)
    is_norm = f"{stem}.running_mean" in keys
    if leaf == "num_batches_tracked":
        return np.zeros(shape, np.int64)
    if leaf == "running_var":
        result = 1 + 0.1 * np.abs(noise)
    elif leaf == "running_mean":
        result = 0.1 * noise
    elif leaf == "bias":
        result = (0.1 if is_norm else 0.01) * noise
    elif len(shape) == 4 and stem.endswith(".conv_offset_mask"):
        result = 0.01 * noise
    elif len(shape) == 4:
        taps = 4 if shape[2] % 2 == 0 else shape[2] * shape[3]
        gain = 2.0 if f"{stem}.conv_offset_mask.weight" in keys else 1.0
        result = gain * np.sqrt(2.0 / (shape[1] * taps)) * noise
    else:
        ends_block = key.endswith((".bn2.weight", ".bn3.weight")) or ".fuse_layers." in key
        result = (0.25 if ends_block else 1.0) + 0.1 * noise
    return result.astype(np.float32)


@pytest.fixture
def fill_by_rule() -> Callable[[nn.Module], nn.Module]:
    def fill(network: nn.Module) -> nn.Module:
        shapes = {key: tuple(entry.shape) for key, entry in network.state_dict().items()}
        keys = frozenset(shapes)
        filled = {
            key: torch.from_numpy(np.asarray(value_by_rule(key, shape, keys)))
            for key, shape in shapes.items()
        }
        network.load_state_dict(filled)
        return network.eval()

    return fill


class RedDotNetwork(nn.Module):
    """Sees a person wherever a stride-4 cell is red; the embedding is the cell's colour.

    Every box is 3 cells left, right, and 5 up, down of the middle of its cell.
    """

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        cells = functional.avg_pool2d(x, 4)
        red, green = cells[:, 0:1], cells[:, 1:2]
        ones = torch.ones_like(red)
        return {
            "hm": 20 * (red - green) - 10,
            "wh": torch.cat((3 * ones, 5 * ones, 3 * ones, 5 * ones), 1),
            "reg": torch.cat((0.5 * ones, 0.5 * ones), 1),
            "id": cells - 0.5,
        }


@pytest.fixture
def red_dot_model() -> LoadedModel:
    return LoadedModel(
        network=RedDotNetwork().eval(),
        arch="red_dot",
        reid_dim=3,
        ltrb=True,
        num_classes=1,
        input_wh=(320, 192),
        name="red dots",
    )


@pytest.fixture
def light(fill_by_rule: Fill) -> nn.Module:
    return fill_by_rule(build_network("mobilenetv2_fpn", reid_dim=16))


@pytest.fixture
def saved(light: nn.Module, tmp_path: Path) -> Path:
    path = tmp_path / "light.safetensors"
    save_checkpoint(
        path, light, **FIELDS, reid_dim=16, input_wh=(640, 480), metadata={"name": "Light"}
    )
    return path
