"""Pictures made of plans (`plans`) on the training's device, thousands of crops a minute on a card.

Colours are kept as lightness and two colour differences (JPEG's), 0..255, until the end.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from trackmend_core.types import ImageArray, IntArray
from trackmend_training.recipe.clothes import EDGE, KERNEL, SIDE, ZONES
from trackmend_training.recipe.jpeg import FROM_YCC, TO_YCC, as_compressed
from trackmend_training.teacher.reid import PATCH_WH

PATCHES_AT_ONCE = 256
GREY = 128.0
"""What lies beyond a picture's border, and the middle of lightness and colour differences."""


class Renderer:
    """All pictures of a material on a device, and what is made of them.

    Args:
        images: (H, W, 3) BGR each, of any sizes.
        device: where the pictures are kept and made.
    """

    def __init__(self, images: Sequence[ImageArray], device: torch.device) -> None:
        self.device = device
        self.sizes_wh: IntArray = np.array([image.shape[1::-1] for image in images], np.int64)
        width, height = self.sizes_wh.max(axis=0).tolist()
        stack = torch.empty((len(images), height, width, 3), dtype=torch.uint8)
        for row, image in enumerate(images):
            stack[row, : image.shape[0], : image.shape[1]] = torch.from_numpy(image)
        self._stack = stack.to(device)
        self._limits = torch.from_numpy(self.sizes_wh).to(device)
        self._to_ycc = torch.tensor(TO_YCC, device=device)
        self._from_ycc = torch.tensor(FROM_YCC, device=device)

    def pictures(self, plan: dict[str, Tensor], crop_wh: tuple[int, int]) -> Tensor:
        """Return (B, 3, H, W) RGB 0..1, the crops that a batch of plans asks for."""
        here = {name: value.to(self.device, non_blocking=True) for name, value in plan.items()}
        places = _places(*crop_wh, self.device)
        turn = here["to_image"]
        xy = places @ turn[:, None, :, :2].transpose(2, 3) + turn[:, None, None, :, 2]
        seen = self._look_up(here["chosen"], xy)
        for person in range(plan["dressed_image"].shape[1]):
            rows = _known(plan["dressed_image"][:, person]).to(self.device)
            if len(rows):
                within = _within(xy[rows], here["dressed_box"][rows, person])
                clothes = here["dressed_clothes"][rows, person]
                seen[rows] = _in_clothes(seen[rows], within, clothes)
        for person in range(plan["front_image"].shape[1]):
            rows = _known(plan["front_image"][:, person]).to(self.device)
            if len(rows):
                within = _within(xy[rows], here["placed"][rows, person])
                cutout = self._person(
                    here["front_image"][rows, person],
                    here["front_box"][rows, person],
                    here["front_clothes"][rows, person],
                    within,
                )
                seen[rows] = torch.lerp(seen[rows], cutout, _cut_out(within)[..., None])
        seen = _in_light(seen, here["look"]).permute(0, 3, 1, 2).contiguous()
        seen = _blurred(seen, plan["kernel"])
        quality = plan["look"][:, 6]
        rows = (quality > 0).nonzero()[:, 0].to(self.device)
        if len(rows):
            seen[rows] = as_compressed(seen[rows], quality[quality > 0].to(self.device))
        colours = self._bgr(seen.permute(0, 2, 3, 1)).flip(3)
        return colours.permute(0, 3, 1, 2).div_(255)

    def patches(self, plan: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return what the re-ID teacher is to be shown.

        Returns:
            (N, 2) which row of the batch and which of its places; (N, 3, 256, 128) BGR 0..255.
        """
        who = (plan["shown_image"] >= 0).nonzero()
        places = _places(*PATCH_WH, self.device) + 0.5
        within = places / torch.tensor(PATCH_WH, device=self.device)
        parts = []
        for start in range(0, len(who), PATCHES_AT_ONCE):
            rows = who[start : start + PATCHES_AT_ONCE]
            image, box, clothes = (
                plan[f"shown_{name}"][rows[:, 0], rows[:, 1]].to(self.device)
                for name in ("image", "box", "clothes")
            )
            people = self._person(image, box, clothes, within.expand(len(rows), -1, -1, -1))
            parts.append(self._bgr(people).permute(0, 3, 1, 2))
        if not parts:
            return who, torch.zeros((0, 3, *PATCH_WH[::-1]), device=self.device)
        return who, torch.cat(parts)

    def _person(self, images: Tensor, boxes: Tensor, clothes: Tensor, within: Tensor) -> Tensor:
        """Return people in their clothes, (B, h, w, 3), at places 0..1 within their boxes."""
        low, side = boxes[:, None, None, :2], (boxes[:, 2:] - boxes[:, :2])[:, None, None]
        return _in_clothes(self._look_up(images, low + within * side - 0.5), within, clothes)

    def _look_up(self, images: Tensor, xy: Tensor) -> Tensor:
        """Return (B, h, w, 3) what pictures show at places (B, h, w, 2), grey beyond the border."""
        start = xy.floor()
        share = xy - start
        column, row = start[..., 0].long(), start[..., 1].long()
        total: Tensor | None = None
        for down in (0, 1):
            for right in (0, 1):
                x_share = share[..., 0] if right else 1 - share[..., 0]
                y_share = share[..., 1] if down else 1 - share[..., 1]
                found = self._pixels(images, column + right, row + down)
                found *= (x_share * y_share)[..., None]
                total = found if total is None else total.add_(found)
        assert total is not None
        # Grey is grey in either; lightness takes all of it, the differences none.
        return (total @ self._to_ycc.T).add_(GREY).clamp_(0, 255)

    def _pixels(self, images: Tensor, columns: Tensor, rows: Tensor) -> Tensor:
        """Return (B, h, w, 3) BGR pixels less the border's grey, 0 beyond the border."""
        _, height, width, _ = self._stack.shape
        limits = self._limits[images][:, None, None]
        inside = (columns >= 0) & (rows >= 0) & (columns < limits[..., 0]) & (rows < limits[..., 1])
        flat = (images[:, None, None] * height + rows) * width + columns
        found = self._stack.view(-1, 3)[torch.where(inside, flat, 0)].float()
        return (found - GREY) * inside[..., None]

    def _bgr(self, ycc: Tensor) -> Tensor:
        return ((ycc - GREY) @ self._from_ycc.T).add_(GREY).round_().clamp_(0, 255)


def _places(width: int, height: int, device: torch.device) -> Tensor:
    """Return (height, width, 2) x, y of the middles of pixels, which are whole numbers."""
    across = torch.arange(width, device=device, dtype=torch.float32)
    down = torch.arange(height, device=device, dtype=torch.float32)
    return torch.stack(torch.meshgrid(across, down, indexing="xy"), dim=2)


def _known(images: Tensor) -> Tensor:
    return (images >= 0).nonzero()[:, 0]


def _within(xy: Tensor, boxes: Tensor) -> Tensor:
    """Return (B, h, w, 2) where in boxes (B, 4) places lie, 0..1 inside."""
    low, high = boxes[:, None, None, :2], boxes[:, None, None, 2:]
    return (xy + 0.5 - low) / (high - low)


def _soft(values: Tensor, *, high: float) -> Tensor:
    """Return 1 below `high`, 0 well above it, and a ramp between."""
    return ((high + EDGE - values) / EDGE).clamp(0, 1)


def _in_clothes(seen: Tensor, within: Tensor, clothes: Tensor) -> Tensor:
    """Return pictures (B, h, w, 3) in which the people in boxes wear clothes (B, 2, 9)."""
    down = within[..., 1]
    across = _soft((within[..., 0] * 2 - 1).abs(), high=SIDE)
    changed = seen
    for number, (low, high) in enumerate(ZONES):
        zone = clothes[:, number, :, None, None]
        mask = zone[:, 0] * across * _soft(low - down, high=0.0) * _soft(down, high=high)
        lightness = (seen[..., 0] - GREY) * zone[:, 7] + GREY + zone[:, 8]
        one, two = seen[..., 1] - GREY, seen[..., 2] - GREY
        first = one * zone[:, 1] + two * zone[:, 3] + GREY + zone[:, 5]
        second = one * zone[:, 2] + two * zone[:, 4] + GREY + zone[:, 6]
        other = torch.stack([lightness, first, second], dim=3)
        changed = changed + mask[..., None] * (other - seen)
    return changed.clamp_(0, 255)


def _cut_out(within: Tensor) -> Tensor:
    """Return (B, h, w) the soft mask of an upright, rounded shape in a box."""
    away = (within * 2 - 1).abs()
    shape = 1 - (away[..., 0] / 0.88) ** 3 - (away[..., 1] / 0.99) ** 8
    return (shape * 4).clamp(0, 1)


def _in_light(seen: Tensor, look: Tensor) -> Tensor:
    """Return pictures (B, h, w, 3) in another light (B, 8), see `draw_look`."""
    numbers = look[:, :, None, None]
    lightness = (seen[..., 0] / 255) ** numbers[:, 4] * 255 * numbers[:, 5]
    one, two = seen[..., 1] - GREY, seen[..., 2] - GREY
    strength = numbers[:, 5] * (1 - numbers[:, 7])
    first = (one * numbers[:, 0] + two * numbers[:, 2]) * strength + GREY
    second = (one * numbers[:, 1] + two * numbers[:, 3]) * strength + GREY
    return torch.stack([lightness, first, second], dim=3)


def _blurred(seen: Tensor, kernels: Tensor) -> Tensor:
    """Return pictures (B, 3, h, w) less sharp where their kernel (B, 9, 9) says so, in place."""
    middle = KERNEL // 2
    rows = (kernels[:, middle, middle] != 1).nonzero()[:, 0]
    if not len(rows):
        return seen
    weights = kernels[rows].to(seen.device).repeat_interleave(3, dim=0)[:, None]
    rows = rows.to(seen.device)
    wide = functional.pad(seen[rows], (middle,) * 4, mode="replicate")
    together = wide.reshape(1, -1, *wide.shape[2:])
    seen[rows] = functional.conv2d(together, weights, groups=len(weights)).view_as(seen[rows])
    return seen
