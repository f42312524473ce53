"""What every back end offers, and the names by which a person chooses one."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from torch import Tensor

from trackmend_core.types import FloatArray


class BackendName(StrEnum):
    """Which engine runs the network.

    `COMPILE` is torch with `torch.compile`: it needs a C++ compiler and up to a minute before the
    first frame, so that nobody gets it without asking for it.
    """

    AUTO = "auto"
    TORCH = "torch"
    COMPILE = "compile"
    OPENVINO = "openvino"


class Precision(StrEnum):
    """In which numbers the engine computes; its outputs are float32 in any case.

    `FAST` is eight-bit integers on the CPU, float16 on CUDA, and float32 where neither is quicker.
    """

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
    FAST = "fast"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Calibration:
    """Example inputs from which the ranges of an eight-bit network are read.

    Attributes:
        name: tells one set from another; a network is kept for each.
        inputs: draws or reads them, (1, 3, H, W) float32 each; called only if they are needed.
    """

    name: str
    inputs: Callable[[], Sequence[FloatArray]]


class Backend(Protocol):
    """Runs one network. Not thread-safe: its owner lets callers take turns."""

    @property
    def description(self) -> str:
        """Return device, engine and precision for people, such as "CPU · OpenVINO (bfloat16)"."""
        ...

    def heads(self, batch: FloatArray) -> Mapping[str, Tensor]:
        """Return raw heads by name, left on the device they were computed on.

        Args:
            batch: (B, 3, H, W) float32 RGB in 0..1; H and W multiples of 32.

        Returns:
            (B, C, H / 4, W / 4) float32 each; valid until the next call.
        """
        ...

    def heads_of_each(
        self, inputs: Iterable[FloatArray]
    ) -> Generator[Mapping[str, Tensor], None, None]:
        """Yield the heads of every input in order, several of them being computed at once.

        Args:
            inputs: (1, 3, H, W) each; taken as the back end gets to them, a few ahead.

        Yields:
            Heads as `heads` returns them, valid until the next are asked for. What `inputs` raises
            is raised when its turn comes, after the results of those before it. Closing the
            iterator waits for what is under way.
        """
        ...

    def run(self, batch: FloatArray) -> dict[str, FloatArray]:
        """Return raw heads by name as arrays of their own."""
        ...
