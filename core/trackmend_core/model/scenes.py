"""What a model learnt at a scene and uses only there; elsewhere it stays as safe as it was.

A network that is finetuned on one scene gets better there and, sooner or later, worse everywhere
else. So a file may hold a second set of weights for a scene where it was taught, and how that scene
looks; which of the two runs is told by the video (after the expert gate of Aljundi et al. 2017).
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import Tensor

from trackmend_core.model.layout import LAYOUT_LENGTH, SAME_SCENE
from trackmend_core.types import FloatArray

if TYPE_CHECKING:
    from trackmend_core.model.loaded import LoadedModel

MOST_SCENES: Final = 8
"""So many a file keeps; of more, the oldest go."""
MOST_VIDEOS: Final = 64
_PREFIX = "scene."
_LAYOUTS = "layouts"
_WEIGHTS = "weights."


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TaughtScene:
    """A scene where a model was taught.

    Attributes:
        layouts: (V, LAYOUT_LENGTH) float32 of its videos; see `layout_of`.
        weights: what is other there than elsewhere, by state-dict key; empty where only the
            tracker was taught.
        metadata: texts that hold there instead of the file's own, by key.
    """

    layouts: FloatArray
    weights: Mapping[str, Tensor] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)

    def likeness(self, layout: FloatArray) -> float:
        """Return the cosine of a (LAYOUT_LENGTH,) layout and the most similar one of the scene."""
        return float((self.layouts @ layout).max())

    def shows(self, layout: FloatArray) -> bool:
        """Return whether a layout is this scene's."""
        return self.likeness(layout) >= SAME_SCENE


def in_scene(model: "LoadedModel", layout: FloatArray) -> "LoadedModel":
    """Return the model as it is where a video was taken; itself where it was never taught.

    Args:
        model: as it was loaded.
        layout: (LAYOUT_LENGTH,) of some moments of the video.
    """
    if not model.scenes:
        return model
    scene = max(model.scenes, key=lambda one: one.likeness(layout))
    if not scene.shows(layout):
        return model
    network = copy.deepcopy(model.network)
    network.load_state_dict({**model.network.state_dict(), **scene.weights})
    return replace(
        model,
        network=network.eval(),
        metadata={**model.metadata, **scene.metadata},
        is_at_taught_scene=True,
    )


def with_scene(scenes: Sequence[TaughtScene], new: TaughtScene) -> tuple[TaughtScene, ...]:
    """Return the scenes with one more, which replaces those it shows again."""
    others = [one for one in scenes if not any(one.shows(layout) for layout in new.layouts)]
    return (*others, new)[-MOST_SCENES:]


def kept_scenes(
    scenes: Sequence[TaughtScene],
    *,
    before: "LoadedModel",
    after: "LoadedModel",
    metadata: Mapping[str, str],
    layouts: FloatArray,
) -> tuple[TaughtScene, ...]:
    """Return the scenes of a model whose weights changed everywhere, each to be as it was.

    Args:
        scenes: of the model before.
        before: whose weights the scenes' own were put onto.
        after: whose weights they will be put onto.
        metadata: texts that held everywhere before.
        layouts: (V, LAYOUT_LENGTH) of the videos by which it changed; scenes that show any of
            these are left out, for what was learnt there is everywhere now.
    """
    old, new = before.network.state_dict(), after.network.state_dict()
    return tuple(
        replace(
            scene,
            weights=difference(new, {**old, **scene.weights}),
            metadata={**metadata, **scene.metadata},
        )
        for scene in scenes
        if not any(scene.shows(layout) for layout in layouts)
    )


def difference(general: Mapping[str, Tensor], here: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the entries of a state dict that are other than in the general one."""
    return {key: value for key, value in here.items() if not torch.equal(value, general[key])}


def scene_entries(
    scenes: Sequence[TaughtScene],
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the tensors and the texts that a file keeps of its scenes."""
    tensors: dict[str, Tensor] = {}
    texts: dict[str, str] = {}
    for number, scene in enumerate(scenes):
        start = f"{_PREFIX}{number}."
        tensors[start + _LAYOUTS] = torch.from_numpy(np.ascontiguousarray(scene.layouts))
        tensors |= {f"{start}{_WEIGHTS}{key}": value for key, value in scene.weights.items()}
        texts |= {start + key: text for key, text in scene.metadata.items()}
    return tensors, texts


def is_of_scene(key: str) -> bool:
    """Return whether an entry of a file, tensor or text, belongs to a scene."""
    return key.startswith(_PREFIX)


def read_scenes(tensors: Mapping[str, Tensor], texts: Mapping[str, str]) -> tuple[TaughtScene, ...]:
    """Return the scenes of a file of ours, their weights not yet compared with the network.

    Raises:
        ValueError: what the file says of its scenes does not fit together.
    """
    numbers = sorted({_number(key) for key in tensors if is_of_scene(key)})
    if len(numbers) > MOST_SCENES:
        raise ValueError("more scenes than a file may keep")
    return tuple(_read_scene(f"{_PREFIX}{number}.", tensors, texts) for number in numbers)


def _number(key: str) -> int:
    number = int(key.removeprefix(_PREFIX).partition(".")[0])
    if number < 0:
        raise ValueError("a scene has no number")
    return number


def _read_scene(start: str, tensors: Mapping[str, Tensor], texts: Mapping[str, str]) -> TaughtScene:
    mine = {key.removeprefix(start): one for key, one in tensors.items() if key.startswith(start)}
    layouts = mine.pop(_LAYOUTS, None)
    if layouts is None or layouts.ndim != 2 or layouts.shape[1] != LAYOUT_LENGTH:
        raise ValueError("a scene has no layout")
    if not 1 <= len(layouts) <= MOST_VIDEOS or not bool(torch.isfinite(layouts).all()):
        raise ValueError("the layouts of a scene cannot be compared")
    if not all(key.startswith(_WEIGHTS) for key in mine):
        raise ValueError("a scene has entries of no known kind")
    return TaughtScene(
        layouts=layouts.float().numpy(),
        weights={key.removeprefix(_WEIGHTS): one for key, one in mine.items()},
        metadata={
            key.removeprefix(start): text for key, text in texts.items() if key.startswith(start)
        },
    )
