"""What a measurement or a quantised network depends on: this machine, libraries, the network."""

import hashlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version

import torch
from torch import nn

_LIBRARIES = ("torch", "torchvision", "openvino", "nncf")


def usable_cores() -> int:
    """Return how many cores this process may use: a worker may be kept to some of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine_fingerprint() -> str:
    """Return a line that changes with the computer, its processors and its graphics cards."""
    facts = (platform.node(), platform.machine(), platform.processor(), usable_cores())
    return repr((*facts, torch.get_num_threads(), _cards(), torch.backends.mps.is_available()))


def _cards() -> list[str]:
    """Return the names of the graphics cards that can be used.

    Cards are counted even where their driver is too old for this torch, and then have no names.
    """
    if not torch.cuda.is_available():
        return []
    return [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())]


def library_versions() -> str:
    """Return the versions of everything that runs or changes networks."""
    return ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)


def structure_fingerprint(network: nn.Module) -> str:
    """Return a digest of the network's class and the shapes of its weights."""
    digest = hashlib.sha256(f"{type(network).__module__}.{type(network).__qualname__}".encode())
    for name, value in network.state_dict().items():
        digest.update(f"{name} {tuple(value.shape)}\n".encode())
    return digest.hexdigest()


def weights_fingerprint(network: nn.Module) -> str:
    """Return a digest of the network's class and every value of its weights."""
    digest = hashlib.sha256(structure_fingerprint(network).encode())
    for value in network.state_dict().values():
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
