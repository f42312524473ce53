"""Plans of crops of people in ever other clothes: everything but the pixels.

A plan is drawn from (seed, n) alone, like the crops of `CropDataset`. Photos are recoloured person
by person, and people of other photos are put in front of theirs; the teacher is to see everybody
as they are without anybody in front. Clips and drawn streets, whose people are known over time,
keep their clothes, and each person has one embedding: the teacher's mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from trackmend_core.types import BoolArray, Float64Array, FloatArray, ImageArray, IntArray
from trackmend_training.augment.geometry import choose_map, cut_boxes, map_boxes
from trackmend_training.augment.occlusion import covered_too_much, place_person, standing_free
from trackmend_training.augment.result import Crop
from trackmend_training.batches import crop_targets, image_order
from trackmend_training.config import TrainConfig
from trackmend_training.datasets.labelled import LabelledImage, Material
from trackmend_training.recipe.clothes import draw_clothes, draw_kernel, draw_look, own_clothes

RECOLOURED = 0.65
"""Share of photos in which people get other clothes."""
OCCLUDED = 0.6
DRESSED = 8
"""At most so many people of a crop get other clothes, the nearest."""
IN_FRONT = 4
PATCHES = 8
"""At most so many people of a crop are shown to the teacher."""
MIN_PATCH_PX = 4


@dataclass(slots=True, eq=False)
class _Person:
    """Somebody whom the teacher can be shown.

    Attributes:
        image: row of the picture they are in.
        box_xyxy: (4,) where in it.
        clothes: what they wear.
    """

    image: int
    box_xyxy: FloatArray
    clothes: FloatArray


@dataclass(slots=True, eq=False)
class _Scene:
    """A picture that people are put into.

    Attributes:
        boxes_xyxy: (N, 4).
        ignored_xyxy: (M, 4).
        people: who is in each box; None where the teacher is not asked.
        dressed: who gets other clothes where they stand, the nearest last.
        in_front: who is put in front, and (4,) where, the nearest last.
    """

    boxes_xyxy: FloatArray
    ignored_xyxy: FloatArray
    people: list[_Person | None]
    dressed: list[_Person] = field(default_factory=list)
    in_front: list[tuple[_Person, FloatArray]] = field(default_factory=list)


class DressedPlans(Dataset[dict[str, Tensor]]):
    """Item n is always the same plan.

    Args:
        material: from `known_people`.
        config: the run.
        sizes_wh: (len(material.images), 2) pixels.
    """

    def __init__(self, material: Material, config: TrainConfig, sizes_wh: IntArray) -> None:
        self.material = material
        self.config = config
        self.order = image_order(material, config)
        self._sizes_wh = sizes_wh
        self._photos = np.flatnonzero([image.teacher is None for image in material.images])

    def __len__(self) -> int:
        return self.config.steps * self.config.batch_size

    def __getitem__(self, item: int) -> dict[str, Tensor]:
        chosen, chance = self.order.draw(item)
        labelled = self.material.images[chosen]
        matrix = choose_map(
            chance,
            boxes_xyxy=labelled.boxes_xyxy,
            image_wh=self._size_of(chosen),
            crop_wh=self.config.crop_wh,
            settings=self.config.augment,
        )
        nobody: list[_Person | None] = [None] * len(labelled.boxes_xyxy)
        scene = _Scene(labelled.boxes_xyxy, labelled.ignored_xyxy, nobody)
        if labelled.teacher is None:
            seen = self._cut(scene.boxes_xyxy, matrix)[1]
            self._dress(scene, chosen, np.flatnonzero(seen), chance)
            if seen.any() and chance.random() < OCCLUDED:
                targets = scene.boxes_xyxy[seen]
                self._put_people_in_front(scene, targets, self._size_of(chosen), chance)
        crop, rows = self._crop(labelled, scene, matrix)
        turned = np.linalg.inv(np.concatenate([matrix, [[0, 0, 1]]]))[:2]
        return {
            **crop_targets(crop, config=self.config),
            "chosen": torch.tensor(chosen),
            "to_image": torch.from_numpy(turned.astype(np.float32)),
            "look": torch.from_numpy(draw_look(chance, self.config.augment)),
            "kernel": torch.from_numpy(draw_kernel(chance, self.config.augment)),
            **_table("dressed", scene.dressed[-DRESSED:], DRESSED),
            **_table("front", [person for person, _ in scene.in_front], IN_FRONT),
            "placed": _rows([place for _, place in scene.in_front], IN_FRONT),
            **self._shown(scene, rows, chance),
        }

    def _size_of(self, image: int) -> tuple[int, int]:
        return int(self._sizes_wh[image, 0]), int(self._sizes_wh[image, 1])

    def _dress(
        self, scene: _Scene, image: int, rows: IntArray, chance: np.random.Generator
    ) -> None:
        """Let everybody seen in a photo be somebody, some in other clothes."""
        are_changed = chance.random() < RECOLOURED
        # The nearest last, as theirs are the colours that are seen.
        for row in rows[np.argsort(scene.boxes_xyxy[rows, 3])].tolist():
            clothes = draw_clothes(chance) if are_changed else own_clothes()
            person = _Person(image, scene.boxes_xyxy[row], clothes)
            if are_changed:
                scene.dressed.append(person)
            if _is_large_enough(person.box_xyxy, self._size_of(image)):
                scene.people[row] = person

    def _put_people_in_front(
        self,
        scene: _Scene,
        targets_xyxy: FloatArray,
        image_wh: tuple[int, int],
        chance: np.random.Generator,
    ) -> None:
        """Cover some of the people at `targets_xyxy` by people of other photos."""
        for _ in range(int(chance.integers(1, IN_FRONT + 1))):
            image = int(chance.choice(self._photos))
            boxes = self.material.images[image].boxes_xyxy
            free = standing_free(boxes)
            if not len(free):
                continue
            box = boxes[int(chance.choice(free))]
            clothes = draw_clothes(chance) if chance.random() < RECOLOURED else own_clothes()
            place = place_person(targets_xyxy, chance, side=box[2:] - box[:2], image_wh=image_wh)
            if place is None:
                continue
            inside = place.clip(0, np.tile(np.asarray(image_wh, np.float32), 2))
            hidden = covered_too_much(scene.boxes_xyxy, inside)
            scene.ignored_xyxy = np.concatenate([scene.ignored_xyxy, scene.boxes_xyxy[hidden]])
            scene.boxes_xyxy = np.concatenate([scene.boxes_xyxy[~hidden], inside[None]])
            kept = [one for one, gone in zip(scene.people, hidden, strict=True) if not gone]
            person = _Person(image, box, clothes)
            scene.people = [*kept, person]
            scene.in_front.append((person, place))

    def _cut(
        self, boxes_xyxy: FloatArray, matrix: Float64Array
    ) -> tuple[FloatArray, BoolArray, BoolArray]:
        return cut_boxes(
            map_boxes(boxes_xyxy, matrix),
            crop_wh=self.config.crop_wh,
            min_visible=self.config.augment.min_visible,
        )

    def _crop(
        self, labelled: LabelledImage, scene: _Scene, matrix: Float64Array
    ) -> tuple[Crop, IntArray]:
        """Return what is in a crop, without its picture, and which row each of its boxes is."""
        cut, kept, doubtful = self._cut(scene.boxes_xyxy, matrix)
        ignored, whole, partly = self._cut(scene.ignored_xyxy, matrix)
        width, height = self.config.crop_wh
        blank: ImageArray = np.broadcast_to(np.zeros((), np.uint8), (height, width, 3))
        crop = Crop(
            image=blank,
            boxes_xyxy=cut[kept],
            identities=np.full(int(kept.sum()), -1, np.int64),
            ignored_xyxy=np.concatenate([ignored[whole | partly], cut[doubtful]]),
            teacher=None if labelled.teacher is None else labelled.teacher[kept],
        )
        return crop, np.flatnonzero(kept)

    def _shown(
        self, scene: _Scene, rows: IntArray, chance: np.random.Generator
    ) -> dict[str, Tensor]:
        """Return whom the teacher is to be shown, and the slots that its answers are for."""
        slots = [slot for slot, row in enumerate(rows) if scene.people[row] is not None]
        slots = [slot for slot in slots if slot < self.config.max_objects]
        drawn = chance.permutation(slots)[:PATCHES].astype(int).tolist()
        people = [scene.people[rows[slot]] for slot in drawn]
        return {
            **_table("shown", [person for person in people if person is not None], PATCHES),
            "slots": torch.tensor([*drawn, *[-1] * (PATCHES - len(drawn))]),
        }


def _is_large_enough(box_xyxy: FloatArray, image_wh: tuple[int, int]) -> bool:
    seen = box_xyxy.clip(0, np.tile(np.asarray(image_wh, np.float32), 2))
    return bool((seen[2:] - seen[:2] >= MIN_PATCH_PX).all())


def _rows(rows: Sequence[FloatArray], length: int) -> Tensor:
    """Return (length, 4) boxes; those that nobody needs lie far outside any picture."""
    table = np.tile(np.array([-9e3, -9e3, -8e3, -8e3], np.float32), (length, 1))
    if rows:
        table[: len(rows)] = rows
    return torch.from_numpy(table)


def _table(name: str, people: Sequence[_Person], length: int) -> dict[str, Tensor]:
    """Return people as tensors of a fixed length; `NAME_image` is -1 where there is nobody."""
    images = [person.image for person in people] + [-1] * (length - len(people))
    clothes = [person.clothes for person in people]
    clothes += [own_clothes()] * (length - len(people))
    return {
        f"{name}_image": torch.tensor(images),
        f"{name}_box": _rows([person.box_xyxy for person in people], length),
        f"{name}_clothes": torch.from_numpy(np.stack(clothes)),
    }
