"""Labelled images, whatever they came from."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import Float64Array, FloatArray, ImageArray, IntArray
from trackmend_training.pictures import read_picture


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LabelledImage:
    """One image on disk and the people in it.

    Attributes:
        path: of the image file.
        boxes_xyxy: (N, 4) float32, pixels of the image.
        identities: (N,) int64, class of the identity loss, -1 for none.
        ignored_xyxy: (M, 4) float32, regions in which a detection is neither right nor wrong.
        teacher: (N, D) float32, unit length (zero rows: unknown); None without a teacher.
        is_replay: it is there so that older knowledge is kept, see `finetune`.
    """

    path: Path
    boxes_xyxy: FloatArray
    identities: IntArray
    ignored_xyxy: FloatArray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    teacher: FloatArray | None = None
    is_replay: bool = False

    def with_identities_from(self, offset: int) -> "LabelledImage":
        """Return the same image with its identities numbered from `offset` on."""
        shifted = np.where(self.identities >= 0, self.identities + offset, -1)
        return replace(self, identities=shifted)

    def read(self) -> ImageArray:
        """Decode the image.

        Raises:
            UserError: it is gone or no image.
        """
        image = read_picture(self.path)
        if image is None:
            raise UserError(
                f"The training image {self.path} cannot be read.", "Is it still there, and whole?"
            )
        return image


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Material:
    """Images with identities numbered 0 to `identity_count` - 1.

    Attributes:
        images: what there is.
        shares: (len(images),) float64, the chance of each to be drawn, summing to 1.
        identity_count: classes of the identity loss.
    """

    images: tuple[LabelledImage, ...]
    shares: Float64Array
    identity_count: int

    @property
    def has_teacher(self) -> bool:
        """Return whether any identity has a direction to begin at."""
        return any(image.teacher is not None for image in self.images)

    def fingerprint(self) -> str:
        """Return a digest of names, boxes, identities and shares: equal material, equal digest."""
        digest = hashlib.sha256(self.shares.tobytes())
        for image in self.images:
            digest.update(image.path.name.encode())
            for array in (image.boxes_xyxy, image.identities, image.ignored_xyxy, image.teacher):
                if array is not None:
                    digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def self_supervised(self) -> "Material":
        """Return the same images with every box a class of its own (FairMOT section 4.4)."""
        count = 0
        images: list[LabelledImage] = []
        for image in self.images:
            boxes = len(image.identities)
            images.append(replace(image, identities=np.arange(count, count + boxes)))
            count += boxes
        return replace(self, images=tuple(images), identity_count=count)

    def prototypes(self, reid_dim: int, *, seed: int = 0) -> FloatArray:
        """Return (identity_count, reid_dim): each identity's mean teacher embedding, unit length.

        Identities the teacher has not seen get a random direction.
        """
        random = np.random.default_rng(seed).standard_normal((self.identity_count, reid_dim))
        totals = np.zeros((self.identity_count, reid_dim))
        for image in self.images:
            if image.teacher is not None:
                known = image.identities >= 0
                np.add.at(totals, image.identities[known], image.teacher[known])
        seen = np.linalg.norm(totals, axis=1, keepdims=True) > 0
        chosen = np.where(seen, totals, random)
        lengths = np.linalg.norm(chosen, axis=1, keepdims=True)
        return np.asarray(chosen / lengths, np.float32)


def combine(parts: Sequence[tuple[Sequence[LabelledImage], float]]) -> Material:
    """Put sources together: identities of each are numbered after those of the ones before it.

    Args:
        parts: images and share of each source; images within one are drawn equally often.

    Raises:
        UserError: there is no image at all.
    """
    parts = [(images, share) for images, share in parts if images and share > 0]
    if not parts:
        raise UserError("There is nothing to learn from.", "Name at least one source with images.")
    total_share = sum(share for _, share in parts)
    gathered: list[LabelledImage] = []
    shares: list[float] = []
    offset = 0
    for images, share in parts:
        highest = -1
        for image in images:
            gathered.append(image.with_identities_from(offset))
            highest = max(highest, int(image.identities.max(initial=-1)))
            shares.append(share / total_share / len(images))
        offset += highest + 1
    return Material(
        images=tuple(gathered), shares=np.asarray(shares, np.float64), identity_count=offset
    )
