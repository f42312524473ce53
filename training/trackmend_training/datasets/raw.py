"""What readers of data sets give: images with the identities that their source gave them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import FloatArray, IntArray
from trackmend_core.video.images import natural_key
from trackmend_training.choices import Part
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.labelled import LabelledImage

LARGEST = 2.0**53
"""Numbers of labels lie below: others are told from no neighbour, and their sums are no numbers."""

FILES_NAMED = 3


def no_boxes() -> FloatArray:
    """Return (0, 4)."""
    return np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RawImage:
    """One image as its source labels it.

    Attributes:
        path: of the image file.
        image_wh: its size.
        boxes_xyxy: (N, 4) float32, pixels of the image, not cut.
        identities: (N,) int64, the source's own numbers, -1 for none.
        scope: within which these numbers mean the same person.
        sequence: which video or folder it belongs to.
        ignored_xyxy: (M, 4) float32, see `LabelledImage`.
        teacher: (N, D) or None, see `LabelledImage`.
        has_labels: whether somebody has looked for people in it at all.
    """

    path: Path
    image_wh: tuple[int, int]
    boxes_xyxy: FloatArray
    identities: IntArray
    scope: str = ""
    sequence: str = ""
    ignored_xyxy: FloatArray = field(default_factory=no_boxes)
    teacher: FloatArray | None = None
    has_labels: bool = True


@dataclass(slots=True, eq=False)
class RawSource:
    """One source as it was read.

    Attributes:
        images: those that are there.
        missing: image files that the labels name and that are not there, or are no images.
        notes: what the reader left out, in sentences.
    """

    images: list[RawImage] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def keep(self, source: SourceConfig) -> "RawSource":
        """Return the part of it that the source asks for."""
        kept = select_part(self.images, part=source.part, every=source.every)
        return RawSource(kept, self.missing, self.notes)


Reader = Callable[[SourceConfig], RawSource]


def select_part(images: Sequence[RawImage], *, part: str, every: int) -> list[RawImage]:
    """Take a half of every sequence, or every n-th image: the half-split convention.

    Of n images in order of their names the first int(n / 2) are the first half.
    """
    if part == Part.ALL and every == 1:
        return list(images)
    sequences: dict[str, list[RawImage]] = {}
    for image in images:
        sequences.setdefault(image.sequence, []).append(image)
    kept: list[RawImage] = []
    for members in sequences.values():
        ordered = sorted(members, key=lambda image: natural_key(image.path.name))
        half = len(ordered) // 2
        start, end = {
            Part.FIRST_HALF: (0, half),
            Part.SECOND_HALF: (half, len(ordered)),
        }.get(Part(part), (0, len(ordered)))
        kept += ordered[start:end:every]
    return kept


def number_identities(
    images: Sequence[RawImage], *, own_identity_per_box: bool
) -> list[LabelledImage]:
    """Give identities numbers from 0; a box without one gets its own if the source says so.

    A box that is listed twice, of the same person in the same place, counts once.
    """
    numbers: dict[tuple[str, int], int] = {}
    count = 0
    labelled: list[LabelledImage] = []
    for image in images:
        rows = distinct_rows(image)
        identities = np.full(len(rows), -1, np.int64)
        for place, identity in enumerate(image.identities[rows].tolist()):
            key = (image.scope, identity)
            if identity >= 0 and key in numbers:
                identities[place] = numbers[key]
            elif identity >= 0 or own_identity_per_box:
                identities[place] = count
                if identity >= 0:
                    numbers[key] = count
                count += 1
        labelled.append(
            LabelledImage(
                path=image.path,
                boxes_xyxy=image.boxes_xyxy[rows],
                identities=identities,
                ignored_xyxy=image.ignored_xyxy,
                teacher=None if image.teacher is None else image.teacher[rows],
            )
        )
    return labelled


def distinct_rows(image: RawImage) -> IntArray:
    """Return the rows of an image's boxes, in order, each box and identity once."""
    if len(image.identities) < 2:
        return np.arange(len(image.identities))
    table = np.concatenate([image.identities[:, None], image.boxes_xyxy], axis=1)
    return np.sort(np.unique(table, axis=0, return_index=True)[1])


def require_all(raw: RawSource, *, source: SourceConfig) -> None:
    """Check that there is something to learn from and that every image is there.

    Raises:
        UserError: files are missing or are no images, or there is nothing at all.
    """
    if raw.missing:
        named = ", ".join(map(str, raw.missing[:FILES_NAMED]))
        more = len(raw.missing) - FILES_NAMED
        rest = f" and {more} more" if more > 0 else ""
        raise UserError(
            f"The training image {named}{rest} cannot be read."
            if len(raw.missing) == 1
            else f"The training images {named}{rest} cannot be read.",
            "Are they there, and are they images? If they are elsewhere, set the source's images.",
        )
    if not raw.images:
        raise UserError(
            f"No image was found in {source.path}.", "See what is there: trackmend data check."
        )
