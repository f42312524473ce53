"""Crops of people in ever other clothes, each with what the re-ID teacher should be shown of them.

An item is drawn from (seed, n) alone, like those of `CropDataset`. Photos are recoloured person by
person, and people of other photos are put in front of theirs; the teacher sees everybody as they
are without anybody in front. Clips and drawn streets, whose people are known over time, keep their
clothes, and each person has one embedding: the teacher's mean.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from trackmend_core.geometry import iou_matrix
from trackmend_core.types import BoolArray, Float64Array, FloatArray, ImageArray, IntArray
from trackmend_training.augment.appearance import change_appearance
from trackmend_training.augment.geometry import choose_map, cut_boxes, map_boxes
from trackmend_training.augment.occlusion import covered_too_much, paste_person
from trackmend_training.augment.recolour import recolour_person
from trackmend_training.augment.result import BORDER, Crop
from trackmend_training.batches import KeptImages, crop_tensors, image_order
from trackmend_training.config import TrainConfig
from trackmend_training.datasets.labelled import LabelledImage, Material
from trackmend_training.teacher.reid import cut_patch

RECOLOURED = 0.65
"""Share of photos in which people get other clothes."""
OCCLUDED = 0.6
MOST_OCCLUDERS = 4
PATCHES = 8
"""At most so many people of a crop are shown to the teacher."""
FREE_IOU = 0.15


@dataclass(slots=True, eq=False)
class _Scene:
    """A photo that people are put into.

    Attributes:
        image: (H, W, 3) BGR.
        boxes_xyxy: (N, 4).
        ignored_xyxy: (M, 4).
        patches: what the teacher is shown of each box; None where it is not asked.
    """

    image: ImageArray
    boxes_xyxy: FloatArray
    ignored_xyxy: FloatArray
    patches: list[ImageArray | None]


class DressedPeople(Dataset[dict[str, Tensor]]):
    """Item n is always the same crop."""

    def __init__(self, material: Material, config: TrainConfig) -> None:
        self.material = material
        self.config = config
        self.order = image_order(material, config)
        self._photos = np.flatnonzero([image.teacher is None for image in material.images])
        self._kept = KeptImages(material)

    def __len__(self) -> int:
        return self.config.steps * self.config.batch_size

    def __getitem__(self, item: int) -> dict[str, Tensor]:
        chosen, chance = self.order.draw(item)
        labelled = self.material.images[chosen]
        is_photo = labelled.teacher is None
        image = self._kept.read(chosen)
        matrix = choose_map(
            chance,
            boxes_xyxy=labelled.boxes_xyxy,
            image_wh=(image.shape[1], image.shape[0]),
            crop_wh=self.config.crop_wh,
            settings=self.config.augment,
        )
        scene = _Scene(
            image,
            labelled.boxes_xyxy,
            labelled.ignored_xyxy,
            [None] * len(labelled.boxes_xyxy),
        )
        if is_photo:
            seen = self._cut(scene.boxes_xyxy, matrix)[1]
            self._dress(scene, np.flatnonzero(seen), chance)
            if seen.any() and chance.random() < OCCLUDED:
                self._put_people_in_front(scene, scene.boxes_xyxy[seen], chance)
        crop, rows = self._crop(labelled, scene, matrix, chance)
        tensors = crop_tensors(crop, config=self.config)
        patches = np.zeros((PATCHES, 256, 128, 3), np.uint8)
        slots = np.full(PATCHES, -1, np.int64)
        shown = [slot for slot, row in enumerate(rows) if scene.patches[row] is not None]
        shown = [slot for slot in shown if slot < self.config.max_objects]
        for place, slot in enumerate(chance.permutation(shown)[:PATCHES].astype(int).tolist()):
            patches[place], slots[place] = scene.patches[rows[slot]], slot
        return {
            **tensors,
            "patches": torch.from_numpy(patches),
            "slots": torch.from_numpy(slots),
        }

    def _dress(self, scene: _Scene, rows: IntArray, chance: np.random.Generator) -> None:
        """Give some people of a photo other clothes, and keep the teacher's view of them."""
        if chance.random() < RECOLOURED:
            scene.image = scene.image.copy()
            # The nearest last, as theirs are the colours that are seen.
            for row in rows[np.argsort(scene.boxes_xyxy[rows, 3])]:
                recolour_person(scene.image, scene.boxes_xyxy[row], chance)
        for row in rows:
            scene.patches[row] = cut_patch(scene.image, scene.boxes_xyxy[row])

    def _put_people_in_front(
        self, scene: _Scene, targets_xyxy: FloatArray, chance: np.random.Generator
    ) -> None:
        """Cover some of the people at `targets_xyxy` by people of other photos."""
        for _ in range(int(chance.integers(1, MOST_OCCLUDERS + 1))):
            chosen = int(chance.choice(self._photos))
            donor = self.material.images[chosen]
            free = _standing_free(donor.boxes_xyxy)
            if not len(free):
                continue
            box = donor.boxes_xyxy[int(chance.choice(free))]
            image = self._kept.read(chosen)
            if chance.random() < RECOLOURED:
                image = image.copy()
                recolour_person(image, box, chance)
            pasted = paste_person(scene.image, targets_xyxy, chance, donor=image, donor_xyxy=box)
            if pasted is None:
                continue
            scene.image, placed = pasted
            hidden = covered_too_much(scene.boxes_xyxy, placed)
            scene.ignored_xyxy = np.concatenate([scene.ignored_xyxy, scene.boxes_xyxy[hidden]])
            scene.boxes_xyxy = np.concatenate([scene.boxes_xyxy[~hidden], placed[None]])
            kept = [p for p, gone in zip(scene.patches, hidden, strict=True) if not gone]
            scene.patches = [*kept, cut_patch(image, box)]

    def _cut(
        self, boxes_xyxy: FloatArray, matrix: Float64Array
    ) -> tuple[FloatArray, BoolArray, BoolArray]:
        return cut_boxes(
            map_boxes(boxes_xyxy, matrix),
            crop_wh=self.config.crop_wh,
            min_visible=self.config.augment.min_visible,
        )

    def _crop(
        self,
        labelled: LabelledImage,
        scene: _Scene,
        matrix: Float64Array,
        chance: np.random.Generator,
    ) -> tuple[Crop, IntArray]:
        """Return a crop of the scene, and which row of it each of the crop's boxes is."""
        warped = cv2.warpAffine(
            scene.image,
            matrix,
            self.config.crop_wh,
            flags=cv2.INTER_LINEAR,
            borderValue=BORDER,
        )
        cut, kept, doubtful = self._cut(scene.boxes_xyxy, matrix)
        ignored, whole, partly = self._cut(scene.ignored_xyxy, matrix)
        teacher = np.zeros((int(kept.sum()), self.config.reid_dim), np.float32)
        if labelled.teacher is not None:
            teacher = labelled.teacher[kept]
        crop = Crop(
            image=change_appearance(
                np.asarray(warped, np.uint8), chance, settings=self.config.augment
            ),
            boxes_xyxy=cut[kept],
            identities=np.full(int(kept.sum()), -1, np.int64),
            ignored_xyxy=np.concatenate([ignored[whole | partly], cut[doubtful]]),
            teacher=teacher,
        )
        return crop, np.flatnonzero(kept)


