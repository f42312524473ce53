"""AdamW in groups, and a learning rate that rises in a line and falls as a cosine."""

import math
from collections.abc import Iterable

from torch import nn
from torch.optim import AdamW, Optimizer

from trackmend_training.config import TrainConfig


def build_optimiser(network: nn.Module, loss: nn.Module, config: TrainConfig) -> AdamW:
    """Group the parameters: backbone and rest, with and without weight decay, and the loss's own.

    The loss's classifier and uncertainties learn too; for a time the official code left them out.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in _learning(network.named_parameters()):
        rate = config.backbone_rate if name.startswith("backbone.") else 1.0
        decay = config.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    groups.setdefault((1.0, 0.0), []).extend(p for _, p in _learning(loss.named_parameters()))
    return AdamW(
        [
            {"params": parameters, "weight_decay": decay, "rate": rate}
            for (rate, decay), parameters in groups.items()
        ],
        lr=config.learning_rate,
    )


def set_learning_rate(optimiser: Optimizer, *, step: int, config: TrainConfig) -> None:
    """Set every group's rate for a step (0-based)."""
    factor = schedule(step=step, steps=config.steps, warmup_steps=config.warmup_steps)
    for group in optimiser.param_groups:
        group["lr"] = config.learning_rate * factor * group["rate"]


def schedule(*, step: int, steps: int, warmup_steps: int) -> float:
    """Return the share of the highest learning rate at a step (0-based), 0..1."""
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    done = (step - warmup_steps) / max(1, steps - warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _learning(
    parameters: Iterable[tuple[str, nn.Parameter]],
) -> Iterable[tuple[str, nn.Parameter]]:
    return ((name, parameter) for name, parameter in parameters if parameter.requires_grad)
