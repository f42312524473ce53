"""Why did it match? The association of one frame of a run, replayed and written down."""

from collections.abc import Generator
from typing import Final

from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.records import frame_number
from trackmend_core.review.association import FrameAssociation, MatchedPair, Stage
from trackmend_core.review.witness import Witness
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import Progress, RunId

__all__ = ["FrameAssociation", "MatchedPair", "Stage", "explain_frame", "witness_of"]

_REPORT_FRAMES: Final = 50
_FAIRMOT: Final = "fairmot"


def witness_of(project: Project, run_id: RunId) -> Witness:
    """Return a tracker that decides as that of the run did, before the first frame.

    Raises:
        UserError: the run was tracked by another method.
    """
    settings = TrackerSettings.from_dict(project.run(run_id).tracker_settings)
    if settings.method_name != _FAIRMOT:
        raise UserError(
            f"This run was tracked by {settings.method_name}, whose decisions are not kept.",
            "Run FairMOT's tracker to see why it matches.",
        )
    return Witness(settings)


def explain_frame(
    project: Project, run_id: RunId, frame_index: int
) -> Generator[Progress, None, FrameAssociation]:
    """Replay a run up to a frame and return what was decided there and why.

    Args:
        project: has the run.
        run_id: tracked by FairMOT's cascade.
        frame_index: 0-based.

    Raises:
        UserError: the run was tracked otherwise, or has not come to that frame.
    """
    witness = witness_of(project, run_id)
    for stored in project.iter_detections(run_id):
        if stored.frame_index > frame_index:
            break
        witness.see(stored)
        if stored.frame_index == frame_index:
            return witness.told()
        if stored.frame_index % _REPORT_FRAMES == 0:
            yield Progress(done=stored.frame_index, total=frame_index, message="Tracking again")
    raise no_detections(frame_index)


def no_detections(frame_index: int) -> UserError:
    """Return the error that says that the run has not come to a frame."""
    return UserError(
        f"The run has no detections of frame {frame_number(frame_index)}.",
        "Continue the run to that frame.",
    )
