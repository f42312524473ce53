"""Read tensors from a file without ever running code from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from trackmend_core.errors import UserError

CHOOSE_ANOTHER = "Choose a Trackmend model (.safetensors) or a FairMOT checkpoint (.pth)."
MODULE_PREFIX = "module."
HEADER_LENGTH_BYTES = 8
_REFUSED_CODE = "unsupported global"
"""In torch's message when a checkpoint names a class or a function that it will not call."""


@dataclass(frozen=True, slots=True, eq=False)
class WeightsFile:
    """Tensors by state-dict key, and the texts stored beside them."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def read_weights(path: Path) -> WeightsFile:
    """Read a safetensors file or a checkpoint written by `torch.save`; told apart by content.

    Raises:
        UserError: missing, empty, truncated, not a model, or asks for code to be run.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UserError(f"“{path.name}” is a folder, not a model file.", CHOOSE_ANOTHER)
        with path.open("rb") as file:
            head = file.read(HEADER_LENGTH_BYTES + 1)
    except FileNotFoundError as error:
        raise UserError(f"The model file “{path}” does not exist.", CHOOSE_ANOTHER) from error
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise UserError(f"The model file “{path}” cannot be read: {reason}.") from error
    if size == 0:
        raise UserError(f"The model file “{path.name}” is empty.", CHOOSE_ANOTHER)
    if _looks_like_safetensors(head):
        return _read_safetensors(path)
    return _read_torch(path)


def _looks_like_safetensors(head: bytes) -> bool:
    """Tell by the first bytes: the length of the header, then the header's brace."""
    return len(head) > HEADER_LENGTH_BYTES and head[HEADER_LENGTH_BYTES:] == b"{"


def _read_safetensors(path: Path) -> WeightsFile:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = dict(file.metadata() or {})
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(
            f"The model file “{path.name}” is damaged or was not copied completely.",
            "Copy or download it again.",
        ) from error
    return WeightsFile(tensors, metadata)


def _read_torch(path: Path) -> WeightsFile:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:  # torch.load meets broken files with a dozen kinds of errors
        if _REFUSED_CODE in str(error).lower():
            raise UserError(
                f"The file “{path.name}” holds program code beside its weights; it was not opened.",
                "Ask its author for a file with weights only (a state dict, or safetensors).",
            ) from error
        raise _not_a_model(path) from error
    return _from_content(path, content)


def _not_a_model(path: Path) -> UserError:
    return UserError(
        f"“{path.name}” is not a model file, or was not copied completely.", CHOOSE_ANOTHER
    )


def _from_content(path: Path, content: object) -> WeightsFile:
    """Find the state dict in what the official code, or others, put into a checkpoint."""
    metadata: dict[str, str] = {}
    if isinstance(content, Mapping):
        if isinstance(content.get("epoch"), int):
            metadata["epoch"] = str(content["epoch"])
        content = content.get("state_dict", content)
    if isinstance(content, Mapping):
        tensors = {
            _without_module_prefix(key): value
            for key, value in content.items()
            if isinstance(key, str) and isinstance(value, Tensor)
        }
        if tensors:
            return WeightsFile(tensors, metadata)
    raise UserError(f"“{path.name}” holds no network weights.", CHOOSE_ANOTHER)


def _without_module_prefix(key: str) -> str:
    """Undo the prefix that `DataParallel` gives."""
    return key.removeprefix(MODULE_PREFIX)
