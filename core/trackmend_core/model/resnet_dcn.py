"""ResNet with three deformable up-samplings, no skips (FairMOT's `resdcn_N`; Xiao et al. 2018)."""

from torch import Tensor, nn

from trackmend_core.model.heads import HeadSpec, add_heads, run_heads
from trackmend_core.model.resnet_trunk import NECK_CHANNELS, ResNetTrunk, deformable_upsample


class ResNetDcn(ResNetTrunk):
    """The deepest map alone, brought from stride 32 to 4, and the four heads."""

    def __init__(self, spec: HeadSpec, *, depth: int) -> None:
        super().__init__(depth)
        layers: list[nn.Module] = []
        channels = self.level_channels[-1]
        for out_channels in NECK_CHANNELS:
            layers += deformable_upsample(channels, out_channels)
            channels = out_channels
        self.deconv_layers = nn.Sequential(*layers)
        add_heads(self, in_channels=channels, spec=spec)

    def features(self, x: Tensor) -> Tensor:
        """Return what all heads see: (B, 64, H / 4, W / 4)."""
        features: Tensor = self.deconv_layers(self.levels(x)[-1])
        return features

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return raw heads at stride 4 for (B, 3, H, W) RGB in 0..1."""
        return run_heads(self, self.features(x))
