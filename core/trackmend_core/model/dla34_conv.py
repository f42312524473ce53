"""DLA-34 with ordinary instead of deformable convolutions (FairMOT's `dlaconv_34`, an ablation)."""

from torch import nn

from trackmend_core.model.dla34 import Dla34
from trackmend_core.model.heads import HeadSpec


def _plain_conv(in_channels: int, out_channels: int) -> nn.Module:
    return nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)


class Dla34Conv(Dla34):
    """The same graph and the same entries but for the offsets, masks and their biases."""

    def __init__(self, spec: HeadSpec) -> None:
        super().__init__(spec, build_conv=_plain_conv)
