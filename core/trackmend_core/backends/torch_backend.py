"""Run a network with torch on CUDA, on Apple's MPS, or on the CPU; compiled, if asked for."""

import copy
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from trackmend_core.backends.card_trouble import CardMemoryError, card_trouble_told
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

    Float32 is float32 on CUDA, too: torch's own choice for convolutions there, TF32, rounds as
    float16 does, and moves boxes as far.

    Args:
        network: left as it is.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        precision: `AUTO` is float16 on CUDA and float32 elsewhere; `FAST` bfloat16 on the CPU,
            float16 elsewhere.
        compiled: translate the network with `torch.compile` at the first input of each size.

    Raises:
        UserError: there is no such device, or it has too little memory.
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
        self._at_once = BATCH_ON_CARD
        # The convolutions of the CPU and of CUDA are made for channels last; MPS has its own order.
        self._layout = (
            torch.contiguous_format if self._device.type == "mps" else torch.channels_last
        )
        network = copy.deepcopy(network).eval().requires_grad_(False)
        with card_trouble_told():
            network = network.to(device=self._device, memory_format=self._layout)  # type: ignore[call-overload]
        self._network = torch.compile(network) if compiled else network

    @property
    def description(self) -> str:
        """Return device, engine and, unless it is float32, precision."""
        title = f"{_TITLES[self._device.type]} · torch{' compiled' if self._compiled else ''}"
        return title if self._precision is Precision.FLOAT32 else f"{title} ({self._precision})"

    @torch.inference_mode()
    def heads(self, batch: FloatArray) -> Mapping[str, Tensor]:
        """Return raw heads on the device; see `Backend.heads`.

        Raises:
            UserError: the device has too little memory, or fails.
        """
        with card_trouble_told():
            return self._heads(batch)

    def _heads(self, batch: FloatArray) -> Mapping[str, Tensor]:
        images = torch.from_numpy(batch)
        if self._device.type == "cuda":
            images = images.pin_memory()
        images = images.to(self._device, non_blocking=True)
        images = images.contiguous(memory_format=self._layout)
        mixed = _DTYPES.get(self._precision)
        with (
            exact_convolutions(),
            torch.autocast(self._device.type, dtype=mixed, enabled=mixed is not None),
        ):
            outputs: dict[str, Tensor] = self._network(images)
        return {name: head.float() for name, head in outputs.items()}

    def heads_of_each(
        self, inputs: Iterable[FloatArray]
    ) -> Generator[Mapping[str, Tensor], None, None]:
        """Yield raw heads; on a card a few inputs make a batch; see `Backend.heads_of_each`.

        A card works on a batch while the results of the one before it are used. One that has no
        memory for so many takes fewer from then on.
        """
        if self._device.type == "cpu":
            yield from map(self.heads, inputs)
            return
        earlier: list[Mapping[str, Tensor]] = []
        try:
            for batch in _batches(inputs, self._at_once):
                for part in np.split(batch, range(self._at_once, len(batch), self._at_once)):
                    heads = self._heads_at_once(part)
                    yield from earlier
                    earlier = [] if heads is None else _apart(heads)
                    if heads is None:
                        yield from (self.heads(part[n : n + 1]) for n in range(len(part)))
        except Exception:  # of an input: the results before it come first
            yield from earlier
            raise
        yield from earlier

    def _heads_at_once(self, part: FloatArray) -> Mapping[str, Tensor] | None:
        """Return raw heads; None where the memory does not suffice for so many inputs."""
        try:
            return self.heads(part)
        except CardMemoryError:
            if self._at_once == 1:
                raise
        self._at_once = 1
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        return None

    def run(self, batch: FloatArray) -> dict[str, FloatArray]:
        """Return raw heads as arrays; see `Backend.run`."""
        heads = self.heads(batch)
        with card_trouble_told():
            return {name: head.contiguous().cpu().numpy() for name, head in heads.items()}


def _apart(heads: Mapping[str, Tensor]) -> list[Mapping[str, Tensor]]:
    """Return the heads of each input of a batch."""
    count = len(next(iter(heads.values())))
    return [{name: head[n : n + 1] for name, head in heads.items()} for n in range(count)]


@contextmanager
def exact_convolutions() -> Iterator[None]:
    """Let CUDA's convolutions of float32 be float32 within."""
    convolutions = torch.backends.cudnn.conv  # type: ignore[attr-defined]  # since torch 2.9
    before = convolutions.fp32_precision
    convolutions.fp32_precision = "ieee"
    try:
        yield
    finally:
        convolutions.fp32_precision = before


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
