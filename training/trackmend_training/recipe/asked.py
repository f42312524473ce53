"""The re-ID teacher asked on the training's device, batch by batch, and a loss of what it says."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

from trackmend_core.types import ImageArray
from trackmend_training.batches import PREFETCHED, START, Batch, Place, StepParts, work_alone
from trackmend_training.config import TrainConfig
from trackmend_training.datasets.labelled import LabelledImage, Material
from trackmend_training.loss_terms import gather_at, is_taught
from trackmend_training.losses import TargetBatch
from trackmend_training.recipe.plans import DressedPlans
from trackmend_training.recipe.rendering import Renderer
from trackmend_training.teacher import Projection


class AskedTeacher:
    """The teacher on the training's device: patches in, projected embeddings out."""

    def __init__(self, network: nn.Module, projection: Projection, device: torch.device) -> None:
        self._network = network.to(device).eval().requires_grad_(False)
        self.device = device
        self._mean = torch.from_numpy(projection.mean).float().to(device)
        self._basis = torch.from_numpy(projection.basis).float().to(device)
        self._common = projection.common_share

    @torch.no_grad()
    def __call__(self, patches: Tensor) -> Tensor:
        """Return (N, dimension) float32 unit length for (N, 3, 256, 128) BGR 0..255."""
        views = patches.to(self.device)
        both = torch.cat([views, views.flip(3)])
        on_gpu = self.device.type == "cuda"
        with torch.autocast(self.device.type, torch.float16, enabled=on_gpu):
            raw = self._network(both).float()
        raw = functional.normalize(raw)
        mean = functional.normalize(raw[: len(views)] + raw[len(views) :])
        rows = functional.normalize((mean - self._mean) @ self._basis.T)
        common = rows.new_full((len(rows), 1), self._common**0.5)
        return torch.cat([rows * (1 - self._common) ** 0.5, common], dim=1)


def stream_dressed(
    material: Material,
    config: TrainConfig,
    *,
    start_step: int,
    place: Place,
    teacher: AskedTeacher,
) -> Iterator[Sequence[Batch]]:
    """Yield this process's micro-batches of every step, the teacher's answers filled in.

    Workers plan the crops; pictures are made on the teacher's device.
    """
    renderer = Renderer(_read_all(material), teacher.device)
    loader: DataLoader[dict[str, Tensor]] = DataLoader(
        DressedPlans(material, config, renderer.sizes_wh),
        batch_sampler=StepParts(config, start_step=start_step, place=place),
        num_workers=config.workers,
        prefetch_factor=PREFETCHED if config.workers else None,
        multiprocessing_context=START if config.workers else None,
        pin_memory=teacher.device.type == "cuda",
        worker_init_fn=work_alone,
    )
    parts = (_batch(plan, config, renderer, teacher) for plan in loader)
    while step := list(islice(parts, config.accumulate)):
        yield step


def _read_all(material: Material) -> list[ImageArray]:
    with ThreadPoolExecutor() as pool:
        return list(pool.map(LabelledImage.read, material.images))


@torch.no_grad()
def _batch(
    plan: dict[str, Tensor], config: TrainConfig, renderer: Renderer, teacher: AskedTeacher
) -> Batch:
    targets = {
        name: plan[name].to(teacher.device, non_blocking=True)
        for name in TargetBatch.__dataclass_fields__
        if name in plan
    }
    who, patches = renderer.patches(plan)
    if len(who):
        slots = plan["slots"][who[:, 0], who[:, 1]].to(teacher.device)
        targets["teacher"][who[:, 0].to(teacher.device), slots] = teacher(patches)
    images = renderer.pictures(plan, config.crop_wh)
    return Batch(images, TargetBatch(**targets), torch.zeros(len(images), dtype=torch.bool))


class WhoseTeacher:
    """The loss for embeddings that are nearer to another person's teacher than to their own.

    Each embedding is compared with what the teacher says of everybody in the batch; who looks the
    same to the teacher counts as the same person.
    """

    SCALE = 12.0
    SAME = 0.97

    def __init__(self, *, weight: float) -> None:
        self._weight = weight

    def __call__(self, batch: Batch, heads: dict[str, Tensor]) -> Tensor:
        """Return the loss of one batch, 0 if the teacher knows nobody."""
        device = heads["id"].device
        targets = batch.targets
        assert targets.teacher is not None
        taught_rows, mask = targets.teacher.to(device), targets.mask.to(device)
        known = is_taught(taught_rows, mask)
        embeddings = functional.normalize(gather_at(heads["id"], targets.cells.to(device)), dim=2)
        ours, taught = embeddings[known], taught_rows[known]
        if not len(ours):
            return embeddings.sum() * 0.0
        same = taught @ taught.T > self.SAME
        log_share = functional.log_softmax(self.SCALE * ours @ taught.T, dim=1)
        return -self._weight * (log_share * same).sum(dim=1).div(same.sum(dim=1)).mean()
