"""What every back end offers, and the names by which a person chooses one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from torch import Tensor

from trackmend_core.types import FloatArray


class BackendName(StrEnum):
    """Which engine runs the network."""

    AUTO = "auto"
    TORCH = "torch"
    OPENVINO = "openvino"


class Precision(StrEnum):
    """In which numbers the engine computes; its outputs are float32 in any case."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


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

    def run(self, batch: FloatArray) -> dict[str, FloatArray]:
        """Return raw heads by name as arrays of their own."""
        ...
