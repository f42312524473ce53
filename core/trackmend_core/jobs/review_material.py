"""Sees a video whose truth is known through a model: what the measures of the review work on."""

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot
from trackmend_core.jobs.recommended import recommended_settings
from trackmend_core.model import Detector
from trackmend_core.review.bench.truth import TrueFrame, TrueVideo
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.types import Float64Array, ImageArray, IntArray, Progress
from trackmend_core.video import open_video

_SUFFIXES = (".mp4", ".mkv", ".avi", ".mov", ".webm")

_Seen = tuple[ImageArray, IntArray, Float64Array]


def see_street(
    settings: StreetSettings, detector: Detector
) -> Generator[Progress, None, TrueVideo]:
    """Draw a street and look at it with a model."""

    def frames() -> Iterator[_Seen]:
        for frame in draw_street(settings):
            yield frame.image, frame.identities, frame.boxes_xyxy.astype(np.float64)

    return (
        yield from _see(
            f"drawn {'street' if settings.far == 1 else 'crowd'} {settings.seed}",
            frames(),
            detector,
            frame_rate=settings.frame_rate,
            size=(settings.width, settings.height),
            total=settings.frame_count,
        )
    )


def see_sequence(folder: Path, detector: Detector) -> Generator[Progress, None, TrueVideo]:
    """Look at a MOTChallenge sequence with a model.

    Args:
        folder: has `gt/gt.txt`, and a video file or the folder `img1`.
        detector: the model.

    Raises:
        UserError: there is no ground truth or no video, or it cannot be read.
    """
    gt = read_mot(folder / "gt" / "gt.txt", is_ground_truth=True)
    gt = gt.select((gt.scores != 0) & (gt.classes == 1))
    with open_video(_video_in(folder)) as source:

        def frames() -> Iterator[_Seen]:
            for frame_index in range(source.frame_count):
                rows = gt.select(gt.frames == frame_index + 1)
                corners = rows.boxes_xywh.copy()
                corners[:, 2:] += corners[:, :2]
                yield source.read(frame_index), rows.ids, corners

        return (
            yield from _see(
                folder.name,
                frames(),
                detector,
                frame_rate=source.frame_rate,
                size=(source.width, source.height),
                total=source.frame_count,
            )
        )


def _see(
    name: str,
    frames: Iterator[_Seen],
    detector: Detector,
    *,
    frame_rate: float,
    size: tuple[int, int],
    total: int,
) -> Generator[Progress, None, TrueVideo]:
    seen = []
    for image, identities, boxes in frames:
        detections, embeddings = detector.detect_and_read(image, boxes)
        seen.append(
            TrueFrame(
                identities=identities,
                boxes_xyxy=boxes,
                embeddings=embeddings,
                detections=detections,
            )
        )
        yield Progress(done=len(seen), total=total, message=f"Looking at {name}")
    return TrueVideo(
        name=name,
        frames=tuple(seen),
        frame_rate=frame_rate,
        size=size,
        tracker=recommended_settings(detector.model.metadata, frame_rate=frame_rate),
    )


def _video_in(folder: Path) -> Path:
    """Return the video of a sequence folder.

    Raises:
        UserError: there is none.
    """
    files = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in _SUFFIXES]
    if files:
        return files[0]
    if (folder / "img1").is_dir():
        return folder / "img1"
    raise UserError(f"{folder} has no video.", "It needs a video file or a folder img1.")
