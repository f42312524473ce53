"""The ResNet trunk (He et al. 2016) and the deformable up-sampling that both ResNets here share."""

from typing import Any

import torchvision.models
from torch import Tensor, nn

from trackmend_core.model.deformable import DeformableConv

NECK_CHANNELS = (256, 128, 64)
"""After the first, second and third up-sampling: strides 16, 8 and 4."""
_BUILDERS: dict[int, Any] = {  # torchvision is untyped
    18: torchvision.models.resnet18,
    34: torchvision.models.resnet34,
    50: torchvision.models.resnet50,
    101: torchvision.models.resnet101,
}


class ResNetTrunk(nn.Module):
    """Holds the layers of a torchvision ResNet as direct children, as the official keys do."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        trunk = _BUILDERS[depth](weights=None)
        for name in ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"):
            self.add_module(name, getattr(trunk, name))
        deepest: int = trunk.fc.in_features
        self.level_channels = (deepest // 8, deepest // 4, deepest // 2, deepest)

    def levels(self, x: Tensor) -> list[Tensor]:
        """Return the maps at strides 4, 8, 16 and 32."""
        for name in ("conv1", "bn1", "relu", "maxpool"):
            x = self.get_submodule(name)(x)
        maps = []
        for name in ("layer1", "layer2", "layer3", "layer4"):
            x = self.get_submodule(name)(x)
            maps.append(x)
        return maps


def deformable_upsample(in_channels: int, out_channels: int) -> list[nn.Module]:
    """Return deformable convolution and transposed convolution, each with batch norm and ReLU."""
    return [
        DeformableConv(in_channels, out_channels),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(out_channels, out_channels, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    ]
