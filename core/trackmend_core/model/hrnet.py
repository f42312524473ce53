"""HRNetV2 (Sun et al. 2019): all resolutions in parallel, concatenated at stride 4.

The paper names Higher HRNet; the official code, and so this one, uses HRNetV2.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.resnet import Bottleneck

from trackmend_core.model.blocks import BasicBlock, conv_norm, conv_norm_relu
from trackmend_core.model.heads import HeadSpec, add_heads, run_heads

STEM_CHANNELS = 64
FIRST_STAGE_CHANNELS = 256
BLOCKS = 4
"""Residual blocks per branch, and in the first stage."""
MODULES = {2: 1, 3: 4, 4: 3}
"""Exchange modules by stage; a stage has as many branches as its number."""
MOMENTUM = 0.01
"""Of the batch norms in stem and residual blocks; transitions and exchanges keep the default."""


def _exchange(*, source: int, target: int, widths: Sequence[int]) -> nn.Module:
    """Bring branch `source` to the size and width of branch `target`."""
    if source == target:
        return nn.Identity()
    if source > target:
        return nn.Sequential(
            *conv_norm(widths[source], widths[target], kernel=1),
            nn.Upsample(scale_factor=float(2 ** (source - target)), mode="nearest"),
        )
    steps = [
        conv_norm_relu(widths[source], widths[source], stride=2) for _ in range(target - source - 1)
    ]
    return nn.Sequential(
        *steps, nn.Sequential(*conv_norm(widths[source], widths[target], stride=2))
    )


class ExchangeModule(nn.Module):
    """Residual blocks on every branch, then every branch receives from all the others."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        indices = range(len(widths))
        self.branches = nn.ModuleList(
            nn.Sequential(*(BasicBlock(width, width) for _ in range(BLOCKS))) for width in widths
        )
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(_exchange(source=j, target=i, widths=widths) for j in indices)
            for i in indices
        )

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return one map per branch, of the size that went in."""
        grown = [branch(x) for branch, x in zip(self.branches, maps, strict=True)]
        fused = []
        for i in range(len(grown)):
            exchange = self.fuse_layers.get_submodule(str(i))
            total = exchange.get_submodule("0")(grown[0])
            for j in range(1, len(grown)):
                total = total + exchange.get_submodule(str(j))(grown[j])
            fused.append(functional.relu(total))
        return fused


def _first_stage() -> nn.Sequential:
    quarter = FIRST_STAGE_CHANNELS // 4
    shortcut = nn.Sequential(*conv_norm(STEM_CHANNELS, FIRST_STAGE_CHANNELS, kernel=1))
    blocks = [Bottleneck(STEM_CHANNELS, quarter, downsample=shortcut)]
    blocks += [Bottleneck(FIRST_STAGE_CHANNELS, quarter) for _ in range(BLOCKS - 1)]
    return nn.Sequential(*blocks)


class HrNet(nn.Module):
    """Stem, four stages of one to four branches, and the four heads on all of them together."""

    def __init__(self, spec: HeadSpec, *, width: int) -> None:
        super().__init__()
        widths = tuple(width * 2**branch for branch in range(4))
        self.conv1, self.bn1 = conv_norm(3, STEM_CHANNELS, stride=2)
        self.conv2, self.bn2 = conv_norm(STEM_CHANNELS, STEM_CHANNELS, stride=2)
        self.layer1 = _first_stage()
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = MOMENTUM
        self.transition1 = nn.ModuleDict(
            {
                "0": conv_norm_relu(FIRST_STAGE_CHANNELS, widths[0]),
                "1": nn.Sequential(conv_norm_relu(FIRST_STAGE_CHANNELS, widths[1], stride=2)),
            }
        )
        for stage, modules in MODULES.items():
            exchanges = (ExchangeModule(widths[:stage]) for _ in range(modules))
            self.add_module(f"stage{stage}", nn.Sequential(*exchanges))
            if stage < 4:
                opening = conv_norm_relu(widths[stage - 1], widths[stage], stride=2)
                self.add_module(
                    f"transition{stage}", nn.ModuleDict({str(stage): nn.Sequential(opening)})
                )
        for module in self.modules():
            if isinstance(module, BasicBlock):
                module.bn1.momentum = module.bn2.momentum = MOMENTUM
        add_heads(self, in_channels=sum(widths), spec=spec)

    def features(self, x: Tensor) -> Tensor:
        """Return what all heads see: (B, 270 or 480, H / 4, W / 4)."""
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer1(functional.relu(self.bn2(self.conv2(x))))
        maps = [self.transition1["0"](x), self.transition1["1"](x)]
        for stage in MODULES:
            maps = self.get_submodule(f"stage{stage}")(maps)
            if stage < 4:
                maps.append(self.get_submodule(f"transition{stage}.{stage}")(maps[-1]))
        size = maps[0].shape[-2:]
        enlarged = [
            functional.interpolate(m, size=size, mode="bilinear", align_corners=False)
            for m in maps[1:]
        ]
        return torch.cat((maps[0], *enlarged), 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return raw heads at stride 4 for (B, 3, H, W) RGB in 0..1."""
        return run_heads(self, self.features(x))
