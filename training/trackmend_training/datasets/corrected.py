"""Corrected tracks of a project as training material: frames near corrections, true identities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.geometry import iou_matrix
from trackmend_core.project import BoxRecord, Project
from trackmend_core.types import BoxSource, DetectionId, FloatArray, FrameDetections, RunId
from trackmend_core.video import open_video
from trackmend_training.datasets.labelled import LabelledImage

EDITED_SHARE = 0.67
"""At most this share of the frames is taken around corrections; the rest is spread."""
FRAME_STRIDE = 2
SHORTEST_TRACK = 3
ALREADY_TAKEN_IOU = 0.5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CorrectedRun:
    """What one run teaches.

    Attributes:
        run_id: whose layer it is.
        images: written frames, identities numbered from 0.
        edit_count: corrections that count.
    """

    run_id: RunId
    images: list[LabelledImage]
    edit_count: int


def read_corrected_run(
    project: Project, run_id: RunId, *, folder: Path, max_frames: int, frames_around_edit: int
) -> CorrectedRun:
    """Write the most telling frames of a run as images and label them with its corrected tracks.

    Boxes of the layer are right, whoever made them. Detections that a person deleted are wrong.
    Detections that never became a box, and tracks of one or two model boxes, are neither.

    Args:
        project: open; only read.
        run_id: of the run whose layer was corrected.
        folder: receives the frames.
        max_frames: at most this many.
        frames_around_edit: how far around a corrected frame to look.

    Raises:
        UserError: the run has no boxes, or the video cannot be found or read.
    """
    run = project.run(run_id)
    boxes = project.boxes_in_range(run_id, 0, max(0, run.next_frame - 1))
    if not boxes:
        raise UserError(
            "There is nothing to learn from: the run has no boxes.", "Run the model first."
        )
    by_frame: dict[int, list[BoxRecord]] = {}
    for box in boxes:
        by_frame.setdefault(box.frame_index, []).append(box)
    spans = project.frames_of_edits(run_id)
    chosen = choose_frames(
        edited=[frame for span in spans for frame in span],
        available=sorted(by_frame),
        max_frames=max_frames,
        reach=frames_around_edit,
    )
    doubtful = _fleeting_tracks(boxes)
    tracked = project.tracked_detections(run_id)
    identity_of = {number: row for row, number in enumerate(sorted({b.number for b in boxes}))}
    images: list[LabelledImage] = []
    folder.mkdir(parents=True, exist_ok=True)
    with open_video(project.locate_video(run.video_id)) as video:
        for frame_index in chosen:
            path = folder / f"{frame_index:06d}.jpg"
            cv2.imwrite(str(path), video.read(frame_index), [cv2.IMWRITE_JPEG_QUALITY, 95])
            stored = project.detections(run_id, frame_index)
            ids = [DetectionId(int(number)) for number in stored.ids]
            images.append(
                _label(
                    path,
                    by_frame[frame_index],
                    identity_of=identity_of,
                    doubtful=doubtful,
                    detections=stored.detections,
                    detection_ids=ids,
                    tracked=tracked,
                )
            )
    return CorrectedRun(run_id=run_id, images=images, edit_count=len(spans))


def choose_frames(
    *, edited: Iterable[int], available: Sequence[int], max_frames: int, reach: int
) -> list[int]:
    """Choose frames: those nearest to corrections first, then evenly spread ones.

    Args:
        edited: first and last frames of corrections.
        available: frames to choose from, in order.
        max_frames: at most this many are chosen.
        reach: how far from a corrected frame counts as near.

    Returns:
        In order, without doubles.
    """
    known = set(available)
    chosen: dict[int, None] = {}
    limit = int(max_frames * EDITED_SHARE)
    marks = list(dict.fromkeys(edited))
    for distance in range(0, reach + 1, FRAME_STRIDE):
        for frame in (mark + sign * distance for mark in marks for sign in (-1, 1)):
            if frame in known and len(chosen) < limit:
                chosen[frame] = None
    rest = [frame for frame in available if frame not in chosen]
    wanted = min(max_frames - len(chosen), len(rest))
    for position in np.linspace(0, len(rest) - 1, max(wanted, 0)).round().astype(int).tolist():
        chosen[rest[position]] = None
    return sorted(chosen)


def _fleeting_tracks(boxes: Iterable[BoxRecord]) -> set[int]:
    """Return the numbers of tracks too short to be believed, unless a person drew in them."""
    counts: dict[int, int] = {}
    for box in boxes:
        weight = SHORTEST_TRACK if box.source is BoxSource.PERSON else 1
        counts[box.number] = counts.get(box.number, 0) + weight
    return {number for number, count in counts.items() if count < SHORTEST_TRACK}


def _label(
    path: Path,
    boxes: Sequence[BoxRecord],
    *,
    identity_of: Mapping[int, int],
    doubtful: set[int],
    detections: FrameDetections,
    detection_ids: Sequence[DetectionId],
    tracked: frozenset[DetectionId],
) -> LabelledImage:
    right = [box for box in boxes if box.number not in doubtful]
    unsure = [list(box.box_xyxy) for box in boxes if box.number in doubtful]
    layer = np.array([box.box_xyxy for box in boxes], np.float64).reshape(-1, 4)
    overlap = iou_matrix(detections.boxes_xyxy.astype(np.float64), layer)
    unused = overlap.max(axis=1, initial=0) < ALREADY_TAKEN_IOU
    for row, detection_id in enumerate(detection_ids):
        if unused[row] and detection_id not in tracked:
            unsure.append(detections.boxes_xyxy[row].tolist())
    return LabelledImage(
        path=path,
        boxes_xyxy=np.array([box.box_xyxy for box in right], np.float32).reshape(-1, 4),
        identities=np.array([identity_of[box.number] for box in right], np.int64),
        ignored_xyxy=np.array(unsure, np.float32).reshape(-1, 4),
        teacher=_known_embeddings(right, detections=detections, detection_ids=detection_ids),
    )


def _known_embeddings(
    boxes: Sequence[BoxRecord],
    *,
    detections: FrameDetections,
    detection_ids: Sequence[DetectionId],
) -> FloatArray:
    """Return each box's stored embedding, zero for boxes that a person drew."""
    row_of = {detection_id: row for row, detection_id in enumerate(detection_ids)}
    known = np.zeros((len(boxes), detections.embeddings.shape[1]), np.float32)
    for position, box in enumerate(boxes):
        if box.detection_id is not None and box.detection_id in row_of:
            known[position] = detections.embeddings[row_of[box.detection_id]]
    return known
