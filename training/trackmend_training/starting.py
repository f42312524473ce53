"""Where a network's weights come from before training: a checkpoint of ours, or ImageNet."""

from pathlib import Path

import torch
from torch import Tensor, nn

from trackmend_core.errors import UserError
from trackmend_core.model import build_network, load_checkpoint
from trackmend_training.config import TrainConfig

IMAGENET_PREFIX = "features."
BACKBONE_PREFIX = "backbone."


def initial_network(config: TrainConfig) -> nn.Module:
    """Build the network that a run begins with.

    Raises:
        UserError: the initial weights cannot be read or do not fit the configuration.
    """
    torch.manual_seed(config.seed)
    network = build_network(config.arch, reid_dim=config.reid_dim, ltrb=config.ltrb)
    if config.initial_weights is None:
        return network
    path = Path(config.initial_weights)
    backbone = _imagenet_weights(path)
    if backbone is not None:
        _load_backbone(network, backbone, path=path)
        return network
    model = load_checkpoint(path)
    found, wanted = (
        (model.arch, model.reid_dim, model.ltrb),
        (
            config.arch,
            config.reid_dim,
            config.ltrb,
        ),
    )
    if found != wanted:
        raise UserError(
            f"{path.name} holds another network than the one to be trained: {found}, not {wanted}.",
            "Set arch, reid_dim and ltrb to those of the initial weights.",
        )
    return model.network


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


def _imagenet_weights(path: Path) -> dict[str, Tensor] | None:
    """Return torchvision's backbone weights, None if the file is something else."""
    if path.suffix != ".pth":
        return None
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds on a damaged file
        raise UserError(f"{path} cannot be read as weights.", str(error)[:200]) from error
    if not isinstance(stored, dict) or not any(key.startswith(IMAGENET_PREFIX) for key in stored):
        return None
    return {key: value for key, value in stored.items() if key.startswith(IMAGENET_PREFIX)}


def _load_backbone(network: nn.Module, weights: dict[str, Tensor], *, path: Path) -> None:
    renamed = {
        BACKBONE_PREFIX + key.removeprefix(IMAGENET_PREFIX): value for key, value in weights.items()
    }
    wanted = {key for key in network.state_dict() if key.startswith(BACKBONE_PREFIX)}
    missing = sorted(wanted - set(renamed))
    if not wanted or missing:
        raise UserError(
            f"{path.name} does not fit this network's backbone.",
            f"Missing: {', '.join(missing[:5]) or 'a backbone'}.",
        )
    network.load_state_dict({key: renamed[key] for key in wanted}, strict=False)
