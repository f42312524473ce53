"""Videos with ground truth to measure on: given ones, or a drawn street with look-alikes."""

from dataclasses import dataclass
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot
from trackmend_core.synthetic import StreetSettings, write_ground_truth, write_street_video
from trackmend_core.types import MotTable

DRAWN = StreetSettings(frame_count=360, walkers=12, lookalikes=6, seed=77)
"""Long enough to learn from one half, and hard: half of its people have a double."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Measured:
    """A video and who is in it.

    Attributes:
        name: for people.
        video: a file or a folder of images.
        gt: boxes and identities, frames from 1.
    """

    name: str
    video: Path
    gt: MotTable


def read_measured(video: Path, gt: Path | None) -> Measured:
    """Return a video with its ground truth.

    Args:
        video: a file or a folder of images.
        gt: a text, or a MOTChallenge folder; None looks beside the video.

    Raises:
        UserError: there is no such video, or no ground truth.
    """
    video = video.expanduser()
    if not video.exists():
        raise UserError(f"There is no video {video}.", "Check the path.")
    beside = video if video.is_dir() else video.parent
    for path in (gt, beside) if gt is not None else (beside,):
        inside = path / "gt" / "gt.txt"
        text = inside if inside.is_file() else path
        if text.is_file():
            return Measured(name=video.stem, video=video, gt=read_mot(text, is_ground_truth=True))
    raise UserError(
        f"There is no ground truth for {video.name}.", "Name it with --gt, or --other-gt."
    )


def draw_measured(folder: Path) -> Measured:
    """Draw a street into a folder, unless it is there already."""
    video, gt = folder / "drawn-street.mp4", folder / "drawn-street-gt.txt"
    if not (video.is_file() and gt.is_file()):
        write_ground_truth(gt, write_street_video(video, DRAWN))
    return Measured(name=video.stem, video=video, gt=read_mot(gt, is_ground_truth=True))
