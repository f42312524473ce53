"""The joint training of FairMOT section 3.4, one loop on Lightning Fabric."""

import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from trackmend_core.errors import UserError
from trackmend_training.averaging import WeightAverage
from trackmend_training.batches import Batch, stream_batches
from trackmend_training.checkpoints import (
    MODEL_FILE,
    STATE_FILE,
    TrainingState,
    load_state,
    save_model,
    save_state,
)
from trackmend_training.config import TrainConfig
from trackmend_training.datasets import Material, combine, load_source
from trackmend_training.losses import FairMotLoss, TargetBatch
from trackmend_training.optimiser import build_optimiser, set_learning_rate
from trackmend_training.precision import choose_precision
from trackmend_training.protocol import Cancelled, CheckpointSaved, Finished, Message, Started, Step
from trackmend_training.starting import freeze_blocks, initial_network

SPEED_WINDOW = 20
ExtraLoss = Callable[[Batch, dict[str, Tensor]], Tensor]
"""(batch, heads) -> a scalar that is added to the total, e.g. staying close to an older model."""


def fit(
    config: TrainConfig,
    *,
    emit: Callable[[Message], None],
    is_cancelled: Callable[[], bool] = lambda: False,
    material: Material | None = None,
    metadata: dict[str, str] | None = None,
    extra_loss: ExtraLoss | None = None,
) -> Path | None:
    """Train a network; a run that was interrupted is taken up where its last checkpoint is.

    Args:
        config: the run; its `out_dir` receives `model.safetensors` and `training_state.pt`.
        emit: is told what happens.
        is_cancelled: asked after every step; what was learnt by then is saved.
        material: what to learn from; None reads the configuration's sources.
        metadata: is stored with the model.
        extra_loss: added to the total.

    Returns:
        The model, or None when cancelled before the first step.

    Raises:
        UserError: configuration, material or initial weights cannot be used.
    """
    if material is None:
        material = combine([(load_source(source), source.share) for source in config.sources])
    if config.threads:
        torch.set_num_threads(config.threads)
    precision = choose_precision(config.precision, accelerator=config.accelerator)
    fabric = Fabric(accelerator=config.accelerator, devices=1, precision=precision)
    state = _prepare(config, material, fabric)
    emit(
        Started(
            steps=config.steps,
            start_step=state.step,
            device=f"{fabric.device.type.upper()} · torch ({precision})",
            images=len(material.images),
            identities=material.identity_count,
        )
    )
    model = fabric.setup_module(state.network)
    still = freeze_blocks(state.network, config.frozen_blocks)
    clock = _Clock(config.steps)
    saved: Path | None = None
    for batch in stream_batches(material, config, start_step=state.step):
        if is_cancelled():
            break
        _set_training(state.network, still=still, freeze_batch_norm=config.freeze_batch_norm)
        losses = _step(
            batch, state=state, model=model, fabric=fabric, config=config, extra=extra_loss
        )
        emit(_report(losses, step=state.step, clock=clock))
        if state.step % config.checkpoint_every == 0 or state.step == config.steps:
            saved = _save(state, config, metadata=metadata, emit=emit)
    if state.step < config.steps:
        if state.step % config.checkpoint_every:
            saved = _save(state, config, metadata=metadata, emit=emit)
        emit(Cancelled(path=None if saved is None else str(saved)))
        return saved
    saved = Path(config.out_dir) / MODEL_FILE
    emit(Finished(path=str(saved), summary={"steps": float(state.step)}))
    return saved


def _save(
    state: TrainingState,
    config: TrainConfig,
    *,
    metadata: dict[str, str] | None,
    emit: Callable[[Message], None],
) -> Path:
    out_dir = Path(config.out_dir)
    path = out_dir / MODEL_FILE
    save_model(path, state, config, metadata=metadata or {})
    save_state(out_dir / STATE_FILE, state)
    emit(CheckpointSaved(path=str(path), step=state.step))
    return path


def _report(losses: dict[str, float], *, step: int, clock: "_Clock") -> Step:
    speed, seconds_left = clock.tick(step)
    parts = {name: value for name, value in losses.items() if name != "total"}
    return Step(
        step=step, total=losses["total"], losses=parts, speed=speed, seconds_left=seconds_left
    )


def _prepare(config: TrainConfig, material: Material, fabric: Fabric) -> TrainingState:
    """Build everything that learns, as the run's last checkpoint left it if there is one."""
    network = initial_network(config).to(fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    freeze_blocks(network, config.frozen_blocks)
    loss = FairMotLoss(
        reid_dim=config.reid_dim,
        identity_count=material.identity_count,
        size_weight=config.size_weight,
        uncertainty=config.uncertainty,
        teacher_weight=config.teacher_weight,
        overlap_weight=config.overlap_weight,
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
    out_dir = Path(config.out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    if (out_dir / STATE_FILE).is_file():
        load_state(out_dir / STATE_FILE, state)
    return state


def _step(
    batch: Batch,
    *,
    state: TrainingState,
    model: nn.Module,
    fabric: Fabric,
    config: TrainConfig,
    extra: ExtraLoss | None,
) -> dict[str, float]:
    """Do one optimiser step and return the losses by name."""
    set_learning_rate(state.optimiser, step=state.step, config=config)
    images = batch.images.to(fabric.device, memory_format=torch.channels_last)
    heads = {name: head.float() for name, head in model(images).items()}
    losses: dict[str, Tensor] = state.loss(heads, _to_device(batch.targets, fabric.device))
    if extra is not None:
        losses["keep"] = extra(Batch(images, batch.targets, batch.is_replay), heads)
        losses["total"] = losses["total"] + losses["keep"]
    values = {name: float(value.detach()) for name, value in losses.items()}
    if not math.isfinite(values["total"]):
        raise UserError(
            f"The loss is no longer a number after {state.step} steps.",
            "Try a smaller learning rate; the last checkpoint is kept.",
        )
    state.optimiser.zero_grad()
    fabric.backward(losses["total"])
    learning = [p for group in state.optimiser.param_groups for p in group["params"]]
    clip_grad_norm_(learning, config.gradient_clip)
    state.optimiser.step()
    if state.average is not None:
        state.average.update(state.network)
    state.step += 1
    return values


def _set_training(network: nn.Module, *, still: list[nn.Module], freeze_batch_norm: bool) -> None:
    network.train()
    for block in still:
        block.eval()
    if freeze_batch_norm:
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()


def _to_device(targets: TargetBatch, device: torch.device) -> TargetBatch:
    present = {
        name: value.to(device)
        for name in TargetBatch.__dataclass_fields__
        if (value := getattr(targets, name)) is not None
    }
    return TargetBatch(**present)


class _Clock:
    """Speed over the last steps and the time left."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._times: deque[float] = deque([time.monotonic()], maxlen=SPEED_WINDOW + 1)

    def tick(self, step: int) -> tuple[float, float]:
        """Return (steps per second, seconds left) after a step."""
        self._times.append(time.monotonic())
        passed = self._times[-1] - self._times[0]
        speed = (len(self._times) - 1) / passed if passed > 0 else 0.0
        return speed, (self._steps - step) / speed if speed else 0.0
