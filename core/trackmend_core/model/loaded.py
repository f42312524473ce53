"""A network together with what its file says about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import nn

from trackmend_core.model.scenes import TaughtScene


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LoadedModel:
    """A network with trained weights, ready to run.

    Attributes:
        network: in evaluation mode.
        arch: name in `architectures()`.
        reid_dim: length of the embedding.
        ltrb: the size head gives left, top, right, bottom instead of width, height.
        num_classes: channels of the heat map.
        input_wh: the size it was trained at, pixels; None if the file does not say.
        name: for people.
        metadata: everything else the file says about itself.
        ignored_keys: entries of the file that the network has no use for.
        scenes: where it was taught, and what it learnt for there; see `in_scene`.
        is_at_taught_scene: these are the weights of one of them.
    """

    network: nn.Module
    arch: str
    reid_dim: int
    ltrb: bool
    num_classes: int
    input_wh: tuple[int, int] | None
    name: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    ignored_keys: tuple[str, ...] = ()
    scenes: tuple[TaughtScene, ...] = ()
    is_at_taught_scene: bool = False
