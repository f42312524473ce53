"""What a network has learnt of an embedding that has more beside it."""

from typing import Final

import numpy as np

from trackmend_core.types import FloatArray

SIGNATURE_LENGTH: Final = 64
"""Numbers of a colour signature, which a model may put behind what its network says."""


def fits_map(stored: int, length: int) -> bool:
    """Return whether stored embeddings can be those of a map, by their lengths."""
    return stored in (length, length + SIGNATURE_LENGTH)


def learnt_part(embeddings: FloatArray, length: int) -> FloatArray:
    """Return the part of stored embeddings that can be compared with a model's dense map.

    A map holds what the network says, without the colour signature that may stand behind it.

    Args:
        embeddings: (..., D), see `fits_map`.
        length: of the model's own embedding.

    Returns:
        (..., length) float32, unit length; zero where there is nothing.
    """
    part = embeddings[..., :length].astype(np.float32)
    lengths = np.sqrt(np.vecdot(part, part))[..., None]
    found: FloatArray = np.divide(part, lengths, out=np.zeros_like(part), where=lengths > 0)
    return found
