"""Run a network with torch on CUDA, on Apple's MPS, or on the CPU."""

import copy
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from trackmend_core.backends.protocol import Precision
from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray

_TITLES = {"cuda": "CUDA", "mps": "MPS", "cpu": "CPU"}
_DTYPES = {Precision.FLOAT16: torch.float16, Precision.BFLOAT16: torch.bfloat16}


def best_torch_device() -> str:
    """Return "cuda" or "mps" where present, else "cpu"."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def torch_device(name: str) -> torch.device:
    """Return the device of that name; "auto" is the best one.

    Raises:
        UserError: there is no such device on this machine.
    """
    if name == "auto":
        name = best_torch_device()
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UserError(f"There is no device called “{name}”.", "Use cpu, cuda or mps.") from error
    present = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not present.get(device.type, False):
        raise UserError(
            f"The device “{name}” is not available on this machine.",
            "Use cpu, or check the graphics driver and that torch was installed for it.",
        )
    return device


class TorchBackend:
    """Eager torch; mixed precision on CUDA, float32 elsewhere. The network handed in is copied."""

    def __init__(
        self,
        network: nn.Module,
        device: str = "auto",
        *,
        precision: Precision | str = Precision.AUTO,
    ) -> None:
        self._device = torch_device(device)
        on_cuda = self._device.type == "cuda"
        wanted = Precision(precision)
        if wanted is Precision.AUTO:
            wanted = Precision.FLOAT16 if on_cuda else Precision.FLOAT32
        self._precision = wanted
        # The convolutions of the CPU and of CUDA are made for channels last; MPS has its own order.
        self._layout = (
            torch.contiguous_format if self._device.type == "mps" else torch.channels_last
        )
        network = copy.deepcopy(network).eval().requires_grad_(False)
        self._network = network.to(device=self._device, memory_format=self._layout)  # type: ignore[call-overload]

    @property
    def description(self) -> str:
        """Return device, engine and, unless it is float32, precision."""
        title = f"{_TITLES[self._device.type]} · torch"
        return title if self._precision is Precision.FLOAT32 else f"{title} ({self._precision})"

    @torch.inference_mode()
    def heads(self, batch: FloatArray) -> Mapping[str, Tensor]:
        """Return raw heads on the device; see `Backend.heads`."""
        images = torch.from_numpy(batch).to(self._device, non_blocking=True)
        images = images.contiguous(memory_format=self._layout)
        mixed = _DTYPES.get(self._precision)
        with torch.autocast(self._device.type, dtype=mixed, enabled=mixed is not None):
            outputs: dict[str, Tensor] = self._network(images)
        return {name: head.float() for name, head in outputs.items()}

    def run(self, batch: FloatArray) -> dict[str, FloatArray]:
        """Return raw heads as arrays; see `Backend.run`."""
        return {name: head.contiguous().cpu().numpy() for name, head in self.heads(batch).items()}
