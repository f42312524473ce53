"""The two-stage re-ID head of FairMOT's Table 1: ROI-Align on the backbone's features, one layer.

The boxes must be known first, so it runs after decoding. It is a child of the network: it learns,
is averaged, saved and loaded with it; heads that need no boxes are untouched.
"""

import torch
from torch import Tensor, nn
from torchvision.ops import roi_align

from trackmend_core.model.heads import TWO_STAGE
from trackmend_core.similarity.roi_align import BINS, SAMPLES_PER_BIN


class TwoStageHead(nn.Module):
    """One fully connected layer on what lies inside a box.

    Args:
        channels: of the features.
        reid_dim: length of the embedding.
    """

    def __init__(self, channels: int, reid_dim: int) -> None:
        super().__init__()
        self.fc = nn.Linear(channels * BINS * BINS, reid_dim)

    def forward(self, features: Tensor, rois: Tensor) -> Tensor:
        """Return raw embeddings (R, reid_dim).

        Args:
            features: (B, channels, h, w).
            rois: (R, 5): number of the image, x1, y1, x2, y2 in cells.
        """
        inside: Tensor = roi_align(
            features, rois, BINS, sampling_ratio=SAMPLES_PER_BIN, aligned=True
        )
        embeddings: Tensor = self.fc(inside.flatten(1))
        return embeddings


def add_two_stage_head(network: nn.Module, *, reid_dim: int) -> None:
    """Give a network of ours a two-stage head with fresh weights; it then puts out its features."""
    first = next(m for m in network.get_submodule("hm").modules() if isinstance(m, nn.Conv2d))
    network.add_module(TWO_STAGE, TwoStageHead(first.in_channels, reid_dim))


def two_stage_head(network: nn.Module) -> TwoStageHead | None:
    """Return the network's two-stage head, None if it has none."""
    head = getattr(network, TWO_STAGE, None)
    return head if isinstance(head, TwoStageHead) else None


@torch.inference_mode()
def two_stage_map(
    head: TwoStageHead, features: Tensor, *, box_wh: tuple[float, float], step: int, chunk: int
) -> Tensor:
    """Return what a box of one size would be given around cells of a frame.

    Args:
        head: of the network that made the features.
        features: (1, channels, h, w).
        box_wh: width and height of the box, cells.
        step: between the cells asked, along each side; those between take the nearest one's.
        chunk: boxes at a time, which bounds the memory.

    Returns:
        (reid_dim, h, w), raw, on the features' device.
    """
    height, width = features.shape[-2:]
    rows = torch.arange(0, height, step, device=features.device) + step / 2
    columns = torch.arange(0, width, step, device=features.device) + step / 2
    y, x = (place.flatten() for place in torch.meshgrid(rows, columns, indexing="ij"))
    half_w, half_h = box_wh[0] / 2, box_wh[1] / 2
    rois = torch.stack((x * 0, x - half_w, y - half_h, x + half_w, y + half_h), 1)
    found = torch.cat([head(features, part) for part in torch.split(rois, chunk)])
    coarse = found.T.reshape(-1, len(rows), len(columns))
    enlarged = coarse.repeat_interleave(step, 1).repeat_interleave(step, 2)
    return enlarged[:, :height, :width].contiguous()
