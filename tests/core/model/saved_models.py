"""What the tests of model files share: a small network described, and a file as FairMOT saves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

Fill = Callable[[nn.Module], nn.Module]
FIELDS: dict[str, Any] = {"arch": "mobilenetv2_fpn", "ltrb": True, "num_classes": 1}


def official(network: nn.Module, path: Path, **more: object) -> Path:
    torch.save({"epoch": 30, "state_dict": network.state_dict(), **more}, path)
    return path
