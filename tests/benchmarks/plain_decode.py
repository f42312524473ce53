"""FairMOT's decoding written down plainly in torch: the baseline of ours (FairMOT section 3.4).

Written from the rule: the whole embedding map is scaled to unit length, peaks come out of a max
pool, the best K of each class and then of all are taken, and every head is gathered there.
"""

import torch
from torch import Tensor
from torch.nn import functional


@torch.inference_mode()
def plain_decode(heads: dict[str, Tensor], *, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return boxes (K, 4), scores, classes and embeddings (K, D)."""
    unit = functional.normalize(heads["id"], dim=1)
    scores = heads["hm"].sigmoid()
    peaks = scores * (functional.max_pool2d(scores, 3, stride=1, padding=1) == scores).float()
    classes, height, width = peaks.shape[1:]
    of_class, cells = peaks.view(classes, height * width).topk(count)
    best, places = of_class.view(-1).topk(count)
    cells = cells.view(-1)[places]

    def at_peaks(head: Tensor) -> Tensor:
        flat = head.permute(0, 2, 3, 1).contiguous().view(height * width, -1)
        return flat.gather(0, cells[:, None].expand(-1, flat.shape[1]))

    shift, sides = at_peaks(heads["reg"]), at_peaks(heads["wh"])
    centres = torch.stack((cells % width, cells // width), 1).float() + shift
    boxes = torch.cat((centres - sides[:, :2], centres + sides[:, 2:]), 1)
    return boxes, best, places // count, at_peaks(unit)
