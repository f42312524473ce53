"""The bundled model's material: photos, a clip and drawn streets, with what the teachers say.

Each part becomes a folder in JDE's format, with regions that are neither right nor wrong and the
re-ID teacher's embeddings beside it. Needed are `street`, `coco-person`, `clips` and `weights`.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.geometry import iou_matrix
from trackmend_core.types import BoolArray, Float64Array, FloatArray
from trackmend_core.video import open_video
from trackmend_training.config import SourceConfig
from trackmend_training.datasets.drawn import write_drawn_material
from trackmend_training.datasets.jde import (
    IGNORED,
    IMAGES,
    LABELS,
    TEACHER_FILE,
    load_source,
    sidecar_path,
    to_relative,
    write_labels,
)
from trackmend_training.teacher import DetectorEnsemble, ReidTeacher, fit_projection

CLIP = "intel-one-by-one-person-detection.mp4"
CLIP_STEP = 8
CLIP_SCORE = 0.6
CLIP_GAP_FRAMES = 24
DOUBTFUL_SCORE = 0.25
DOUBTFUL_IOU = 0.4
PART_OF_PERSON = 0.6
DRAWN_FRAMES = 200
REID_DIM = 128
COMMON_SHARE = 0.25
"""Cosine of two strangers in the taught embeddings, see `fit_projection`."""
PROJECTION_FILE = "projection.npz"
REID_TEACHER = "weights/omz/person-reidentification-retail-0287.xml"
DONE_FILE = "prepared"


def prepare_material(data_dir: Path, out_dir: Path, *, tell: Callable[[str], None]) -> None:
    """Write the parts `street`, `coco`, `clip` and `drawn` below `out_dir`, unless they are there.

    Args:
        data_dir: the training data.
        out_dir: receives the parts.
        tell: is told what is being done.

    Raises:
        UserError: something is missing in `data_dir`.
    """
    if (out_dir / DONE_FILE).is_file():
        tell("The material is already prepared.")
        return
    for name in ("street", "coco-person", "weights", f"clips/{CLIP}"):
        if not (data_dir / name).exists():
            raise UserError(f"The training data lacks {name}.", f"It was looked for in {data_dir}.")
    shutil.rmtree(out_dir, ignore_errors=True)
    parts = {name: out_dir / name for name in ("street", "coco", "clip", "drawn")}
    detectors = DetectorEnsemble(data_dir / "weights")
    tell("Copying photos")
    for name, origin in (("street", "street"), ("coco", "coco-person")):
        for kind in (IMAGES, LABELS):
            shutil.copytree(data_dir / origin / kind, parts[name] / kind)
    tell("Looking for people whom the street labels may lack")
    _mark_doubtful(parts["street"], detectors)
    tell("Labelling the clip")
    _label_clip(data_dir / "clips" / CLIP, parts["clip"], detectors)
    tell("Drawing streets")
    for _ in write_drawn_material(parts["drawn"], frame_count=DRAWN_FRAMES, seed=1):
        pass
    tell("Asking the re-ID teacher")
    _embed_people(list(parts.values()), ReidTeacher(data_dir / "weights"))
    (out_dir / DONE_FILE).touch()


def _mark_doubtful(folder: Path, detectors: DetectorEnsemble) -> None:
    """Where the detectors see somebody the labels lack, a detection is neither right nor wrong."""
    for labelled in load_source(SourceConfig(path=str(folder))):
        image = labelled.read()
        found = detectors.detect(image)
        boxes = found.boxes_xyxy[found.scores >= DOUBTFUL_SCORE]
        known = labelled.boxes_xyxy.astype(np.float64)
        doubtful = boxes[~is_known_person(boxes, known)]
        write_labels(
            sidecar_path(labelled.path, IGNORED),
            identities=[-1] * len(doubtful),
            boxes_cxcywh=to_relative(
                doubtful.astype(np.float32), image_wh=(image.shape[1], image.shape[0])
            ),
        )


def is_known_person(boxes_xyxy: Float64Array, known_xyxy: Float64Array) -> BoolArray:
    """Return (N,) which boxes show a known person, or a part of one."""
    if not len(boxes_xyxy) or not len(known_xyxy):
        return np.zeros(len(boxes_xyxy), np.bool_)
    low = np.maximum(boxes_xyxy[:, None, :2], known_xyxy[None, :, :2])
    high = np.minimum(boxes_xyxy[:, None, 2:], known_xyxy[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]).prod(axis=1)
    part = (shared / np.maximum(area, 1e-6)[:, None]).max(axis=1) > PART_OF_PERSON
    overlap = iou_matrix(boxes_xyxy, known_xyxy).max(axis=1) > DOUBTFUL_IOU
    return np.asarray(part | overlap)


def _label_clip(video: Path, folder: Path, detectors: DetectorEnsemble) -> None:
    """Label a clip in which one person is seen at a time: a long gap means the next person."""
    (folder / IMAGES).mkdir(parents=True)
    identity, last_seen = -1, -CLIP_GAP_FRAMES
    with open_video(video, cache_dir=folder) as source:
        for index in range(0, source.frame_count, CLIP_STEP):
            image = source.read(index)
            found = detectors.detect(image)
            sure = len(found.scores) > 0 and found.scores[0] >= CLIP_SCORE
            boxes = found.boxes_xyxy[: 1 if sure else 0].astype(np.float32)
            if sure:
                identity += index - last_seen >= CLIP_GAP_FRAMES
                last_seen = index
            height, width = image.shape[:2]
            boxes[:, 0::2] = boxes[:, 0::2].clip(0, width)
            boxes[:, 1::2] = boxes[:, 1::2].clip(0, height)
            path = folder / IMAGES / f"{index:06d}.jpg"
            cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 92])
            write_labels(
                sidecar_path(path, LABELS),
                identities=[identity] * len(boxes),
                boxes_cxcywh=to_relative(boxes, image_wh=(width, height)),
            )


def _embed_people(folders: list[Path], teacher: ReidTeacher) -> None:
    """Write what the re-ID teacher says of every labelled box, one file a part."""
    parts = [load_source(SourceConfig(path=str(folder))) for folder in folders]
    raw: list[list[FloatArray]] = [
        [teacher.embed(image.read(), image.boxes_xyxy) for image in images] for images in parts
    ]
    flat = [embeddings for part in raw for embeddings in part]
    projection = fit_projection(flat, dimension=REID_DIM, common_share=COMMON_SHARE)
    for folder, images, rows in zip(folders, parts, raw, strict=True):
        stored = {
            image.path.stem: projection.apply(embeddings).astype(np.float16)
            for image, embeddings in zip(images, rows, strict=True)
        }
        np.savez(folder / TEACHER_FILE, allow_pickle=False, **stored)
        projection.save(folder / PROJECTION_FILE)
