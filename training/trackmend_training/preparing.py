"""What a run is made of before its first step."""

from collections.abc import Callable

import torch
from lightning_fabric import Fabric

from trackmend_core.model.sampling import torch_sampler
from trackmend_core.similarity import SamplerName
from trackmend_training.averaging import WeightAverage
from trackmend_training.batch_norm import synchronise_batch_norm
from trackmend_training.checkpoints import RunIdentity, TrainingState
from trackmend_training.config import TrainConfig
from trackmend_training.datasets import Material
from trackmend_training.joint import JointModel, freeze_unused
from trackmend_training.losses import FairMotLoss
from trackmend_training.optimiser import build_optimiser
from trackmend_training.starting import freeze_blocks, initial_network

FREE_SETTINGS = (
    "name",
    "out_dir",
    "sources",
    "initial_weights",
    "devices",
    "nodes",
    "accelerator",
    "threads",
    "workers",
    "checkpoint_every",
    "check",
    "validation",
)
"""A run may be taken up with others of these: what is learnt depends on none of them. (What the
sources give is compared itself.)"""


def build_all(
    config: TrainConfig, material: Material, fabric: Fabric, *, tell: Callable[[str], None]
) -> tuple[TrainingState, JointModel]:
    """Build everything that learns, as it is at the start of the run.

    Args:
        config: the run.
        material: what it learns from.
        fabric: whose device it is built on.
        tell: is told what was taken from initial weights.

    Raises:
        UserError: the initial weights cannot be read or do not fit.
    """
    network = initial_network(config, note=tell)
    network = network.to(fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    freeze_blocks(network, config.frozen_blocks)
    freeze_unused(network, detection_only=config.detection_only)
    if fabric.world_size > 1 and config.sync_batch_norm and not config.freeze_batch_norm:
        network = synchronise_batch_norm(network, on_gpu=fabric.device.type == "cuda")
    is_centre = config.sampler == SamplerName.CENTRE
    loss = FairMotLoss(
        reid_dim=config.reid_dim,
        identity_count=material.identity_count,
        size_weight=config.size_weight,
        uncertainty=config.uncertainty,
        teacher_weight=config.teacher_weight,
        overlap_weight=config.overlap_weight,
        detection_only=config.detection_only,
        heat_map_loss=config.heat_map_loss,
        regression_loss=config.regression_loss,
        identity_loss=config.identity_loss,
        sampler=None if is_centre else torch_sampler(SamplerName(config.sampler), network),
    )
    if material.has_teacher:
        prototypes = material.prototypes(config.reid_dim, seed=config.seed)
        loss.start_from_prototypes(torch.from_numpy(prototypes))
    loss.to(fabric.device)
    average = WeightAverage(network, decay=config.ema_decay) if config.ema_decay else None
    state = TrainingState(
        step=0,
        network=network,
        loss=loss,
        optimiser=build_optimiser(network, loss, config),
        average=average,
    )
    return state, JointModel(network, loss)


def identity_of(config: TrainConfig, material: Material) -> RunIdentity:
    """Return what tells this run from another that must not be taken up in its place."""
    settings = {
        name: value for name, value in config.to_dict().items() if name not in FREE_SETTINGS
    }
    return RunIdentity(settings=settings, material=material.fingerprint())
