"""What goes wrong on a graphics card, told as somebody can mend it.

Torch raises what a kernel did wrong wherever the processor next waits for the card, so that whole
stretches of work are guarded and not single calls.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from trackmend_core.errors import UserError

_LONGEST = 200
_RUN_HINT = (
    "Close other programs that use it, choose a smaller network input, or run the model on the CPU."
)


class CardError(UserError):
    """The graphics card cannot do what is asked of it; the CPU may."""


class CardMemoryError(CardError):
    """The graphics card has too little memory for what is asked of it."""


@contextmanager
def card_trouble_told(*, memory_hint: str = _RUN_HINT) -> Iterator[None]:
    """Turn a card's errors in what is done within into sentences; all others pass.

    Args:
        memory_hint: what to do where the memory does not suffice.

    Raises:
        CardMemoryError: the card has too little memory.
        CardError: the card failed, or lacks an operation.
    """
    try:
        yield
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise CardMemoryError(
                "The graphics card has too little free memory for this.", memory_hint
            ) from error
        if isinstance(error, NotImplementedError) and "MPS" in str(error):
            raise CardError(
                "This network needs an operation that Apple's graphics cards do not know.",
                "Choose the CPU.",
            ) from error
        if isinstance(error, torch.AcceleratorError):
            first_line = (str(error).splitlines() or [""])[0][:_LONGEST]
            raise CardError(
                f"The graphics card failed: {first_line}.",
                "Start again; if it fails again, update its driver or choose the CPU.",
            ) from error
        raise


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether a card's memory did not suffice; Apple's has no error class of its own."""
    return isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "MPS backend out of memory" in str(error)
    )
