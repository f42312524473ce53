"""The boxes of a project's tracks as detections, to be tracked anew."""

from collections.abc import Iterator

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.exchange import GivenDetections
from trackmend_core.project import BoxRecord, Project
from trackmend_core.types import RunId

_FRAMES_PER_CHUNK = 500


def project_detections(project: Project, *, video_fingerprint: str) -> GivenDetections:
    """Return the boxes of the active run of a video, whoever placed them; ids are left behind.

    Raises:
        UserError: the project does not have the video, or it has no boxes.
    """
    videos = [one for one in project.videos() if one.fingerprint == video_fingerprint]
    if not videos:
        raise UserError(
            f"{project.path.name} does not hold this video.",
            "Name a project in which the same video was tracked.",
        )
    run = project.active_run(videos[0].video_id)
    boxes = [] if run is None else list(_boxes(project, run.run_id))
    if not boxes:
        raise UserError(f"{project.path.name} has no boxes of this video.", "Track it there first.")
    return GivenDetections(
        frames=[box.frame_index for box in boxes],
        boxes_xyxy=np.array([box.box_xyxy for box in boxes], np.float64),
        scores=[min(1.0, max(0.0, box.score)) for box in boxes],
        class_ids=[box.class_id for box in boxes],
    )


def _boxes(project: Project, run_id: RunId) -> Iterator[BoxRecord]:
    last = max((track.last_frame for track in project.tracks(run_id)), default=-1)
    for first in range(0, last + 1, _FRAMES_PER_CHUNK):
        yield from project.boxes_in_range(run_id, first, first + _FRAMES_PER_CHUNK - 1)
