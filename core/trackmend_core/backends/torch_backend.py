"""Run a network with torch on CUDA, on Apple's MPS, or on the CPU; compiled, if asked for."""

import copy
from collections.abc import Generator, Iterable, Iterator, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from trackmend_core.backends.protocol import Precision
from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray

_TITLES = {"cuda": "CUDA", "mps": "MPS", "cpu": "CPU"}
_DTYPES = {Precision.FLOAT16: torch.float16, Precision.BFLOAT16: torch.bfloat16}
BATCH_ON_CARD = 4
"""So many frames fill a graphics card without much memory."""


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
    """Torch; mixed precision on CUDA, float32 elsewhere. The network handed in is copied.

    Args:
        network: left as it is.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        precision: `AUTO` is float16 on CUDA and float32 elsewhere; `FAST` bfloat16 on the CPU,
            float16 elsewhere.
        compiled: translate the network with `torch.compile` at the first input of each size.

    Raises:
        UserError: there is no such device.
    """

    def __init__(
        self,
        network: nn.Module,
        device: str = "auto",
        *,
        precision: Precision | str = Precision.AUTO,
        compiled: bool = False,
    ) -> None:
        self._device = torch_device(device)
        self._precision = _concrete(Precision(precision), self._device.type)
        self._compiled = compiled
        # The convolutions of the CPU and of CUDA are made for channels last; MPS has its own order.
        self._layout = (
            torch.contiguous_format if self._device.type == "mps" else torch.channels_last
        )
        network = copy.deepcopy(network).eval().requires_grad_(False)
        network = network.to(device=self._device, memory_format=self._layout)  # type: ignore[call-overload]
        self._network = torch.compile(network) if compiled else network

    @property
    def description(self) -> str:
        """Return device, engine and, unless it is float32, precision."""
        title = f"{_TITLES[self._device.type]} · torch{' compiled' if self._compiled else ''}"
        return title if self._precision is Precision.FLOAT32 else f"{title} ({self._precision})"

    @torch.inference_mode()
    def heads(self, batch: FloatArray) -> Mapping[str, Tensor]:
        """Return raw heads on the device; see `Backend.heads`."""
        images = torch.from_numpy(batch)
        if self._device.type == "cuda":
            images = images.pin_memory()
        images = images.to(self._device, non_blocking=True)
        images = images.contiguous(memory_format=self._layout)
        mixed = _DTYPES.get(self._precision)
        with torch.autocast(self._device.type, dtype=mixed, enabled=mixed is not None):
            outputs: dict[str, Tensor] = self._network(images)
        return {name: head.float() for name, head in outputs.items()}

    def heads_of_each(
        self, inputs: Iterable[FloatArray]
    ) -> Generator[Mapping[str, Tensor], None, None]:
        """Yield raw heads; on a card a few inputs make a batch; see `Backend.heads_of_each`.

        A card works on a batch while the results of the one before it are used.
        """
        if self._device.type == "cpu":
            yield from map(self.heads, inputs)
            return
        earlier: list[Mapping[str, Tensor]] = []
        try:
            for batch in _batches(inputs, BATCH_ON_CARD):
                heads = self.heads(batch)
                yield from earlier
                earlier = [
                    {name: head[n : n + 1] for name, head in heads.items()}
                    for n in range(len(batch))
                ]
        except Exception:  # of an input: the results before it come first
            yield from earlier
            raise
        yield from earlier

    def run(self, batch: FloatArray) -> dict[str, FloatArray]:
        """Return raw heads as arrays; see `Backend.run`."""
        return {name: head.contiguous().cpu().numpy() for name, head in self.heads(batch).items()}


def _concrete(wanted: Precision, device_type: str) -> Precision:
    if wanted is Precision.AUTO:
        return Precision.FLOAT16 if device_type == "cuda" else Precision.FLOAT32
    if wanted is Precision.FAST:
        return Precision.BFLOAT16 if device_type == "cpu" else Precision.FLOAT16
    return wanted


def _batches(inputs: Iterable[FloatArray], size: int) -> Iterator[FloatArray]:
    """Join inputs of one shape, `size` at most; raise what `inputs` raises in its turn."""
    waiting: list[FloatArray] = []
    failure: Exception | None = None
    source = iter(inputs)
    while True:
        try:
            image = next(source)
        except StopIteration:
            break
        except Exception as error:  # told in its turn, after the results before it
            failure = error
            break
        if waiting and waiting[0].shape != image.shape:
            yield np.concatenate(waiting)
            waiting.clear()
        waiting.append(image)
        if len(waiting) == size:
            yield np.concatenate(waiting)
            waiting.clear()
    if waiting:
        yield np.concatenate(waiting)
    if failure is not None:
        raise failure
