"""What is in a source and what is wrong with it; what would ruin a run is told from the rest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.geometry import iou_matrix
from trackmend_core.types import Float64Array
from trackmend_core.video.images import natural_key
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.raw import RawImage, distinct_rows

SAME_PLACE_IOU = 0.5
LEAST_PAIRS = 20
EXPLODED_SHARE = 0.5
"""Of the boxes that stay where they were from one image to the next, so many with a new name."""
VIDEO_SHARE = 0.3
"""So many of the boxes must stay where they were for the images to be a video's."""
OUTSIDE_SHARE = 0.2
EMPTY_BOX_SHARE = 0.5


class Level(StrEnum):
    """How bad a finding is."""

    RUINS = "ruins"
    """Training on it would be in vain: it is refused."""
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a source, in a sentence."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Counts over one source.

    Attributes:
        images: read.
        images_without_people: with no box.
        images_without_labels: for which there is no label file.
        boxes: labelled ones.
        boxes_without_identity: among them.
        identities: different ones.
        boxes_outside: wholly outside of their image.
        boxes_over_the_border: reaching out by more than a pixel.
        boxes_without_size: of no width or no height.
        duplicate_labels: the same box of the same identity once more.
        identity_twice_in_image: boxes of an identity that is elsewhere in the image too.
        followed: boxes that stay where they were from one image to the next.
        renamed: of those, with another identity.
        most_people: boxes in the fullest image.
        findings: what is wrong.
    """

    images: int
    images_without_people: int
    images_without_labels: int
    boxes: int
    boxes_without_identity: int
    identities: int
    boxes_outside: int
    boxes_over_the_border: int
    boxes_without_size: int
    duplicate_labels: int
    identity_twice_in_image: int
    followed: int
    renamed: int
    most_people: int
    findings: tuple[Finding, ...] = field(default=())

    @property
    def ruins(self) -> bool:
        """Return whether it must not be trained on."""
        return any(finding.level is Level.RUINS for finding in self.findings)


def inspect_images(images: Sequence[RawImage]) -> Inspection:
    """Count what is in a source and judge it."""
    counts: Counter[str] = Counter()
    names: set[tuple[str, int]] = set()
    for image in images:
        _count_image(image, counts)
        known = image.identities[image.identities >= 0]
        names.update((image.scope, identity) for identity in known.tolist())
    followed, renamed = _follow(images)
    plain = Inspection(
        images=len(images),
        images_without_people=counts["images_without_people"],
        images_without_labels=counts["images_without_labels"],
        boxes=counts["boxes"],
        boxes_without_identity=counts["boxes_without_identity"],
        identities=len(names),
        boxes_outside=counts["boxes_outside"],
        boxes_over_the_border=counts["boxes_over_the_border"],
        boxes_without_size=counts["boxes_without_size"],
        duplicate_labels=counts["duplicate_labels"],
        identity_twice_in_image=counts["identity_twice_in_image"],
        followed=followed,
        renamed=renamed,
        most_people=max((len(image.boxes_xyxy) for image in images), default=0),
    )
    return replace(plain, findings=tuple(_findings(plain)))


def refuse_ruinous(inspection: Inspection, *, source: SourceConfig) -> None:
    """Stop before a run that would be in vain.

    Raises:
        UserError: with what is wrong.
    """
    reasons = [f.text for f in inspection.findings if f.level is Level.RUINS]
    if reasons:
        raise UserError(
            f"Training on {source.path} would be in vain. {' '.join(reasons)}",
            "Mend it (trackmend data check says more), or set check = false to train all the same.",
        )


def _count_image(image: RawImage, counts: Counter[str]) -> None:
    boxes = image.boxes_xyxy
    width, height = image.image_wh
    sides = boxes[:, 2:] - boxes[:, :2]
    outside = (
        (boxes[:, 2] <= 0) | (boxes[:, 3] <= 0) | (boxes[:, 0] >= width) | (boxes[:, 1] >= height)
    )
    over = (boxes[:, :2] < -1).any(axis=1) | (boxes[:, 2:] > np.add(image.image_wh, 1)).any(axis=1)
    rows = distinct_rows(image)
    known = image.identities[rows][image.identities[rows] >= 0]
    counts["images_without_people"] += not len(boxes)
    counts["images_without_labels"] += not image.has_labels
    counts["boxes"] += len(boxes)
    counts["boxes_without_identity"] += int((image.identities < 0).sum())
    counts["boxes_outside"] += int(outside.sum())
    counts["boxes_over_the_border"] += int((over & ~outside).sum())
    counts["boxes_without_size"] += int((sides <= 0).any(axis=1).sum())
    counts["duplicate_labels"] += len(boxes) - len(rows)
    counts["identity_twice_in_image"] += len(known) - len(np.unique(known))


def _follow(images: Sequence[RawImage]) -> tuple[int, int]:
    """Count boxes that stay where they were from one image to the next, and those renamed then.

    In a video people hardly move from frame to frame, and keep their names.
    """
    sequences: dict[tuple[str, str], list[RawImage]] = {}
    for image in images:
        sequences.setdefault((image.scope, image.sequence), []).append(image)
    followed = renamed = 0
    for members in sequences.values():
        ordered = sorted(members, key=lambda image: natural_key(image.path.name))
        for before, after in pairwise(ordered):
            if before.image_wh != after.image_wh:
                continue
            known = before.identities >= 0, after.identities >= 0
            overlap = iou_matrix(
                before.boxes_xyxy[known[0]].astype(np.float64),
                after.boxes_xyxy[known[1]].astype(np.float64),
            )
            old, new = _mutual_best(overlap)
            followed += len(old)
            names = before.identities[known[0]][old], after.identities[known[1]][new]
            renamed += int((names[0] != names[1]).sum())
    return followed, renamed


def _mutual_best(overlap: Float64Array) -> tuple[list[int], list[int]]:
    """Return rows and columns of pairs that overlap each other most, and enough."""
    if not overlap.size:
        return [], []
    best, back = overlap.argmax(axis=1), overlap.argmax(axis=0)
    rows = [
        row
        for row, column in enumerate(best.tolist())
        if back[column] == row and overlap[row, column] >= SAME_PLACE_IOU
    ]
    return rows, best[rows].tolist()


def _findings(counted: Inspection) -> Iterator[Finding]:
    boxes = counted.boxes
    if not counted.images:
        yield Finding(Level.RUINS, "There is no image.")
        return
    if not boxes:
        yield Finding(Level.RUINS, "There is no box in any image.")
        return
    if _has_exploded(counted):
        yield Finding(
            Level.RUINS,
            f"Identities do not last: {counted.renamed} of {counted.followed} boxes that stay "
            f"where they were get another identity in the next image ({counted.identities} "
            f"identities for {boxes} boxes). Were they numbered from rows that were not sorted "
            "by identity?",
        )
    if counted.boxes_outside > OUTSIDE_SHARE * boxes:
        yield Finding(
            Level.RUINS,
            f"{counted.boxes_outside} of {boxes} boxes lie wholly outside of their image: their "
            "numbers are of another form (pixels for shares, or of a picture of another size).",
        )
    if counted.boxes_without_size > EMPTY_BOX_SHARE * boxes:
        yield Finding(Level.RUINS, f"{counted.boxes_without_size} of {boxes} boxes have no size.")
    yield from _warnings(counted)


def _warnings(counted: Inspection) -> Iterator[Finding]:
    told = {
        "duplicate_labels": "labels are there more than once; each counts once. (Were the labels "
        "made twice into the same files?)",
        "identity_twice_in_image": "boxes have an identity that is elsewhere in the same image.",
        "boxes_outside": "boxes lie wholly outside of their image and teach nothing.",
        "boxes_without_size": "boxes have no size and teach nothing.",
        "images_without_labels": "images have no label file and count as images without people.",
    }
    for name, text in told.items():
        if count := getattr(counted, name):
            yield Finding(Level.WARNS, f"{count} {text}")
    if not counted.identities:
        yield Finding(
            Level.WARNS,
            "No box has an identity: each is a class of its own, or only detection is learnt.",
        )


def _has_exploded(counted: Inspection) -> bool:
    named = counted.boxes - counted.boxes_without_identity
    is_video = counted.followed >= max(LEAST_PAIRS, VIDEO_SHARE * named)
    return is_video and counted.renamed > EXPLODED_SHARE * counted.followed
