"""What an augmented image is."""

from dataclasses import dataclass

from trackmend_core.types import FloatArray, ImageArray, IntArray

BORDER = (128, 128, 128)
"""Grey around the picture, as the letterbox of the official code has it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Crop:
    """What is learnt from in one step.

    Attributes:
        image: (H, W, 3) BGR uint8.
        boxes_xyxy: (N, 4) float32, pixels of the crop, inside it.
        identities: (N,) int64, -1 for none.
        ignored_xyxy: (M, 4) float32, neither right nor wrong.
        teacher: (N, D) float32 or None.
    """

    image: ImageArray
    boxes_xyxy: FloatArray
    identities: IntArray
    ignored_xyxy: FloatArray
    teacher: FloatArray | None
