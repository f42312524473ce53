"""Batches of crops with their targets, an endless stream that can be taken up at any step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from trackmend_core.types import FloatArray, ImageArray
from trackmend_core.video import FrameCache
from trackmend_training.augment import Crop, augment_image
from trackmend_training.choices import HeatMapLoss
from trackmend_training.config import STRIDE, AugmentConfig, TrainConfig
from trackmend_training.datasets.jde import to_relative
from trackmend_training.datasets.labelled import Material
from trackmend_training.losses import TargetBatch
from trackmend_training.order import ImageOrder
from trackmend_training.targets import build_targets

CACHE_BYTES = 1_500_000_000
"""Decoded pixels kept by each process that prepares images."""
CACHE_KEY = "material"
PREFETCHED = 4
START = "spawn"
"""How workers start, on every system: a fork of a process with threads may hang or crash."""
VIEWS_SELF_SUPERVISED = 2
REPLAY_AUGMENT = AugmentConfig()
"""What an older model knows it knows in every size, whatever sizes are learnt now."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """B images and what the heads should say.

    Attributes:
        images: (B, 3, H, W) RGB: uint8 as they come, float32 0..1 once they are on the device; a
            quarter of the bytes have to travel there.
        targets: of the same images.
        is_replay: (B,) bool, see `LabelledImage`.
    """

    images: Tensor
    targets: TargetBatch
    is_replay: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which of the processes that share every batch this one is."""

    rank: int = 0
    count: int = 1


class KeptImages:
    """The pictures of a material, decoded once as long as there is room."""

    def __init__(self, material: Material) -> None:
        self._material = material
        # Made when first needed: a lock cannot travel to the workers of Windows and macOS.
        self._cache: FrameCache | None = None

    def read(self, chosen: int) -> ImageArray:
        """Return the picture of a row, not to be changed.

        Raises:
            UserError: it is gone or no image.
        """
        if self._cache is None:
            self._cache = FrameCache(CACHE_BYTES)
        image = self._cache.get(CACHE_KEY, chosen)
        if image is None:
            image = self._material.images[chosen].read()
            self._cache.put(CACHE_KEY, chosen, image)
        return image


class CropDataset(Dataset[dict[str, Tensor]]):
    """Item n is always the same crop: which image and how it is changed is drawn from (seed, n)."""

    def __init__(self, material: Material, config: TrainConfig) -> None:
        self.material = material
        self.config = config
        self.order = image_order(material, config)
        self._kept = KeptImages(material)

    def __len__(self) -> int:
        return self.config.steps * self.config.batch_size

    def __getitem__(self, item: int) -> dict[str, Tensor]:
        chosen, chance = self.order.draw(item)
        labelled = self.material.images[chosen]
        crop = augment_image(
            labelled,
            self._kept.read(chosen),
            chance,
            crop_wh=self.config.crop_wh,
            settings=REPLAY_AUGMENT if labelled.is_replay else self.config.augment,
            anchor_chance=self.order.shared_chance(item) if self.config.self_supervised else None,
        )
        replay = torch.tensor(labelled.is_replay)
        return {**crop_tensors(crop, config=self.config), "is_replay": replay}


def crop_tensors(crop: Crop, *, config: TrainConfig) -> dict[str, Tensor]:
    """Return one crop's image and targets, with the shapes of `TargetBatch` less the first axis."""
    image = torch.from_numpy(np.ascontiguousarray(crop.image[..., ::-1].transpose(2, 0, 1)))
    return {"image": image, **crop_targets(crop, config=config)}


def crop_targets(crop: Crop, *, config: TrainConfig) -> dict[str, Tensor]:
    """Return one crop's targets, with the shapes of `TargetBatch` less the first axis."""
    height, width = crop.image.shape[:2]
    map_hw = (height // STRIDE, width // STRIDE)
    relative = to_relative(crop.boxes_xyxy, image_wh=(map_hw[1] * STRIDE, map_hw[0] * STRIDE))
    boxes = relative * np.tile([map_hw[1], map_hw[0]], 2).astype(np.float32)
    targets = build_targets(
        boxes,
        crop.identities,
        map_hw=map_hw,
        ltrb=config.ltrb,
        max_objects=config.max_objects,
        fixed_sigma=config.heat_map_loss == HeatMapLoss.MSE,
    )
    # People beyond the last slot are no background either.
    unlearnt = np.concatenate([crop.ignored_xyxy, crop.boxes_xyxy[config.max_objects :]])
    tensors = {
        "heat_map": torch.from_numpy(targets.heat_map),
        "mask": torch.from_numpy(targets.mask),
        "cells": torch.from_numpy(targets.cells),
        "sizes": torch.from_numpy(targets.sizes),
        "offsets": torch.from_numpy(targets.offsets),
        "identities": torch.from_numpy(targets.identities),
        "negative_weight": torch.from_numpy(_negative_weight(unlearnt, map_hw=map_hw)),
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


def image_order(material: Material, config: TrainConfig) -> ImageOrder:
    """Return in which order a run shows its images."""
    return ImageOrder(
        material.shares,
        seed=config.seed,
        sampling=config.sampling,
        views=VIEWS_SELF_SUPERVISED if config.self_supervised else 1,
    )


class StepParts(Sampler[list[int]]):
    """The items of every part that one process takes of a run's batches.

    Step n is made of the items from n times the batch size on. A micro-batch is an unbroken piece
    of them, and each process takes an unbroken piece of that.
    """

    def __init__(self, config: TrainConfig, *, start_step: int, place: Place) -> None:
        self._config = config
        self._start_step = start_step
        self._place = place
        self._size = config.batch_size // (config.accumulate * place.count)

    def __len__(self) -> int:
        return (self._config.steps - self._start_step) * self._config.accumulate

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self._start_step, self._config.steps):
            for part in range(self._config.accumulate):
                piece = part * self._place.count + self._place.rank
                first = step * self._config.batch_size + piece * self._size
                yield list(range(first, first + self._size))


def work_alone(_worker: int) -> None:
    """Keep a worker to one thread.

    OpenCV begins one per core in each of them: they get in each other's way, and a run that is
    cancelled may end in an abort of a worker whose threads are still there.
    """
    cv2.setNumThreads(1)


def stream_batches(
    material: Material, config: TrainConfig, *, start_step: int = 0, place: Place | None = None
) -> Iterator[Sequence[Batch]]:
    """Yield this process's micro-batches of every step from `start_step` to the end of the run."""
    loader: DataLoader[dict[str, Tensor]] = DataLoader(
        CropDataset(material, config),
        batch_sampler=StepParts(config, start_step=start_step, place=place or Place()),
        num_workers=config.workers,
        prefetch_factor=PREFETCHED if config.workers else None,
        multiprocessing_context=START if config.workers else None,
        persistent_workers=False,
        worker_init_fn=work_alone,
    )
    parts = (_batch(tensors) for tensors in loader)
    while step := list(islice(parts, config.accumulate)):
        yield step


def _batch(tensors: dict[str, Tensor]) -> Batch:
    images, is_replay = tensors.pop("image"), tensors.pop("is_replay")
    return Batch(images, TargetBatch(**tensors), is_replay)


def place_images(images: Tensor, device: torch.device) -> Tensor:
    """Return a batch's images as the network takes them: on the device, float32 0..1."""
    placed = images.to(device, memory_format=torch.channels_last)
    return placed.float().div_(255) if placed.dtype == torch.uint8 else placed
