"""What is possible at this moment: the facts that switch actions on and off."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What a click on the video means."""

    REVIEW = "Review"
    NEW_BOX = "New box"
    SWAP = "Swap"
    MERGE = "Merge"
    ZOOM = "Zoom"
    LASSO = "Lasso"
    RETRACK = "Re-track"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A snapshot of the session and of the jobs.

    Attributes:
        run_can_continue: the shown run was stopped before the last frame.
        event_at_hand: a suspicion of the review queue is opened.
        retrack_ready: a dry run has something ticked to take over.
    """

    has_project: bool = False
    has_video: bool = False
    has_run: bool = False
    video_lost: bool = False
    job_runs: bool = False
    job_paused: bool = False
    training_runs: bool = False
    run_can_continue: bool = False
    selected_tracks: int = 0
    box_selected: bool = False
    range_selected: bool = False
    side_views: int = 0
    event_at_hand: bool = False
    undo_title: str | None = None
    redo_title: str | None = None
    retrack_ready: bool = False
    mode: Mode = Mode.REVIEW


def always(_: Situation) -> bool:
    """Allow it at any time."""
    return True


def with_project(now: Situation) -> bool:
    """Tell whether a project is open."""
    return now.has_project


def with_video(now: Situation) -> bool:
    """Tell whether a video can be read."""
    return now.has_video


def with_lost_video(now: Situation) -> bool:
    """Tell whether the project's video file is not where it was."""
    return now.video_lost


def with_run(now: Situation) -> bool:
    """Tell whether tracks are shown."""
    return now.has_run


def may_run(now: Situation) -> bool:
    """Tell whether a video is open and no other long job runs."""
    return now.has_video and not now.job_runs and not now.training_runs


def may_continue(now: Situation) -> bool:
    """Tell whether the shown run was stopped early and may go on."""
    return may_run(now) and now.run_can_continue


def while_job_runs(now: Situation) -> bool:
    """Tell whether the tracking job runs."""
    return now.job_runs


def may_finetune(now: Situation) -> bool:
    """Tell whether there are tracks to learn from and nothing else computes."""
    return now.has_run and not now.training_runs and not now.job_runs


def may_refine(now: Situation) -> bool:
    """Tell whether there are tracks that no job is still writing."""
    return now.has_run and not now.job_runs


def with_retrack_ready(now: Situation) -> bool:
    """Tell whether a dry run can be taken over."""
    return now.mode is Mode.RETRACK and now.retrack_ready


def while_training(now: Situation) -> bool:
    """Tell whether the trainer runs."""
    return now.training_runs


def may_edit(now: Situation) -> bool:
    """Tell whether tracks are shown; those of a running job may be mended as well."""
    return now.has_run


def with_track(now: Situation) -> bool:
    """Tell whether at least one track is selected ."""
    return now.has_run and now.selected_tracks >= 1


def with_two_tracks(now: Situation) -> bool:
    """Tell whether two or more tracks are selected ."""
    return now.has_run and now.selected_tracks >= 2


def with_pair_and_range(now: Situation) -> bool:
    """Tell whether two tracks and a range of frames are selected."""
    return now.has_run and now.selected_tracks == 2 and now.range_selected


def with_box(now: Situation) -> bool:
    """Tell whether a box of this frame is selected ."""
    return now.has_run and now.box_selected


def with_selection(now: Situation) -> bool:
    """Tell whether at least one track is selected."""
    return now.has_run and now.selected_tracks >= 1


def with_side_view(now: Situation) -> bool:
    """Tell whether a view is open beside the main one."""
    return now.side_views > 0


def with_range(now: Situation) -> bool:
    """Tell whether a range of frames is selected on the timeline."""
    return now.range_selected


def with_event(now: Situation) -> bool:
    """Tell whether a suspicion of the review queue is at hand, to be answered."""
    return now.event_at_hand and now.mode is Mode.REVIEW


def may_undo(now: Situation) -> bool:
    """Tell whether there is an edit to take back."""
    return now.undo_title is not None


def may_redo(now: Situation) -> bool:
    """Tell whether there is an undone edit to bring back."""
    return now.redo_title is not None
