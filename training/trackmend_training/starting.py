"""Where a network's weights come from before training: a model, or what CenterNet or ImageNet gave.

A model with a re-ID head must fit the configuration and is taken whole; anything else begins the
network as far as it fits, and what was taken is told.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from trackmend_core.errors import UserError
from trackmend_core.model import build_network, load_checkpoint, load_initialisation
from trackmend_core.model.colours import add_colour_signature, colour_signature
from trackmend_core.model.two_stage import add_two_stage_head, two_stage_head
from trackmend_core.model.weights_file import read_weights
from trackmend_core.similarity import SamplerName
from trackmend_training.choices import InitialPart
from trackmend_training.config import TrainConfig

_REID_HEAD = "id."


def initial_network(
    config: TrainConfig, *, note: Callable[[str], None] = lambda _sentence: None
) -> nn.Module:
    """Build the network that a run begins with.

    Args:
        config: the run.
        note: is told what was taken from weights that are no whole model.

    Raises:
        UserError: the initial weights cannot be read or do not fit the configuration.
    """
    torch.manual_seed(config.seed)
    network = build_network(config.arch, reid_dim=config.reid_dim, ltrb=config.ltrb)
    if config.sampler == SamplerName.TWO_STAGE:
        add_two_stage_head(network, reid_dim=config.reid_dim)
    if config.initial_weights is None:
        return network
    path = Path(config.initial_weights)
    whole = config.initial == InitialPart.WHOLE
    if whole and any(key.startswith(_REID_HEAD) for key in read_weights(path).tensors):
        _take_model(network, path, config=config, note=note)
    else:
        note(load_initialisation(network, path, heads=whole).sentence())
    return network


def _take_model(
    network: nn.Module, path: Path, *, config: TrainConfig, note: Callable[[str], None]
) -> None:
    """Fill the network from a model that must be of its kind."""
    model = load_checkpoint(path)
    found = (model.arch, model.reid_dim, model.ltrb, model.num_classes)
    wanted = (config.arch, config.reid_dim, config.ltrb, 1)
    if found != wanted:
        raise UserError(
            f"{path.name} holds another network than the one to be trained: {found}, not {wanted}.",
            "Set arch, reid_dim and ltrb to those of the initial weights, or "
            'initial = "backbone" to take all but the heads.',
        )
    if two_stage_head(network) is not None and two_stage_head(model.network) is None:
        note(f"{path.name} has no two-stage re-ID head; this one is new.")
    if colour_signature(model.network) is not None:
        add_colour_signature(network)
    network.load_state_dict(model.network.state_dict(), strict=False)


def freeze_blocks(network: nn.Module, count: int) -> list[nn.Module]:
    """Stop the first blocks of the backbone from learning; return them.

    Raises:
        UserError: the network has no `backbone` with that many blocks.
    """
    if not count:
        return []
    backbone = getattr(network, "backbone", None)
    if not isinstance(backbone, nn.Sequential) or len(backbone) < count:
        raise UserError(
            f"This network has no backbone of which {count} blocks could be frozen.",
            "Set frozen_blocks to 0.",
        )
    blocks = list(backbone)[:count]
    for block in blocks:
        block.requires_grad_(False)
    return blocks
