"""Batches of crops with their targets, an endless stream that can be taken up at any step."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from trackmend_core.types import FloatArray, ImageArray
from trackmend_core.video import FrameCache
from trackmend_training.augment import Crop, augment_image
from trackmend_training.config import STRIDE, TrainConfig
from trackmend_training.datasets.jde import to_relative
from trackmend_training.datasets.labelled import Material
from trackmend_training.losses import TargetBatch
from trackmend_training.targets import build_targets

CACHE_BYTES = 1_500_000_000
"""Decoded pixels kept by each process that prepares images."""
CACHE_KEY = "material"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """B images and what the heads should say.

    Attributes:
        images: (B, 3, H, W) float32 RGB 0..1.
        targets: of the same images.
        is_replay: (B,) bool, see `LabelledImage`.
    """

    images: Tensor
    targets: TargetBatch
    is_replay: Tensor


class CropDataset(Dataset[dict[str, Tensor]]):
    """Item n is always the same crop: which image and how it is changed is drawn from (seed, n)."""

    def __init__(self, material: Material, config: TrainConfig) -> None:
        self.material = material
        self.config = config
        # Made when first needed: a lock cannot travel to the workers of Windows and macOS.
        self._cache: FrameCache | None = None

    def __len__(self) -> int:
        return self.config.steps * self.config.batch_size

    def __getitem__(self, item: int) -> dict[str, Tensor]:
        random = np.random.default_rng((self.config.seed, item))
        chosen = int(random.choice(len(self.material.images), p=self.material.shares))
        labelled = self.material.images[chosen]
        crop = augment_image(
            labelled,
            self._read(chosen),
            random,
            crop_wh=self.config.crop_wh,
            settings=self.config.augment,
        )
        replay = torch.tensor(labelled.is_replay)
        return {**crop_tensors(crop, config=self.config), "is_replay": replay}

    def _read(self, chosen: int) -> ImageArray:
        if self._cache is None:
            self._cache = FrameCache(CACHE_BYTES)
        image = self._cache.get(CACHE_KEY, chosen)
        if image is None:
            image = self.material.images[chosen].read()
            self._cache.put(CACHE_KEY, chosen, image)
        return image


def crop_tensors(crop: Crop, *, config: TrainConfig) -> dict[str, Tensor]:
    """Return one crop's image and targets, with the shapes of `TargetBatch` less the first axis."""
    height, width = crop.image.shape[:2]
    map_hw = (height // STRIDE, width // STRIDE)
    relative = to_relative(crop.boxes_xyxy, image_wh=(map_hw[1] * STRIDE, map_hw[0] * STRIDE))
    boxes = relative * np.tile([map_hw[1], map_hw[0]], 2).astype(np.float32)
    targets = build_targets(
        boxes, crop.identities, map_hw=map_hw, ltrb=config.ltrb, max_objects=config.max_objects
    )
    tensors = {
        "image": torch.from_numpy(np.ascontiguousarray(crop.image[..., ::-1].transpose(2, 0, 1))),
        "heat_map": torch.from_numpy(targets.heat_map),
        "mask": torch.from_numpy(targets.mask),
        "cells": torch.from_numpy(targets.cells),
        "sizes": torch.from_numpy(targets.sizes),
        "offsets": torch.from_numpy(targets.offsets),
        "identities": torch.from_numpy(targets.identities),
        "negative_weight": torch.from_numpy(_negative_weight(crop.ignored_xyxy, map_hw=map_hw)),
    }
    if config.teacher_weight:
        teacher = np.zeros((config.max_objects, config.reid_dim), np.float32)
        if crop.teacher is not None:
            known = crop.teacher[: config.max_objects]
            teacher[: len(known)] = known
        tensors["teacher"] = torch.from_numpy(teacher)
    return tensors


def _negative_weight(ignored_xyxy: FloatArray, *, map_hw: tuple[int, int]) -> FloatArray:
    weight = np.ones((1, *map_hw), np.float32)
    for x1, y1, x2, y2 in (ignored_xyxy / STRIDE).round().astype(int).tolist():
        weight[0, max(y1, 0) : y2 + 1, max(x1, 0) : x2 + 1] = 0
    return weight


def stream_batches(
    material: Material, config: TrainConfig, *, start_step: int = 0
) -> Iterator[Batch]:
    """Yield one batch for every step from `start_step` to the end of the run."""
    dataset = CropDataset(material, config)
    loader: DataLoader[dict[str, Tensor]] = DataLoader(
        dataset,
        batch_size=config.batch_size,
        sampler=range(start_step * config.batch_size, len(dataset)),
        num_workers=config.workers,
        prefetch_factor=4 if config.workers else None,
        persistent_workers=False,
    )
    for tensors in loader:
        images = tensors.pop("image").float() / 255
        is_replay = tensors.pop("is_replay")
        yield Batch(images, TargetBatch(**tensors), is_replay)
