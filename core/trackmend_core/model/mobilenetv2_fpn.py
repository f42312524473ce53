"""The light FairMOT network of our own design: MobileNetV2, fused top-down to stride 4, four heads.

It follows FairMOT sections 3.2 to 3.4 in what the heads mean (centre heat map, box, offset,
re-ID) and in the fusion of several layers, which the paper shows the re-ID head to need. It differs
in the backbone, chosen for two CPU cores, and normalises its input inside `forward`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import mobilenet_v2

from trackmend_core.model.heads import run_heads

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
TAPS = ((3, 24), (6, 32), (13, 96), (17, 320))
"""(last block, channels) of the features at strides 4, 8, 16 and 32."""
HEAT_MAP_PRIOR = -2.19
"""Bias of the heat map's last layer: a probability of 0.1 everywhere (official initialisation)."""


def _separable(channels_in: int, channels_out: int, *, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(
            channels_in, channels_in, kernel, padding=kernel // 2, groups=channels_in, bias=False
        ),
        nn.BatchNorm2d(channels_in),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels_in, channels_out, 1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class MobileNetV2Fpn(nn.Module):
    """MobileNetV2 features, a top-down pyramid to stride 4, and the four FairMOT heads.

    Args:
        reid_dim: length of the embedding.
        ltrb: four distances to the sides of the box instead of width and height.
        num_classes: channels of the heat map.
        width: channels of the pyramid.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self, *, reid_dim: int = 128, ltrb: bool = True, num_classes: int = 1, width: int = 64
    ) -> None:
        super().__init__()
        self.backbone = mobilenet_v2(weights=None).features[: TAPS[-1][0] + 1]
        self.lateral = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width))
            for _, channels in TAPS
        )
        self.context = _separable(width, width, kernel=5)
        self.fuse = nn.ModuleList(_separable(width, width) for _ in TAPS[:-1])
        head_width = width + width // 2
        self.hm = self._head(width, head_width, num_classes)
        self.wh = self._head(width, head_width, 4 if ltrb else 2)
        self.reg = self._head(width, width, 2)
        self.id = self._head(width, 2 * width, reid_dim)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)
        last = self.hm[-1]
        assert isinstance(last, nn.Conv2d) and last.bias is not None
        nn.init.constant_(last.bias, HEAT_MAP_PRIOR)

    @staticmethod
    def _head(width: int, hidden: int, channels: int) -> nn.Sequential:
        return nn.Sequential(*_separable(width, hidden), nn.Conv2d(hidden, channels, 1))

    def features(self, x: Tensor) -> Tensor:
        """Return the fused features (B, width, H/4, W/4) that all heads share."""
        x = (x - self.mean) / self.std
        levels: list[Tensor] = []
        taps = {index: lateral for (index, _), lateral in zip(TAPS, self.lateral, strict=True)}
        for index, block in enumerate(self.backbone):
            x = block(x)
            if index in taps:
                levels.append(taps[index](x))
        fused: Tensor = self.context(levels.pop())
        for fuse in self.fuse:
            finer = levels.pop()
            upsampled = functional.interpolate(
                fused, scale_factor=2.0, mode="bilinear", align_corners=False
            )
            fused = fuse(finer + upsampled)
        return fused

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return the raw heads at stride 4.

        Args:
            x: (B, 3, H, W) RGB, 0..1, H and W multiples of 32.

        Returns:
            hm (B, classes, H/4, W/4) logits; wh (B, 4 or 2, ...), reg (B, 2, ...) and
            id (B, reid_dim, ...) on the same grid.
        """
        return run_heads(self, self.features(x))


def build_mobilenetv2_fpn(
    *, reid_dim: int = 128, ltrb: bool = True, num_classes: int = 1
) -> MobileNetV2Fpn:
    """Build the light network with random weights (see `MobileNetV2Fpn`)."""
    return MobileNetV2Fpn(reid_dim=reid_dim, ltrb=ltrb, num_classes=num_classes)
