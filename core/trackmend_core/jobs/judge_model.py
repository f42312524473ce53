"""Judges a model on MOTChallenge sequences: boxes, embeddings, and tracks made in several ways."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trackmend_core.evaluation import (
    EVERY_SIZE,
    SIZE_BANDS,
    ClearRules,
    JudgedImage,
    SequenceScores,
    SizeBand,
    average_precision,
    evaluate_sequence,
    fairmot_average_precision,
    identity_pairs,
    overall,
    tpr_at_far,
)
from trackmend_core.evaluation.rules import PEDESTRIAN
from trackmend_core.jobs.compare_presets import video_in
from trackmend_core.jobs.memory_sink import MemorySink
from trackmend_core.jobs.seams import ReadingDetector
from trackmend_core.jobs.sequence_truth import read_truth
from trackmend_core.project import as_stored
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import Float64Array, FloatArray, IntArray, MotTable, Progress
from trackmend_core.video import VideoSource, open_video

SettingsFor = Callable[[float], TrackerSettings]
"""Tracker settings for a frame rate."""
Suited = tuple[ReadingDetector, Mapping[str, SettingsFor]]
"""What looks at a video, and the settings to track in it by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPart:
    """Frames of a sequence to judge by.

    Attributes:
        folder: MOTChallenge's, with `gt/gt.txt` beside `img1` or a single video.
        is_second_half: leave out the first int(n / 2) of n frames (the half-split convention).
    """

    folder: Path
    is_second_half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeScores:
    """What is said of the boxes of one size.

    Attributes:
        ap: average precision over all images together.
        tpr_at_far: share of same pairs accepted where a tenth of the different ones is, None
            where there are not both kinds of pairs.
        boxes: true boxes of this size.
    """

    ap: float
    tpr_at_far: float | None
    boxes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScores:
    """What is said of a model.

    Attributes:
        sizes: of all boxes and of Table 4's bands, by name.
        fairmot_ap: mean of each image's own AP, as FairMOT's script has it.
        tracks: of all sequences together, by name of the tracker.
        sequences: of each sequence, by name of the tracker and then of the sequence.
    """

    sizes: dict[str, SizeScores]
    fairmot_ap: float
    tracks: dict[str, SequenceScores]
    sequences: dict[str, dict[str, SequenceScores]]


def judge_model(
    detector: ReadingDetector,
    parts: Sequence[JudgedPart],
    *,
    trackers: Mapping[str, SettingsFor],
    rules_of: Callable[[str], ClearRules] = ClearRules.motchallenge,
    suited: Callable[[VideoSource], Suited] | None = None,
) -> Generator[Progress, None, ModelScores]:
    """Look at every frame once, and track what is seen in each of several ways.

    Args:
        detector: of the frames; its least score bounds the precision-recall curve.
        parts: what to judge by.
        trackers: by name.
        rules_of: which boxes count in the tracks, by the name of the sequence.
        suited: gives detector and trackers, by the same names, for a video that has its own.

    Yields:
        Progress in frames.

    Raises:
        UserError: a sequence cannot be read, or has nothing to judge by.
    """
    boxes: list[JudgedImage] = []
    embeddings: list[FloatArray] = []
    identities: list[IntArray] = []
    numbers: dict[tuple[int, int], int] = {}
    sequences: dict[str, dict[str, SequenceScores]] = {name: {} for name in trackers}
    for number, part in enumerate(parts):
        path = video_in(part.folder)
        truth = read_truth(part.folder, video=path)
        with open_video(path) as video:
            looking, ways = suited(video) if suited else (detector, trackers)
            first = video.frame_count // 2 if part.is_second_half else 0
            truth = truth.select((truth.frames > first) & (truth.frames <= video.frame_count))
            runs = {
                name: (Tracker(settings(video.frame_rate)), MemorySink())
                for name, settings in ways.items()
            }
            for index in range(first, video.frame_count):
                here = truth.select(truth.frames == index + 1)
                counted = here.select((here.scores != 0) & (here.classes == PEDESTRIAN))
                image = video.read(index)
                seen, read = looking.detect_and_read(image, _corners(counted))
                others = here.select((here.scores == 0) | (here.classes != PEDESTRIAN))
                boxes.append(
                    JudgedImage(
                        gt_xyxy=_corners(counted),
                        boxes_xyxy=seen.boxes_xyxy.astype(np.float64),
                        scores=seen.scores.astype(np.float64),
                        ignored_xyxy=_corners(others),
                    )
                )
                embeddings.append(read)
                identities.append(_numbered(numbers, number, counted.ids))
                kept = as_stored(seen)
                for tracker, sink in runs.values():
                    sink.write(index, kept, tracker.step(kept, image))
                yield Progress(
                    done=index + 1 - first,
                    total=video.frame_count - first,
                    message=f"Judging by {part.folder.name}",
                )
        for name, (_, sink) in runs.items():
            sequences[name][part.folder.name] = evaluate_sequence(
                truth, sink.table(), rules=rules_of(part.folder.name)
            )
    every, owners = np.concatenate(embeddings), np.concatenate(identities)
    return ModelScores(
        sizes={
            band.name: _of_size(boxes, every, owners, band) for band in (EVERY_SIZE, *SIZE_BANDS)
        },
        fairmot_ap=fairmot_average_precision(boxes).ap,
        tracks={name: overall(scores.values()) for name, scores in sequences.items()},
        sequences=sequences,
    )


def _of_size(
    boxes: Sequence[JudgedImage], embeddings: FloatArray, identities: IntArray, band: SizeBand
) -> SizeScores:
    chosen = band.holds(np.concatenate([image.gt_xyxy for image in boxes]))
    pairs = identity_pairs(embeddings[chosen], identities[chosen])
    return SizeScores(
        ap=average_precision(boxes, size=band),
        tpr_at_far=tpr_at_far(pairs) if pairs.can_be_judged else None,
        boxes=int(chosen.sum()),
    )


def _numbered(numbers: dict[tuple[int, int], int], sequence: int, ids: IntArray) -> IntArray:
    """Return each id's number among the people of all sequences; new ones are taken up."""
    of_all = [numbers.setdefault((sequence, one), len(numbers)) for one in ids.tolist()]
    return np.array(of_all, np.int64)


def _corners(table: MotTable) -> Float64Array:
    top_left = table.boxes_xywh[:, :2]
    return np.concatenate([top_left, top_left + table.boxes_xywh[:, 2:]], axis=1)
