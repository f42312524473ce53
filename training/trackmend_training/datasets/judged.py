"""What a run is judged by on the way: whether it can be, and whether the run learns from it, too.

A fault is found before the first step, not at the first judgement.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.evaluation.rules import PEDESTRIAN
from trackmend_core.jobs.sequence_truth import GROUND_TRUTH, read_truth
from trackmend_core.video.images import list_images


def judged_frames(folder: Path, *, max_frames: int) -> list[Path]:
    """Return the images of a sequence that are tracked for a judgement, in order.

    Args:
        folder: of MOTChallenge's form.
        max_frames: so many from its start.

    Raises:
        UserError: there is no ground truth, no image, or nobody in these frames.
    """
    if not (folder / GROUND_TRUTH).is_file():
        raise UserError(
            f"The sequence {folder} has no ground truth.",
            "A MOTChallenge folder holds its boxes in gt/gt.txt and its images in img1.",
        )
    images = list_images(folder)[:max_frames]
    truth = read_truth(folder, video=folder)
    counts = (truth.scores != 0) & (truth.classes == PEDESTRIAN) & (truth.frames <= len(images))
    if (truth.ids[counts] < 0).any():
        raise UserError(
            f"The ground truth of {folder} has boxes without an id (-1).",
            "Tracks can be judged only by boxes of which it is known whose they are.",
        )
    if not counts.any():
        raise UserError(
            f"The sequence {folder} has no true box that counts in the {len(images)} frames that "
            "are judged.",
            "Raise validation.max_frames, or judge by another sequence.",
        )
    return images


def learnt_and_judged(learnt: Iterable[Path], judged: Iterable[Path]) -> str | None:
    """Return a warning if images are both learnt from and judged by, None if none is."""
    both = _real(learnt) & _real(judged)
    if not both:
        return None
    number = "1 image is" if len(both) == 1 else f"{len(both)} images are"
    return (
        f"{number} both learnt from and judged by, such as {min(both)}: the judgements will "
        'flatter the model. (Halves: part = "first-half" and part = "second-half".)'
    )


def _real(paths: Iterable[Path] | Sequence[Path]) -> set[Path]:
    return {path.resolve() for path in paths}
