"""One optimiser step: every part of its batch forward and back, then the weights move."""

import math
import random
from collections.abc import Callable, Sequence

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import Optimizer

from trackmend_training.batches import Batch, place_images
from trackmend_training.checkpoints import TrainingState
from trackmend_training.choices import Precision
from trackmend_training.config import TrainConfig
from trackmend_training.devices import add_over_devices, count_step
from trackmend_training.joint import count_values, target_tensors
from trackmend_training.losses import TargetBatch
from trackmend_training.optimiser import set_learning_rate

ExtraLoss = Callable[[Batch, dict[str, Tensor]], Tensor]
"""(batch, heads) -> a scalar that is added to the total, e.g. staying close to an older model."""
_SEEDS = 2**32


class NotFiniteError(Exception):
    """A step gave a loss or a gradient that is no number; the weights are as before it.

    Attributes:
        losses: of the step, by name.
    """

    def __init__(self, losses: dict[str, float]) -> None:
        super().__init__("the loss is no longer a number")
        self.losses = losses


class Stepper:
    """Does the steps of a run on this process's device.

    Args:
        fabric: launched.
        state: what learns; its step is counted up.
        model: the joint model as Fabric set it up.
        optimiser: as Fabric set it up.
        config: the run.
        still: modules that stay as they are.
        extra: an additional loss.
    """

    def __init__(
        self,
        *,
        fabric: Fabric,
        state: TrainingState,
        model: nn.Module,
        optimiser: Optimizer,
        config: TrainConfig,
        still: Sequence[nn.Module],
        extra: ExtraLoss | None,
    ) -> None:
        self._fabric = fabric
        self._state = state
        self._model = model
        self._optimiser = optimiser
        self._config = config
        self._still = still
        self._extra = extra

    def do(self, parts: Sequence[Batch]) -> dict[str, float]:
        """Do one step on a whole batch; return the losses by name, over all devices.

        Raises:
            NotFiniteError: on every device alike; nothing was changed but batch statistics.
        """
        state, config = self._state, self._config
        seed_chance(config.seed, step=state.step, rank=self._fabric.global_rank)
        set_learning_rate(state.optimiser, step=state.step, config=config)
        self._set_training()
        self._optimiser.zero_grad()
        losses = self._go_back_and_forth(parts)
        norm = self._fabric.clip_gradients(
            self._model,
            self._optimiser,
            max_norm=config.gradient_clip or math.inf,
            error_if_nonfinite=False,
        )
        # In float16 the scaler meets gradients that overflow, and leaves such a step out itself.
        scaled = config.precision == Precision.FLOAT16
        bad_gradient = not scaled and norm is not None and not bool(torch.isfinite(norm))
        if bad_gradient or not math.isfinite(losses["total"]):
            raise NotFiniteError(losses)
        self._optimiser.step()
        if state.average is not None:
            state.average.update(state.network)
        state.step += 1
        return losses

    def _go_back_and_forth(self, parts: Sequence[Batch]) -> dict[str, float]:
        fabric = self._fabric
        counts = count_step(fabric, parts)
        sums: dict[str, float] = {}
        for number, batch in enumerate(parts, start=1):
            images = place_images(batch.images, fabric.device)
            tensors = target_tensors(batch.targets, fabric.device)
            # Devices average their gradients, so each gives its share times their number.
            with fabric.no_backward_sync(self._model, enabled=number < len(parts)):  # type: ignore[arg-type]
                losses, heads = self._model(images, tensors, count_values(counts))
                if self._extra is not None:
                    on_device = TargetBatch(**tensors)
                    kept = self._extra(Batch(images, on_device, batch.is_replay), heads)
                    losses["keep"] = kept / counts.parts
                    losses["total"] = losses["total"] + losses["keep"]
                fabric.backward(losses["total"] * fabric.world_size)
            # All at once: each value that is fetched by itself waits for the card anew.
            values = torch.stack([value.detach().reshape(()) for value in losses.values()])
            for name, value in zip(losses, values.tolist(), strict=True):
                sums[name] = sums.get(name, 0.0) + value
        totals = add_over_devices(fabric, list(sums.values()))
        return dict(zip(sums, totals, strict=True))

    def _set_training(self) -> None:
        self._state.network.train()
        for block in self._still:
            block.eval()
        if self._config.freeze_batch_norm:
            for module in self._state.network.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()


def seed_chance(seed: int, *, step: int, rank: int) -> None:
    """Let whatever draws by itself draw from (seed, step, rank): no state has to be carried on.

    It sets the generators of Python, numpy and torch, on all devices.
    """
    drawn = int(np.random.SeedSequence((seed, step, rank)).generate_state(1)[0]) % _SEEDS
    random.seed(drawn)
    np.random.seed(drawn)
    torch.manual_seed(drawn)
