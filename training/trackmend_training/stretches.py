"""The frames of a corrected run by which models are judged, and those by which a tracker is set."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from trackmend_core.exchange import mot_table
from trackmend_core.jobs.held_out import GUARD_FRAMES, HeldOut, fleeting_tracks
from trackmend_core.project import Project
from trackmend_core.types import ImageArray
from trackmend_core.video import open_video
from trackmend_training.datasets.corrected import CorrectedRun
from trackmend_training.datasets.sampling import is_unsaid
from trackmend_training.judging import JudgedStretch
from trackmend_training.training_set import TrainingSet

MOST_JUDGED = 200
MOST_FITTED = 300
"""Frames by which the tracker's settings are chosen."""


class StoppedError(Exception):
    """Nobody wants to know any more how a model does."""


def judged_run(training_set: TrainingSet) -> CorrectedRun:
    """Return the run by whose frames the new model is judged; something is learnt from it.

    Beside one that was corrected none is taken of which nobody has said anything: what the old
    model made there would be the truth.
    """
    learnt = [run for run in training_set.runs if run.samples]
    runs = [run for run in learnt if not is_unsaid(run.samples)] or learnt
    return max(runs, key=lambda one: one.held_out.frame_count if one.held_out else 0)


def judged_stretch(project: Project, run: CorrectedRun) -> JudgedStretch:
    """Return the frames held out of a run; those learnt from where none could be."""
    window = run.held_out or _learnt_window(run)
    return _stretch(project, run, window=window, most=MOST_JUDGED)


def learnt_stretch(project: Project, run: CorrectedRun) -> JudgedStretch:
    """Return the frames learnt from; what is true in those held out and beside them is not said.

    Who is who on both sides of them is, as the frames on both sides say it: only so is it seen that
    people come back, of which a short clip shows few.
    """
    stretch = _stretch(project, run, window=_learnt_window(run), most=MOST_FITTED)
    if run.held_out is None:
        return stretch
    left_out = (run.held_out.first_frame - GUARD_FRAMES, run.held_out.last_frame + GUARD_FRAMES)
    apart = replace(stretch, left_out=left_out)
    return replace(apart, truth=apart.judged_part(apart.truth))


def corrected_stretch(project: Project, run: CorrectedRun) -> JudgedStretch:
    """Return the corrected frames, all of them: what no network learns from may all set a tracker.

    Corrections of half a minute are few; a fifth of them, some boxes, would be too few to judge by.
    """
    window = _learnt_window(run)
    if run.held_out is not None:
        window = HeldOut(
            first_frame=min(window.first_frame, run.held_out.first_frame),
            last_frame=max(window.last_frame, run.held_out.last_frame),
        )
    return _stretch(project, run, window=window, most=MOST_FITTED)


def watched(stretch: JudgedStretch, is_cancelled: Callable[[], bool]) -> JudgedStretch:
    """Return a stretch that raises `StoppedError` at the next look at it once that is asked."""

    def ask() -> None:
        if is_cancelled():
            raise StoppedError

    def frames() -> Iterator[tuple[int, ImageArray]]:
        for numbered in stretch.frames():
            ask()
            yield numbered

    return replace(stretch, frames=frames, ask_whether_to_go_on=ask)


def _learnt_window(run: CorrectedRun) -> HeldOut:
    samples = [sample.frame_index for sample in run.samples]
    return HeldOut(first_frame=min(samples), last_frame=max(samples))


def _stretch(project: Project, run: CorrectedRun, *, window: HeldOut, most: int) -> JudgedStretch:
    first = window.first_frame
    last = min(window.last_frame, first + most - 1)
    record = project.run(run.run_id)
    path = project.locate_video(record.video_id)
    everything = project.boxes_in_range(run.run_id, 0, max(0, record.next_frame - 1))
    doubtful = fleeting_tracks(everything)
    boxes = [
        box for box in everything if first <= box.frame_index <= last and box.number not in doubtful
    ]
    corners = np.array([box.box_xyxy for box in boxes], np.float64).reshape(-1, 4)

    def frames() -> Iterator[tuple[int, ImageArray]]:
        with open_video(path) as video:
            for frame_index in range(first, last + 1):
                yield frame_index, video.read(frame_index)

    video = next(v for v in project.videos() if v.video_id == record.video_id)
    return JudgedStretch(
        frames=frames,
        truth=mot_table(
            frames=[box.frame_index + 1 for box in boxes],
            ids=[box.number for box in boxes],
            boxes_xywh=np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1),
        ),
        frame_rate=video.frame_rate,
    )
