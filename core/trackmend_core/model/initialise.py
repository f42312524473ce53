"""Begin a training from weights that are no FairMOT model: CenterNet's, ImageNet backbones, others.

The official code fills in what fits and prints the rest. Here the same is done only where it was
asked for, and told in a form that can be kept; `load_checkpoint` never leaves a weight to chance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from trackmend_core.errors import UserError
from trackmend_core.model.checkpoint import fitting_value
from trackmend_core.model.heads import HEAD_NAMES, TWO_STAGE
from trackmend_core.model.weights_file import CHOOSE_ANOTHER, printable, read_weights

MIN_SHARE = 0.3
"""Of the network's weights outside of the heads; less is an accident of names."""
_HEADS = tuple(f"{head}." for head in (*HEAD_NAMES, TWO_STAGE))
_RENAMINGS: tuple[Callable[[str], str], ...] = (
    lambda key: key,
    lambda key: f"base.{key}",  # the DLA trunk alone, as trained on ImageNet
    lambda key: f"backbone.{key.removeprefix('features.')}",  # torchvision's MobileNet
    lambda key: f"backbone.{key}",  # YOLOv5's list of layers
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialisation:
    """What a network took from a file.

    Attributes:
        source: name of the file.
        taken: entries of the network that the file gave.
        new: entries that stayed as they were, fresh from chance.
        unused: entries of the file without a place in the network.
        share: of the network's weights that were taken, 0..1.
    """

    source: str
    taken: tuple[str, ...]
    new: tuple[str, ...]
    unused: tuple[str, ...]
    share: float

    def sentence(self) -> str:
        """Return the report in one sentence, parts of the network by name."""
        parts = sorted({key.split(".")[0] for key in self.new})
        fresh = f"new are {len(self.new)} in {', '.join(parts)}" if self.new else "none is new"
        return (
            f"{len(self.taken)} entries ({self.share:.0%} of the weights) come from {self.source}, "
            f"{fresh}, {len(self.unused)} of the file are not used."
        )


def load_initialisation(network: nn.Module, path: Path, *, heads: bool = True) -> Initialisation:
    """Fill a network with whatever of a file fits it in name and shape; the rest stays.

    Takes CenterNet checkpoints (80 classes, no re-ID), ImageNet backbones (HRNet with its
    classifier, DLA, ResNet, MobileNetV2), YOLOv5 state dicts, FairMOT models with other heads.
    Runs no code from the file.

    Args:
        network: changed in place, unless an error is raised.
        path: safetensors or what `torch.save` wrote.
        heads: also take what fits of the heads.

    Raises:
        UserError: the file holds no weights, or too few that fit.
    """
    path = Path(path)
    tensors = read_weights(path).tensors
    places = network.state_dict()
    found = max((_fitting(tensors, places, rename) for rename in _RENAMINGS), key=len)
    if not heads:
        found = {key: one for key, one in found.items() if not key.startswith(_HEADS)}
    body = {key: place for key, place in places.items() if not key.startswith(_HEADS)}
    taken_body = sum(body[key].numel() for key in found if key in body)
    if taken_body < MIN_SHARE * sum(place.numel() for place in body.values()):
        raise UserError(
            f"Hardly anything in “{path.name}” fits this network: {len(found)} of {len(places)} "
            "entries.",
            "Choose weights of the architecture that is to be trained. " + CHOOSE_ANOTHER,
        )
    network.load_state_dict({key: value for key, (_, value) in found.items()}, strict=False)
    used = {source for source, _ in found.values()}
    total = sum(place.numel() for place in places.values())
    return Initialisation(
        source=path.name,
        taken=tuple(found),
        new=tuple(key for key in places if key not in found),
        unused=tuple(printable(key) for key in sorted(tensors.keys() - used)),
        share=sum(places[key].numel() for key in found) / total,
    )


def _fitting(
    tensors: Mapping[str, Tensor], places: Mapping[str, Tensor], rename: Callable[[str], str]
) -> dict[str, tuple[str, Tensor]]:
    """Return, by the network's key, the file's key and the value of what fits."""
    found: dict[str, tuple[str, Tensor]] = {}
    with torch.no_grad():
        for source, tensor in tensors.items():
            key = rename(source)
            if key in places and tensor.shape == places[key].shape:
                value, problem = fitting_value(tensor, places[key])
                if not problem:
                    found[key] = (source, value)
    return found
