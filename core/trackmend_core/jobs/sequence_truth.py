"""The ground truth of a MOTChallenge folder, by the frames of its video as they are read."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from trackmend_core.exchange import read_mot
from trackmend_core.types import MotTable
from trackmend_core.video.images import frame_numbers, list_images

GROUND_TRUTH = Path("gt", "gt.txt")


def read_truth(folder: Path, *, video: Path) -> MotTable:
    """Return the true boxes of a sequence, frame n being the n-th that the video gives.

    Part of a sequence, say its second half, keeps the names of its images: 000301.jpg comes first,
    and what is true there the ground truth says of frame 301. Boxes of images that are not there
    are left out then.

    Args:
        folder: with `gt/gt.txt`.
        video: a file, or the folder of images; see `video_in`.

    Raises:
        UserError: the ground truth or the folder cannot be read.
    """
    truth = read_mot(folder / GROUND_TRUTH, is_ground_truth=True)
    if not video.is_dir():
        return truth
    numbers = np.array(frame_numbers(list_images(video)), np.int64)
    if (numbers == np.arange(1, len(numbers) + 1)).all():
        return truth
    there = truth.select(np.isin(truth.frames, numbers))
    return replace(there, frames=np.searchsorted(numbers, there.frames) + 1)
