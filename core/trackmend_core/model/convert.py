"""Models from one container to the other: our safetensors and the official code's `torch.save`."""

import io
from dataclasses import replace
from pathlib import Path

import torch

from trackmend_core.errors import UserError
from trackmend_core.model.atomic_file import write_atomically
from trackmend_core.model.checkpoint import describe_model, load_checkpoint, save_model
from trackmend_core.model.loaded import LoadedModel
from trackmend_core.model.weights_file import METADATA_ENTRY

OWN_SUFFIX = ".safetensors"
OFFICIAL_SUFFIXES = (".pth", ".pt", ".tar")


def save_official(path: Path, model: LoadedModel) -> None:
    """Write a model as the official FairMOT code reads it: epoch and state dict, float32.

    Our texts travel beside them under a key of their own, which the official loader skips, so the
    way back loses nothing.

    Raises:
        UserError: the file cannot be written.
    """
    epoch = model.metadata.get("epoch", "")
    texts = describe_model(
        arch=model.arch,
        reid_dim=model.reid_dim,
        ltrb=model.ltrb,
        num_classes=model.num_classes,
        input_wh=model.input_wh,
        metadata={"name": model.name, **model.metadata},
    )
    weights = {
        key: value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for key, value in model.network.state_dict().items()
    }
    packed = io.BytesIO()
    torch.save(
        {
            "epoch": int(epoch) if epoch.isascii() and epoch.isdecimal() else 0,
            "state_dict": weights,
            METADATA_ENTRY: texts,
        },
        packed,
    )
    write_atomically(path, packed.getvalue())


def convert_model(
    source: Path, target: Path, *, overwrite: bool = False, half: bool = False
) -> LoadedModel:
    """Read a model and write it in the form that the target's ending names.

    Args:
        source: any model that `load_checkpoint` reads.
        target: ends in .safetensors for ours, .pth, .pt or .tar for the official form.
        overwrite: replace the target if it is there.
        half: store ours in half precision; see `save_model`.

    Returns:
        The model as it was written; the official form has no room for what it learnt in scenes.

    Raises:
        UserError: the source is no complete model, the target's ending says nothing, or it exists.
    """
    suffix = target.suffix.lower()
    if suffix != OWN_SUFFIX and suffix not in OFFICIAL_SUFFIXES:
        raise UserError(
            f"The ending of “{target.name}” does not say what to convert to.",
            f"End it in {OWN_SUFFIX} for Trackmend, or in .pth for FairMOT's own code.",
        )
    if half and suffix != OWN_SUFFIX:
        raise UserError("The official form has no half precision.", f"Write {OWN_SUFFIX} instead.")
    if target.exists() and not overwrite:
        raise UserError(
            f"“{target}” is there already.", "Choose another name, or say --force to replace it."
        )
    model = load_checkpoint(source)
    if suffix == OWN_SUFFIX:
        save_model(target, model, metadata={"name": model.name, **model.metadata}, half=half)
    else:
        save_official(target, model)
        model = replace(model, scenes=())
    return model
