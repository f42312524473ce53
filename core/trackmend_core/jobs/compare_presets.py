"""Tracks the same detections with every preset and every ingredient, and judges the tracks."""

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from trackmend_core.errors import UserError
from trackmend_core.evaluation import SequenceScores, evaluate_sequence, overall
from trackmend_core.jobs.memory_sink import MemorySink
from trackmend_core.jobs.recommended import recommended_settings
from trackmend_core.jobs.seams import FrameDetector
from trackmend_core.jobs.sequence_truth import GROUND_TRUTH, read_truth
from trackmend_core.project import as_stored
from trackmend_core.tracking import INGREDIENTS, Preset, Tracker, TrackerSettings
from trackmend_core.types import FrameDetections, MotTable, Progress
from trackmend_core.video import open_video

_VIDEO_SUFFIXES = (".mp4", ".mkv", ".avi", ".mov", ".webm")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTracker:
    """How well one way of tracking did.

    Attributes:
        name: of the preset, or of the ingredients of FairMOT's table 6.
        is_preset: whether it is a preset.
        sequences: scores by name of the sequence.
        overall: of all sequences together.
        milliseconds: median time of one step of the tracker, camera motion included.
    """

    name: str
    is_preset: bool
    sequences: dict[str, SequenceScores]
    overall: SequenceScores
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sequence:
    name: str
    video: Path
    truth: MotTable
    detections: Sequence[FrameDetections]
    frame_rate: float


def compare_presets(
    folders: Sequence[Path],
    *,
    detector: FrameDetector,
    metadata: Mapping[str, str],
    score_threshold: float | None = None,
) -> Generator[Progress, None, list[ComparedTracker]]:
    """Detect once, then track with each preset and with each ingredient switched off in turn.

    Args:
        folders: MOTChallenge sequences: `gt/gt.txt` beside `img1` or a single video file.
        detector: of the frames.
        metadata: of the model, for its threshold and settings; see `recommended_settings`.
        score_threshold: instead of the model's.

    Yields:
        Progress in frames detected or tracked.

    Raises:
        UserError: a folder is no sequence.
    """
    videos = [video_in(folder) for folder in folders]
    sequences = []
    for folder, video in zip(folders, videos, strict=True):
        sequence = yield from _detect(folder, video, detector)
        sequences.append(sequence)
    ways: list[tuple[str, Preset, Mapping[str, bool]]] = [(p.value, p, {}) for p in Preset]
    ways += [(name, Preset.DEFAULT, changes) for name, changes in INGREDIENTS.items()]
    compared = []
    for number, (name, preset, changes) in enumerate(ways):
        scores, seconds = {}, []
        for sequence in sequences:
            settings = recommended_settings(
                metadata,
                frame_rate=sequence.frame_rate,
                score_threshold=score_threshold,
                preset=preset,
            )
            switched = TrackerSettings.from_dict(settings.to_dict() | dict(changes))
            table, took_s = _track(sequence, switched)
            scores[sequence.name] = evaluate_sequence(sequence.truth, table)
            seconds += took_s
            yield Progress(done=number + 1, total=len(ways), message=f"{name}, {sequence.name}")
        compared.append(
            ComparedTracker(
                name=name,
                is_preset=name not in INGREDIENTS,
                sequences=scores,
                overall=overall(scores.values()),
                milliseconds=1e3 * median(seconds),
            )
        )
    return compared


def video_in(folder: Path) -> Path:
    """Return the video of a MOTChallenge sequence: a single file, or the folder with `img1`.

    Raises:
        UserError: it has no ground truth, or no video.
    """
    if not (folder / GROUND_TRUTH).is_file():
        raise UserError(
            f"{folder} is no sequence: it has no {GROUND_TRUTH.as_posix()}.",
            "Name folders in the form of MOTChallenge.",
        )
    files = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in _VIDEO_SUFFIXES]
    if len(files) == 1:
        return files[0]
    if (folder / "img1").is_dir():
        return folder
    raise UserError(
        f"{folder} has neither a folder img1 nor a single video file.", "Put the frames in img1."
    )


def _detect(
    folder: Path, video: Path, detector: FrameDetector
) -> Generator[Progress, None, _Sequence]:
    with open_video(video) as source:
        detections = []
        for index in range(source.frame_count):
            # Rounded as a project rounds them, so that `trackmend track` gives the same tracks.
            detections.append(as_stored(detector.detect(source.read(index))))
            yield Progress(
                done=index + 1, total=source.frame_count, message=f"Detecting in {folder.name}"
            )
        return _Sequence(
            name=folder.name,
            video=video,
            truth=read_truth(folder, video=video),
            detections=detections,
            frame_rate=source.frame_rate,
        )


def _track(sequence: _Sequence, settings: TrackerSettings) -> tuple[MotTable, list[float]]:
    """Return the tracks, and the seconds of each step."""
    tracker, sink = Tracker(settings), MemorySink()
    seconds = []
    with open_video(sequence.video) as source:
        for index, detections in enumerate(sequence.detections):
            image = source.read(index) if tracker.wants_image else None
            started_s = time.perf_counter()
            tracked = tracker.step(detections, image)
            seconds.append(time.perf_counter() - started_s)
            sink.write(index, detections, tracked)
    return sink.table(), seconds
