"""Corrected tracks of a project as training material: frames near corrections, true identities."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.geometry import iou_matrix
from trackmend_core.jobs.evidence import Evidence, read_evidence
from trackmend_core.jobs.held_out import HELD_OUT_SHARE, HeldOut, fleeting_tracks, hold_out
from trackmend_core.project import BoxRecord, Project, check_same_video
from trackmend_core.types import DetectionId, FloatArray, FrameDetections, RunId
from trackmend_core.video import open_video
from trackmend_training.datasets.labelled import LabelledImage
from trackmend_training.datasets.sampling import (
    Sample,
    choose_samples,
    mostly_inside,
)
from trackmend_training.pictures import write_jpeg

ALREADY_TAKEN_IOU = 0.5
QUALITY = 95


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CorrectedRun:
    """What one run teaches.

    Attributes:
        run_id: whose layer it is.
        images: written frames, identities numbered from 0.
        samples: why each of them was chosen, in the same order.
        edit_count: corrections that count.
        held_out: frames kept for judging; None if there are too few.
        held_out_identities: numbers of people of whom nothing is learnt, for the same purpose.
        hard_pairs: identities that were taken for one another.
        identity_of: identity of each track's number.
    """

    run_id: RunId
    images: list[LabelledImage]
    samples: list[Sample]
    edit_count: int
    held_out: HeldOut | None
    held_out_identities: frozenset[int]
    hard_pairs: frozenset[tuple[int, int]]
    identity_of: Mapping[int, int]


def corrected_runs(
    project: Project, *, tell: Callable[[str], None] = lambda _sentence: None
) -> list[RunId]:
    """Return the run of every video that is shown and edited, and of which a person said anything.

    Beside a video that was corrected, the tracks of one that nobody has looked at are no truth to
    learn or to judge by. Where nobody has said anything at all, the tracks as they are, of all.

    Args:
        project: open; only read.
        tell: is told which videos are left out.
    """
    videos = {video.video_id: video.path.name for video in project.videos()}
    active = [run for run in map(project.active_run, videos) if run is not None]
    corrected = [run for run in active if read_evidence(project, run.run_id)] or active
    unseen = [videos[run.video_id] for run in active if run not in corrected]
    if unseen:
        tell(
            f"Nothing is learnt from {', '.join(unseen)}: nobody has corrected or verified "
            "anything there."
        )
    return [run.run_id for run in corrected]


def read_corrected_run(
    project: Project,
    run_id: RunId,
    *,
    folder: Path,
    max_frames: int,
    frames_around_edit: int,
    held_out_share: float = HELD_OUT_SHARE,
) -> CorrectedRun:
    """Write the most telling frames of a run as images and label them with its corrected tracks.

    Boxes of the layer are right, whoever made them. Detections that a person deleted are wrong.
    Detections that never became a box, and tracks of one or two model boxes, are neither. People
    who are seen mostly in the frames kept for judging are learnt as people, not as somebody.

    Args:
        project: open; only read.
        run_id: of the run whose layer was corrected.
        folder: receives the frames.
        max_frames: at most this many.
        frames_around_edit: how far around a corrected frame to look.
        held_out_share: of the frames, kept for judging.

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
    evidence = read_evidence(project, run_id)
    held_out = hold_out(evidence, sorted(by_frame), share=held_out_share)
    samples = choose_samples(
        evidence,
        sorted(by_frame),
        max_frames=max_frames,
        reach=frames_around_edit,
        held_out=held_out,
    )
    unknown = _held_out_identities(boxes, samples, held_out)
    doubtful = fleeting_tracks(boxes)
    tracked = project.tracked_detections(run_id)
    identity_of = {number: row for row, number in enumerate(sorted({b.number for b in boxes}))}
    taught = {n: -1 if n in unknown else identity for n, identity in identity_of.items()}
    images: list[LabelledImage] = []
    folder.mkdir(parents=True, exist_ok=True)
    known = next(one for one in project.videos() if one.video_id == run.video_id)
    with open_video(project.locate_video(run.video_id)) as video:
        check_same_video(
            known, frame_count=video.frame_count, width=video.width, height=video.height
        )
        for sample in samples:
            frame_index = sample.frame_index
            path = folder / f"{frame_index:06d}.jpg"
            write_jpeg(path, video.read(frame_index), quality=QUALITY)
            stored = project.detections(run_id, frame_index)
            ids = [DetectionId(int(number)) for number in stored.ids]
            images.append(
                _label(
                    path,
                    by_frame[frame_index],
                    identity_of=taught,
                    doubtful=doubtful,
                    detections=stored.detections,
                    detection_ids=ids,
                    tracked=tracked,
                )
            )
    return CorrectedRun(
        run_id=run_id,
        images=images,
        samples=samples,
        edit_count=sum(one.origin.startswith("edit ") for one in evidence),
        held_out=held_out,
        held_out_identities=frozenset(unknown),
        hard_pairs=_hard_pairs(evidence, boxes, identity_of),
        identity_of=identity_of,
    )


def _held_out_identities(
    boxes: Iterable[BoxRecord], samples: Sequence[Sample], held_out: HeldOut | None
) -> set[int]:
    """Return the numbers of people of whom hardly anything is seen outside what is held out."""
    if held_out is None or not samples:
        return set()
    learnt = range(samples[0].frame_index, samples[-1].frame_index + 1)
    frames_of: dict[int, list[int]] = {}
    for box in boxes:
        is_held_out = held_out.first_frame <= box.frame_index <= held_out.last_frame
        if is_held_out or box.frame_index in learnt:
            frames_of.setdefault(box.number, []).append(box.frame_index)
    return mostly_inside(held_out, frames_of)


def _hard_pairs(
    evidence: Iterable[Evidence], boxes: Iterable[BoxRecord], identity_of: Mapping[int, int]
) -> frozenset[tuple[int, int]]:
    """Return the identities of tracks that were told apart and are still there."""
    number_of = {box.track_id: box.number for box in boxes}
    pairs = set()
    for one in evidence:
        if one.hard_pair is not None and all(track in number_of for track in one.hard_pair):
            first, second = sorted(identity_of[number_of[track]] for track in one.hard_pair)
            pairs.add((first, second))
    return frozenset(pairs)


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
    sure = [box.number not in doubtful and not box.is_expected for box in boxes]
    right = list(compress(boxes, sure))
    unsure = [list(box.box_xyxy) for box, is_sure in zip(boxes, sure, strict=True) if not is_sure]
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