def _standing_free(boxes_xyxy: FloatArray) -> IntArray:
    """Return the rows of upright people whom nobody touches."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    upright = (sides[:, 1] >= 60) & (sides[:, 1] > 1.6 * sides[:, 0])
    overlap = iou_matrix(boxes_xyxy.astype(np.float64), boxes_xyxy.astype(np.float64))
    np.fill_diagonal(overlap, 0)
    return np.flatnonzero(upright & (overlap.max(axis=1, initial=0) < FREE_IOU))


def known_people(material: Material, *, reid_dim: int) -> Material:
    """Return the material with one embedding per person where people are known over time.

    Photos, every box of which is a person of its own, lose theirs: the teacher is asked anew.
    """
    counts = np.zeros(material.identity_count, np.int64)
    for image in material.images:
        np.add.at(counts, image.identities[image.identities >= 0], 1)
    prototypes = material.prototypes(reid_dim)
    images = []
    for image in material.images:
        known = len(image.identities) and int(counts[image.identities].max()) > 1
        teacher = prototypes[image.identities] if known else None
        if image.teacher is not None and not len(image.identities):
            teacher = np.zeros((0, reid_dim), np.float32)
        images.append(
            replace(image, teacher=teacher, identities=np.full(len(image.identities), -1))
        )
    return replace(material, images=tuple(images), identity_count=1)
