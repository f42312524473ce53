"""Adam in groups, and a learning rate that rises in a line and falls as a cosine or in steps."""

import math
from collections.abc import Iterable

from torch import nn
from torch.optim import Adam, AdamW, Optimizer

from trackmend_training.choices import OptimiserName, Schedule
from trackmend_training.config import TrainConfig

BACKBONES = (
    "backbone.",
    "base.",
    "conv1.",
    "bn1.",
    "layer",
    "conv2.",
    "bn2.",
    "stage",
    "transition",
)
"""How the names of backbone weights begin: ours and YOLOv5's, DLA's, ResNet's, HRNet's."""


def build_optimiser(network: nn.Module, loss: nn.Module, config: TrainConfig) -> Optimizer:
    """Group the parameters: backbone and rest, with and without weight decay, and the loss's own.

    The loss's classifier and uncertainties learn too; for a time the official code left them out.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in _learning(network.named_parameters()):
        rate = config.backbone_rate if name.startswith(BACKBONES) else 1.0
        decay = config.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    groups.setdefault((1.0, 0.0), []).extend(p for _, p in _learning(loss.named_parameters()))
    settings = [
        {"params": parameters, "weight_decay": decay, "rate": rate}
        for (rate, decay), parameters in groups.items()
        if parameters
    ]
    kind = Adam if config.optimiser == OptimiserName.ADAM else AdamW
    return kind(settings, lr=config.learning_rate)


def set_learning_rate(optimiser: Optimizer, *, step: int, config: TrainConfig) -> None:
    """Set every group's rate for a step (0-based)."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(config, step=step) * group["rate"]


def learning_rate(config: TrainConfig, *, step: int) -> float:
    """Return the highest rate of any group at a step (0-based)."""
    if config.schedule == Schedule.COSINE or step < config.warmup_steps:
        factor = schedule(step=step, steps=config.steps, warmup_steps=config.warmup_steps)
    else:
        factor = config.drop_factor ** sum(step >= at for at in config.drop_at)
    return config.learning_rate * factor


def schedule(*, step: int, steps: int, warmup_steps: int) -> float:
    """Return the share of the highest learning rate at a step (0-based), 0..1.

    It rises in a line during the warm-up and falls as a cosine after it.
    """
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    done = (step - warmup_steps) / max(1, steps - warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _learning(
    parameters: Iterable[tuple[str, nn.Parameter]],
) -> Iterable[tuple[str, nn.Parameter]]:
    return ((name, parameter) for name, parameter in parameters if parameter.requires_grad)
