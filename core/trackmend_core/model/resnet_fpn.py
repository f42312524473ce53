"""ResNet with a top-down pyramid of deformable convolutions (FairMOT's `resfpndcn_N`)."""

from torch import Tensor, nn

from trackmend_core.model.deformable import DeformableBlock
from trackmend_core.model.heads import HeadSpec, add_heads, run_heads
from trackmend_core.model.resnet_trunk import NECK_CHANNELS, ResNetTrunk, deformable_upsample


class ResNetFpn(ResNetTrunk):
    """Every level joins on the way from stride 32 to 4 (Table 4's "ResNet-34-FPN"), four heads."""

    def __init__(self, spec: HeadSpec, *, depth: int) -> None:
        super().__init__(depth)
        channels = self.level_channels[-1]
        finer = self.level_channels[-2::-1]
        for step, (out_channels, skip) in enumerate(zip(NECK_CHANNELS, finer, strict=True), 1):
            raise_up = nn.Sequential(*deformable_upsample(channels, out_channels))
            self.add_module(f"deconv_layer{step}", raise_up)
            self.add_module(f"smooth_layer{step}", DeformableBlock(out_channels, out_channels))
            self.add_module(f"project_layer{step}", DeformableBlock(skip, out_channels))
            channels = out_channels
        add_heads(self, in_channels=channels, spec=spec)

    def features(self, x: Tensor) -> Tensor:
        """Return what all heads see: (B, 64, H / 4, W / 4)."""
        *finer, features = self.levels(x)
        for step, skip in enumerate(reversed(finer), start=1):
            raised = self.get_submodule(f"deconv_layer{step}")(features)
            projected = self.get_submodule(f"project_layer{step}")(skip)
            features = self.get_submodule(f"smooth_layer{step}")(raised + projected)
        return features

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return raw heads at stride 4 for (B, 3, H, W) RGB in 0..1."""
        return run_heads(self, self.features(x))
