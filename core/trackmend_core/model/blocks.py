"""Blocks that several backbones share: convolution with batch norm, the basic residual block."""

from torch import Tensor, nn


def conv_norm(
    in_channels: int, out_channels: int, *, kernel: int = 3, stride: int = 1
) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    """Return a convolution without bias that pads to keep the size, and its batch norm."""
    conv = nn.Conv2d(
        in_channels, out_channels, kernel, stride=stride, padding=kernel // 2, bias=False
    )
    return conv, nn.BatchNorm2d(out_channels)


def conv_norm_relu(
    in_channels: int, out_channels: int, *, kernel: int = 3, stride: int = 1
) -> nn.Sequential:
    """Return convolution, batch norm and ReLU in a row."""
    layers = conv_norm(in_channels, out_channels, kernel=kernel, stride=stride)
    return nn.Sequential(*layers, nn.ReLU(inplace=True))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut (He et al. 2016); the shortcut may be handed in."""

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv_norm(in_channels, out_channels, stride=stride)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = conv_norm(out_channels, out_channels)

    def forward(self, x: Tensor, residual: Tensor | None = None) -> Tensor:
        """Return relu(block(x) + residual); without a residual, x itself is the shortcut."""
        inner = self.relu(self.bn1(self.conv1(x)))
        outer = self.bn2(self.conv2(inner)) + (x if residual is None else residual)
        result: Tensor = self.relu(outer)
        return result
