"""From a labelled image to one training crop: occlude, map, change the look, cut the boxes."""

import cv2
import numpy as np

from trackmend_core.types import ImageArray
from trackmend_training.augment.appearance import change_appearance
from trackmend_training.augment.geometry import choose_map, cut_boxes, map_boxes
from trackmend_training.augment.occlusion import covered_too_much, paste_occluder
from trackmend_training.augment.official import augment_as_official
from trackmend_training.augment.result import BORDER, Crop
from trackmend_training.choices import AugmentStyle
from trackmend_training.config import AugmentConfig
from trackmend_training.datasets.labelled import LabelledImage


def augment_image(
    labelled: LabelledImage,
    image: ImageArray,
    random: np.random.Generator,
    *,
    crop_wh: tuple[int, int],
    settings: AugmentConfig,
    anchor_chance: np.random.Generator | None = None,
) -> Crop:
    """Make one crop; the same generator state gives the same crop.

    Args:
        labelled: the people in the image.
        image: its pixels; not changed.
        random: all chance comes from here.
        crop_wh: size of the crop.
        settings: how strongly to change it.
        anchor_chance: draws instead what part of the image the crop is of, so that several views
            show the same people.
    """
    if settings.style == AugmentStyle.FAIRMOT:
        return augment_as_official(labelled, image, random, net_wh=crop_wh, settings=settings)
    boxes, rows = labelled.boxes_xyxy, np.arange(len(labelled.boxes_xyxy))
    ignored = labelled.ignored_xyxy
    if len(boxes) and random.random() < settings.occlude:
        for _ in range(int(random.integers(1, 4))):
            pasted = paste_occluder(image, boxes, random)
            if pasted is not None:
                image, box, source = pasted
                hidden = covered_too_much(boxes, box)
                ignored = np.concatenate([ignored, boxes[hidden]])
                boxes = np.concatenate([boxes[~hidden], box[None]])
                rows = np.append(rows[~hidden], rows[source])
    matrix = choose_map(
        random,
        boxes_xyxy=labelled.boxes_xyxy,
        image_wh=(image.shape[1], image.shape[0]),
        crop_wh=crop_wh,
        settings=settings,
        anchor_chance=anchor_chance,
    )
    warped = cv2.warpAffine(image, matrix, crop_wh, flags=cv2.INTER_LINEAR, borderValue=BORDER)
    cut, kept, doubtful = cut_boxes(
        map_boxes(boxes, matrix), crop_wh=crop_wh, min_visible=settings.min_visible
    )
    cut_ignored, whole, partly = cut_boxes(
        map_boxes(ignored, matrix), crop_wh=crop_wh, min_visible=settings.min_visible
    )
    return Crop(
        image=change_appearance(np.asarray(warped, np.uint8), random, settings=settings),
        boxes_xyxy=cut[kept],
        identities=labelled.identities[rows[kept]],
        ignored_xyxy=np.concatenate([cut_ignored[whole | partly], cut[doubtful]]),
        teacher=None if labelled.teacher is None else labelled.teacher[rows[kept]],
    )
