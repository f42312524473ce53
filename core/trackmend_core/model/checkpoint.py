"""Networks to and from files: ours (safetensors with metadata) and official FairMOT checkpoints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn

from trackmend_core.errors import UserError
from trackmend_core.model.atomic_file import write_atomically
from trackmend_core.model.colours import COLOURS, add_colour_signature
from trackmend_core.model.heads import TWO_STAGE, HeadSpec
from trackmend_core.model.loaded import LoadedModel
from trackmend_core.model.recognise import recognise_architecture, recognise_heads
from trackmend_core.model.registry import build_network
from trackmend_core.model.scenes import TaughtScene, is_of_scene, read_scenes, scene_entries
from trackmend_core.model.two_stage import add_two_stage_head
from trackmend_core.model.weights_file import WeightsFile, printable, read_weights

FORMAT_VERSION = 1
_OWN_FIELDS = ("format", "format_version", "arch", "reid_dim", "ltrb", "num_classes", "input_wh")
_KEYS_SHOWN = 8
_TRUTHS = {"true": True, "false": False}
_COUNTER = ".num_batches_tracked"
LONGEST_NAME = 120
MOST_CHANNELS = 65_536
LONGEST_SIDE = 8192
"""A file that says more than these is damaged or means harm."""


def save_checkpoint(
    path: Path,
    network: nn.Module,
    *,
    arch: str,
    reid_dim: int,
    ltrb: bool,
    num_classes: int,
    input_wh: tuple[int, int] | None,
    metadata: Mapping[str, str],
    half: bool = False,
    scenes: Sequence[TaughtScene] = (),
) -> None:
    """Write a network as safetensors; the file appears whole or not at all.

    Args:
        path: where to; replaced if it exists.
        network: whose state dict is written.
        arch: name in `architectures()`.
        reid_dim: length of the embedding.
        ltrb: form of the size head.
        num_classes: channels of the heat map.
        input_wh: the size it was trained at, pixels.
        metadata: more about the model: "name", its lineage, the recipe.
        half: store weights of two and more dimensions as float16. Biases and batch norms stay
            float32: they are small, and a running variance may not fit float16.
        scenes: where the model was taught, and what it learnt for there.

    Raises:
        UserError: the file cannot be written.
        ValueError: the metadata would overwrite a field of the format.
    """
    fields = describe_model(
        arch=arch,
        reid_dim=reid_dim,
        ltrb=ltrb,
        num_classes=num_classes,
        input_wh=input_wh,
        metadata=metadata,
    )
    of_scenes, texts = scene_entries(scenes)
    entries = {**network.state_dict(), **of_scenes}
    tensors = {key: _for_file(value, half=half) for key, value in entries.items()}
    write_atomically(Path(path), save(tensors, metadata={**fields, **texts}))


def save_model(
    path: Path, model: LoadedModel, *, metadata: Mapping[str, str], half: bool = False
) -> None:
    """Write a loaded model with the given texts, and what it learnt in its scenes.

    Raises:
        UserError: the file cannot be written.
        ValueError: the metadata would overwrite a field of the format.
    """
    save_checkpoint(
        path,
        model.network,
        arch=model.arch,
        reid_dim=model.reid_dim,
        ltrb=model.ltrb,
        num_classes=model.num_classes,
        input_wh=model.input_wh,
        metadata=metadata,
        half=half,
        scenes=model.scenes,
    )


def describe_model(
    *,
    arch: str,
    reid_dim: int,
    ltrb: bool,
    num_classes: int,
    input_wh: tuple[int, int] | None,
    metadata: Mapping[str, str],
) -> dict[str, str]:
    """Return the texts of our format; arguments as in `save_checkpoint`.

    Raises:
        ValueError: the metadata would overwrite a field of the format.
    """
    clash = sorted(key for key in metadata if key in _OWN_FIELDS or is_of_scene(key))
    if clash:
        raise ValueError(f"metadata may not hold {', '.join(clash)}")
    fields = {
        **metadata,
        "format": "trackmend-model",
        "format_version": str(FORMAT_VERSION),
        "arch": arch,
        "reid_dim": str(reid_dim),
        "ltrb": str(ltrb).lower(),
        "num_classes": str(num_classes),
    }
    if input_wh is not None:
        fields["input_wh"] = f"{input_wh[0]}x{input_wh[1]}"
    return fields


def load_checkpoint(path: Path, *, device: str | torch.device = "cpu") -> LoadedModel:
    """Read a network; architecture, embedding length, size head and classes come from the file.

    Reads our safetensors and, from their shapes, official checkpoints (with or without epoch and
    optimiser, with or without the `module.` prefix) and plain state dicts. Runs no code from files.

    Raises:
        UserError: the file is no model, is damaged, or lacks weights, which are then listed.
    """
    path = Path(path)
    file = read_weights(path)
    if "arch" in file.metadata:
        arch, spec = _declared(path, file.metadata)
    else:
        spec = recognise_heads(file.tensors)
        arch = recognise_architecture(file.tensors, spec)
    network, unused = _filled_network(file, path=path, arch=arch, spec=spec)
    scenes = _scenes(file, path=path, network=network) if "arch" in file.metadata else ()
    return LoadedModel(
        network=network.to(device).eval(),
        arch=arch,
        reid_dim=spec.reid_dim,
        ltrb=spec.ltrb,
        num_classes=spec.num_classes,
        input_wh=_declared_size(path, file.metadata.get("input_wh")),
        name=printable(file.metadata.get("name") or path.stem, longest=LONGEST_NAME),
        metadata={
            key: text
            for key, text in file.metadata.items()
            if key not in _OWN_FIELDS and not is_of_scene(key)
        },
        ignored_keys=tuple(printable(key) for key in unused if not (scenes and is_of_scene(key))),
        scenes=scenes,
    )


def _scenes(file: WeightsFile, *, path: Path, network: nn.Module) -> tuple[TaughtScene, ...]:
    """Return where the file says it was taught; its weights for there fit the network.

    Raises:
        UserError: they do not, or cannot be read.
    """
    try:
        found = read_scenes(file.tensors, file.metadata)
    except ValueError as error:
        raise _damaged_description(path) from error
    expected = network.state_dict()
    checked = []
    for number, scene in enumerate(found):
        weights, problems = {}, []
        for key, value in scene.weights.items():
            if key not in expected:
                problems.append(f"{printable(key)}: unknown")
                continue
            weights[key], problem = fitting_value(value, expected[key])
            problems += [f"{printable(key)}: {problem}"] if problem else []
        if problems:
            raise UserError(
                f"What “{path.name}” learnt in its scene {number + 1} does not fit it: "
                f"{_listed(problems)}.",
                "Use the complete file that the training wrote, or another model.",
            )
        checked.append(replace(scene, weights=weights))
    return tuple(checked)


def _for_file(tensor: Tensor, *, half: bool) -> Tensor:
    tensor = tensor.detach().cpu()
    if half and tensor.is_floating_point() and tensor.ndim > 1:
        tensor = tensor.half()
    return tensor.clone(memory_format=torch.contiguous_format)


def _declared(path: Path, metadata: Mapping[str, str]) -> tuple[str, HeadSpec]:
    """Return what our own metadata says about the network."""
    try:
        version = int(metadata.get("format_version", "1"))
        spec = HeadSpec(
            reid_dim=int(metadata["reid_dim"]),
            ltrb=_TRUTHS[metadata["ltrb"]],
            num_classes=int(metadata["num_classes"]),
        )
        if max(spec.reid_dim, spec.num_classes) > MOST_CHANNELS:
            raise ValueError("more channels than any network has")
    except (KeyError, ValueError) as error:
        raise _damaged_description(path) from error
    if version > FORMAT_VERSION:
        raise UserError(
            f"“{path.name}” was written by a newer Trackmend (format {version}).",
            "Update Trackmend to use this model.",
        )
    return printable(metadata["arch"], longest=LONGEST_NAME), spec


def _declared_size(path: Path, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    try:
        width, height = (int(side) for side in text.split("x"))
    except ValueError as error:
        raise _damaged_description(path) from error
    if not all(0 < side <= LONGEST_SIDE and side % 32 == 0 for side in (width, height)):
        raise _damaged_description(path)
    return width, height


def _damaged_description(path: Path) -> UserError:
    return UserError(
        f"What “{path.name}” says about its network cannot be read.",
        "Copy or download it again.",
    )


def _filled_network(
    file: WeightsFile, *, path: Path, arch: str, spec: HeadSpec
) -> tuple[nn.Module, tuple[str, ...]]:
    """Return the network with the file's weights, and the entries that it has no use for.

    Shapes are compared before anything is allocated, so a file cannot ask for more than it holds.

    Raises:
        UserError: with the list of weights that are missing, mis-shaped or not finite.
    """
    has_second_stage, has_colours = (
        any(key.startswith(f"{child}.") for key in file.tensors) for child in (TWO_STAGE, COLOURS)
    )

    def build() -> nn.Module:
        network = build_network(
            arch, reid_dim=spec.reid_dim, ltrb=spec.ltrb, num_classes=spec.num_classes
        )
        if has_second_stage:
            add_two_stage_head(network, reid_dim=spec.reid_dim)
        if has_colours:
            add_colour_signature(network)
        return network

    with torch.device("meta"):
        blueprint = build()
    expected = blueprint.state_dict()
    dead: tuple[str, ...] = getattr(blueprint, "OPTIONAL_PREFIXES", ())
    filled: dict[str, Tensor] = {}
    problems: list[str] = []
    for key, place in expected.items():
        value, problem = fitting_value(file.tensors.get(key), place)
        if problem and not (dead and key.startswith(dead)) and not key.endswith(_COUNTER):
            problems.append(f"{key}: {problem}")
        filled[key] = torch.zeros(place.shape, dtype=place.dtype) if problem else value
    if problems:
        raise UserError(
            f"“{path.name}” does not fit {arch}: {_listed(problems)}.",
            "Use the complete file that the training wrote, or another model.",
        )
    network = build()
    network.load_state_dict(filled)
    return network, tuple(sorted(file.tensors.keys() - expected.keys()))


def fitting_value(value: Tensor | None, place: Tensor) -> tuple[Tensor, str]:
    """Return a file's value as the network wants it and "", or the place and what is wrong."""
    if value is None:
        return place, "missing"
    if value.shape != place.shape:
        return place, f"{_shape(value)} instead of {_shape(place)}"
    if value.is_floating_point() != place.is_floating_point() or value.is_complex():
        return place, f"holds {str(value.dtype).removeprefix('torch.')}"
    value = value.to(place.dtype)
    if value.is_floating_point() and not bool(torch.isfinite(value).all()):
        return place, "holds values that are not numbers"
    return value, ""


def _shape(tensor: Tensor) -> str:
    return "x".join(str(side) for side in tensor.shape) or "scalar"


def _listed(problems: Iterable[str]) -> str:
    rows = list(problems)
    shown = "; ".join(rows[:_KEYS_SHOWN])
    more = len(rows) - _KEYS_SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown
