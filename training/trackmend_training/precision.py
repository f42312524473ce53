"""Which arithmetic a device is quick at: bfloat16 where the hardware has it, else float32."""

from collections.abc import Callable
from typing import Literal

import torch

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]

_CPU_CHECKS = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")


def choose_precision(wanted: str, *, accelerator: str) -> Precision:
    """Turn "auto" into what suits the device; a named precision stays.

    Args:
        wanted: "auto", "32-true", "bf16-mixed" or "16-mixed".
        accelerator: Lightning Fabric's, "auto", "cpu", "cuda" or "mps".

    Raises:
        ValueError: there is no such precision.
    """
    if wanted == "bf16-mixed":
        return "bf16-mixed"
    if wanted == "16-mixed":
        return "16-mixed"
    if wanted == "32-true":
        return "32-true"
    if wanted != "auto":
        raise ValueError(f"no precision is called {wanted!r}")
    if accelerator in ("auto", "cuda") and torch.cuda.is_available():
        has_it = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16-mixed" if has_it else "32-true"
    if accelerator == "cpu" or not torch.backends.mps.is_available():
        return "bf16-mixed" if _cpu_has_bfloat16() else "32-true"
    return "32-true"


def _cpu_has_bfloat16() -> bool:
    """Return whether the CPU multiplies bfloat16 itself; emulated it is slower than float32."""
    checks: list[Callable[[], bool] | None] = [
        getattr(torch.cpu, name, None) for name in _CPU_CHECKS
    ]
    return any(check() for check in checks if check is not None)
