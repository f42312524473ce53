"""What a network has learnt of an embedding that has more beside it."""

import numpy as np

from trackmend_core.types import FloatArray


def learnt_part(embeddings: FloatArray, length: int) -> FloatArray:
    """Return the part of stored embeddings that can be compared with a model's dense map.

    A model may put a colour signature behind what its network says; a map holds the latter alone.

    Args:
        embeddings: (..., D) with D >= length.
        length: of the model's own embedding.

    Returns:
        (..., length) float32, unit length; zero where there is nothing.
    """
    part = embeddings[..., :length].astype(np.float32)
    lengths = np.sqrt(np.vecdot(part, part))[..., None]
    found: FloatArray = np.divide(part, lengths, out=np.zeros_like(part), where=lengths > 0)
    return found
