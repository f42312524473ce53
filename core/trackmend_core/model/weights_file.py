"""Read tensors from a file without ever running code from it."""

import zipfile
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
LONGEST_SHOWN = 2000
METADATA_ENTRY = "trackmend_metadata"
"""Where a checkpoint that we wrote for others keeps our texts; the official loader skips it."""
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
    try:
        weights = _read_safetensors(path) if _looks_like_safetensors(head) else _read_torch(path)
    except MemoryError as error:
        raise UserError(
            f"“{path.name}” asks for more memory than this machine has.",
            "If it is a model at all, it is too large to be run here.",
        ) from error
    _check_tensors(path, weights.tensors)
    return weights


def _looks_like_safetensors(head: bytes) -> bool:
    """Tell by the first bytes: the length of the header, then the header's brace."""
    return len(head) > HEADER_LENGTH_BYTES and head[HEADER_LENGTH_BYTES:] == b"{"


def _read_safetensors(path: Path) -> WeightsFile:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = dict(file.metadata() or {})
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except MemoryError:
        raise
    except (SafetensorError, OSError, ValueError, RuntimeError, AttributeError) as error:
        raise UserError(
            f"The model file “{path.name}” is damaged or was not copied completely.",
            "Copy or download it again.",
        ) from error
    return WeightsFile(tensors, metadata)


def _read_torch(path: Path) -> WeightsFile:
    _check_archive(path)
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


def _check_archive(path: Path) -> None:
    """Refuse an archive that would unpack to more than it is: torch stores, it never compresses.

    Raises:
        UserError: a few megabytes that would fill the memory, or a damaged archive.
    """
    try:
        if not zipfile.is_zipfile(path):
            return
        with zipfile.ZipFile(path) as archive:
            unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _not_a_model(path) from error
    if unpacked_bytes > path.stat().st_size:
        raise UserError(
            f"“{path.name}” is a compressed archive, which model files are not.",
            "Unpack it first if a model is inside, and choose that.",
        )


def _check_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Refuse tensors without values of their own: a file of a kilobyte could claim a terabyte.

    Raises:
        UserError: with the first entry that is sparse, without storage, or larger than its storage.
    """
    for key, tensor in tensors.items():
        if tensor.layout is not torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
            problem = "is not a plain array"
        elif tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            problem = "claims more values than the file holds"
        else:
            continue
        raise UserError(f"The entry “{printable(key)}” of “{path.name}” {problem}.", CHOOSE_ANOTHER)


def _not_a_model(path: Path) -> UserError:
    return UserError(
        f"“{path.name}” is not a model file, or was not copied completely.", CHOOSE_ANOTHER
    )


def _from_content(path: Path, content: object) -> WeightsFile:
    """Find the state dict in what the official code, or others, put into a checkpoint."""
    metadata: dict[str, str] = {}
    if isinstance(content, Mapping):
        metadata |= _own_texts(content.get(METADATA_ENTRY))
        if not metadata and isinstance(content.get("epoch"), int):
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


def _own_texts(entry: object) -> dict[str, str]:
    if not isinstance(entry, Mapping):
        return {}
    return {k: v for k, v in entry.items() if isinstance(k, str) and isinstance(v, str)}


def printable(text: str, *, longest: int = LONGEST_SHOWN) -> str:
    """Return a text from a file as it may be shown: one line, no control characters, not endless.

    A terminal obeys control characters, so a file must not be able to put them there.
    """
    shown = "".join(letter if letter.isprintable() else " " for letter in text[:longest])
    return f"{shown}…" if len(text) > longest else shown


def _without_module_prefix(key: str) -> str:
    """Undo the prefix that `DataParallel` gives."""
    return key.removeprefix(MODULE_PREFIX)
