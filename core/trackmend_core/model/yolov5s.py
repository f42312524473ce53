"""YOLOv5s, version 5, with a top-down path to stride 4: FairMOT's light network (`yolo`).

Its layers are numbered as in the official list; concatenations and up-samplings have numbers but
no weights. Batch norms differ from all other networks here in epsilon and momentum.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from trackmend_core.model.heads import HeadSpec, add_heads, run_heads

EPSILON = 1e-3
MOMENTUM = 0.03
POOLS = (5, 9, 13)
FEATURE_CHANNELS = 64


class Conv(nn.Module):
    """Convolution, batch norm, SiLU."""

    def __init__(
        self, in_channels: int, out_channels: int, *, kernel: int = 1, stride: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel, stride=stride, padding=kernel // 2, bias=False
        )
        self.bn = nn.BatchNorm2d(out_channels, eps=EPSILON, momentum=MOMENTUM)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H / stride, W / stride)."""
        return functional.silu(self.bn(self.conv(x)))


class Focus(nn.Module):
    """Every second pixel into a channel of its own, then a convolution: stride 2 without loss."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = Conv(4 * in_channels, out_channels, kernel=3)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H / 2, W / 2)."""
        upper, lower = x[..., ::2, :], x[..., 1::2, :]
        corners = (upper[..., ::2], lower[..., ::2], upper[..., 1::2], lower[..., 1::2])
        result: Tensor = self.conv(torch.cat(corners, 1))
        return result


class Bottleneck(nn.Module):
    """1x1 and 3x3 convolution, with a shortcut on the way down and without on the way up."""

    def __init__(self, channels: int, *, shortcut: bool) -> None:
        super().__init__()
        self.cv1 = Conv(channels, channels)
        self.cv2 = Conv(channels, channels, kernel=3)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Return a map like `x`."""
        inner: Tensor = self.cv2(self.cv1(x))
        return x + inner if self.shortcut else inner


class C3(nn.Module):
    """Cross-stage block: half of the channels pass the bottlenecks, half go round them."""

    def __init__(
        self, in_channels: int, out_channels: int, *, repeats: int = 1, shortcut: bool = False
    ) -> None:
        super().__init__()
        half = out_channels // 2
        self.cv1 = Conv(in_channels, half)
        self.cv2 = Conv(in_channels, half)
        self.cv3 = Conv(2 * half, out_channels)
        self.m = nn.Sequential(*(Bottleneck(half, shortcut=shortcut) for _ in range(repeats)))

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H, W)."""
        result: Tensor = self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))
        return result


class SpatialPyramidPooling(nn.Module):
    """The map beside its maxima over three neighbourhoods."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cv1 = Conv(channels, channels // 2)
        self.cv2 = Conv(channels // 2 * (1 + len(POOLS)), channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map like `x`."""
        x = self.cv1(x)
        pooled = [functional.max_pool2d(x, size, stride=1, padding=size // 2) for size in POOLS]
        result: Tensor = self.cv2(torch.cat((x, *pooled), 1))
        return result


class Yolov5sBackbone(nn.Module):
    """Down to stride 32 and back up to stride 4; 64 channels out."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.ModuleDict(
            {
                "0": Focus(3, 32),
                "1": Conv(32, 64, kernel=3, stride=2),
                "2": C3(64, 64, shortcut=True),
                "3": Conv(64, 128, kernel=3, stride=2),
                "4": C3(128, 128, repeats=3, shortcut=True),
                "5": Conv(128, 256, kernel=3, stride=2),
                "6": C3(256, 256, repeats=3, shortcut=True),
                "7": Conv(256, 512, kernel=3, stride=2),
                "8": SpatialPyramidPooling(512),
                "9": C3(512, 512),
                "10": Conv(512, 256),
                "13": C3(512, 256),
                "14": Conv(256, 128),
                "17": C3(256, 128),
                "18": Conv(128, 64),
                "21": C3(128, FEATURE_CHANNELS),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 64, H / 4, W / 4)."""
        skips: dict[int, Tensor] = {}
        for number in range(10):
            x = self.model[str(number)](x)
            skips[number] = x
        for squeeze, skip, merge in ((10, 6, 13), (14, 4, 17), (18, 2, 21)):
            x = self.model[str(squeeze)](x)
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = self.model[str(merge)](torch.cat((x, skips[skip]), 1))
        return x


class Yolov5s(nn.Module):
    """The backbone and the four heads, which here are 64 channels wide and use SiLU."""

    def __init__(self, spec: HeadSpec) -> None:
        super().__init__()
        self.backbone = Yolov5sBackbone()
        add_heads(
            self,
            in_channels=FEATURE_CHANNELS,
            spec=spec,
            hidden=FEATURE_CHANNELS,
            activation=nn.SiLU,
        )

    def features(self, x: Tensor) -> Tensor:
        """Return what all heads see: (B, 64, H / 4, W / 4)."""
        features: Tensor = self.backbone(x)
        return features

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return raw heads at stride 4 for (B, 3, H, W) RGB in 0..1."""
        return run_heads(self, self.features(x))
