"""What a run computes on, one processor or several, and what these agree on."""

import os
from collections.abc import Sequence

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy

from trackmend_core.errors import UserError
from trackmend_training.batches import Batch, Place
from trackmend_training.choices import Precision
from trackmend_training.config import TrainConfig
from trackmend_training.losses import LossCounts, count_targets
from trackmend_training.precision import choose_precision

_SIGNS_OF_A_LAUNCHER = (
    *("WORLD_SIZE", "MASTER_ADDR", "NODE_RANK", "GROUP_RANK"),
    *("SLURM_NTASKS", "LSB_JOBID", "OMPI_COMM_WORLD_SIZE"),
)


def start_devices(config: TrainConfig) -> Fabric:
    """Set up one process per device and return this one's; the others begin by this call.

    Raises:
        UserError: there are fewer devices or other processes, or the precision is not possible.
    """
    _agree_with_launcher(config)
    precision = choose_precision(config.precision, accelerator=config.accelerator)
    many = config.devices * config.nodes > 1
    try:
        fabric = Fabric(
            accelerator=config.accelerator,
            devices=config.devices,
            num_nodes=config.nodes,
            strategy=DDPStrategy() if many else "auto",
            precision=precision,
        )
    except (ValueError, RuntimeError) as error:  # Lightning's MisconfigurationException among them
        raise UserError(
            f"This machine cannot train on {config.devices} x {config.accelerator}.",
            f"Change accelerator or devices. ({error})",
        ) from error
    if config.precision == Precision.FLOAT16 and fabric.device.type != "cuda":
        raise UserError("Training in float16 needs CUDA.", "Set precision to auto.")
    if many:
        fabric.launch()
    if config.threads:
        torch.set_num_threads(config.threads)
    return fabric


def _agree_with_launcher(config: TrainConfig) -> None:
    """Check that as many processes were started as share the batches.

    Each of them would do the whole run otherwise, all into the same folder; and one that nobody
    has told where the others are would wait for them for half an hour.

    Raises:
        UserError: `torchrun` has started more or fewer, or none where several machines are needed.
    """
    if config.nodes > 1 and not any(sign in os.environ for sign in _SIGNS_OF_A_LAUNCHER):
        raise UserError(
            f"This run is for {config.nodes} machines, and nothing says where the others are.",
            "Start it by torchrun on each of them (torchrun --nnodes ...), or set nodes to 1.",
        )
    wanted = config.devices * config.nodes
    started = os.environ.get("WORLD_SIZE", "")
    if started.isdecimal() and "LOCAL_RANK" in os.environ and int(started) != wanted:
        raise UserError(
            f"{started} processes were started for this run, and its settings are for {wanted}.",
            "Set devices to the processes of one machine, and nodes to the machines.",
        )


def place_of(fabric: Fabric) -> Place:
    """Return which of the processes this one is."""
    return Place(rank=fabric.global_rank, count=fabric.world_size)


def any_device(fabric: Fabric, flag: bool) -> bool:
    """Return whether the flag is up on any device; all of them must ask."""
    return bool(add_over_devices(fabric, [float(flag)])[0])


def add_over_devices(fabric: Fabric, values: Sequence[float]) -> list[float]:
    """Return the sums over all devices; all of them must ask."""
    if fabric.world_size == 1:
        return list(values)
    total = torch.tensor(values, dtype=torch.float64, device=fabric.device)
    torch.distributed.all_reduce(total)
    return [float(value) for value in total.tolist()]


def count_step(fabric: Fabric, parts: Sequence[Batch]) -> LossCounts:
    """Return the counts of a step's whole batch, of all micro-batches on all devices."""
    counted = [count_targets(part.targets) for part in parts]
    rows = [(c.images, c.centres, c.objects, c.known, c.taught) for c in counted]
    images, centres, objects, known, taught = add_over_devices(
        fabric, [sum(column) for column in zip(*rows, strict=True)]
    )
    return LossCounts(
        images=images,
        centres=centres,
        objects=objects,
        known=known,
        taught=taught,
        parts=len(parts) * fabric.world_size,
    )
