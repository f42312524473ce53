"""What a person has said of a run: who is where, what they drew, what they took away."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trackmend_core.jobs.evidence import EvidenceKind, read_evidence
from trackmend_core.project import BoxRecord, BoxXyxy, Project
from trackmend_core.types import BoxSource, RunId, TrackId

REACH_FRAMES = 12
"""Frames to either side of a decision in which the person has looked at those tracks."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Said:
    """Everything said of one run that holds now.

    Attributes:
        boxes: of each frame, those of which the person said whose they are.
        removed: of each frame, the model's boxes that the person took away.
        whole_frames: verified as a whole: whoever has no box there is not there.
    """

    boxes: dict[int, list[BoxRecord]]
    removed: dict[int, list[BoxXyxy]]
    whole_frames: frozenset[int]

    @property
    def frames(self) -> list[int]:
        """Return the frames of which anything was said, in order."""
        return sorted({*self.boxes, *self.removed})


def what_was_said(project: Project, run_id: RunId) -> Said:
    """Collect what edits, verified stretches and rejected suggestions say of a run's layer."""
    evidence = read_evidence(project, run_id)
    whole = {
        frame
        for one in evidence
        if one.kind is EvidenceKind.VERIFIED
        for frame in range(one.first_frame, one.last_frame + 1)
    }
    layer = project.boxes_in_range(run_id, 0, max(0, project.run(run_id).next_frame - 1))
    frames_of: dict[TrackId, list[int]] = {}
    for box in layer:
        frames_of.setdefault(box.track_id, []).append(box.frame_index)
    seen: dict[TrackId, set[int]] = {}
    touched = project.touched_tracks(run_id)
    for one in evidence:
        if one.edit_id is None:
            continue
        frames = range(one.first_frame - REACH_FRAMES, one.last_frame + REACH_FRAMES + 1)
        whose = one.tracks
        if whose is None:
            whose = tuple(track.track_id for track in touched.get(one.edit_id, []))
        for track_id in whose:
            looked_at = seen.setdefault(track_id, set())
            looked_at.update(frames)
            for seam in one.seams:
                looked_at.update(_beside(seam, frames_of.get(track_id, ())))
    boxes: dict[int, list[BoxRecord]] = {}
    for box in layer:
        is_said = (
            box.source is not BoxSource.MODEL
            or box.frame_index in whole
            or box.frame_index in seen.get(box.track_id, ())
        )
        if is_said:
            boxes.setdefault(box.frame_index, []).append(box)
    return Said(
        boxes=boxes, removed=_removed(project, run_id, layer), whole_frames=frozenset(whole)
    )


def _beside(seam: int, frames: Sequence[int]) -> set[int]:
    """Return frames of a track's last boxes before a seam and of its first ones after it.

    The gap between them may be of any length: who says that a track goes on after it has looked at
    both its ends.
    """
    at = bisect_left(frames, seam)
    found: set[int] = set()
    if at:
        found.update(range(frames[at - 1] - REACH_FRAMES, frames[at - 1] + 1))
    if at < len(frames):
        found.update(range(frames[at], frames[at] + REACH_FRAMES + 1))
    return found


def _removed(
    project: Project, run_id: RunId, layer: Iterable[BoxRecord]
) -> dict[int, list[BoxXyxy]]:
    """Return the detections that were boxes once and are none any more."""
    kept = {box.detection_id for box in layer}
    gone = project.tracked_detections(run_id) - kept
    removed: dict[int, list[BoxXyxy]] = {}
    if not gone:
        return removed
    for stored in project.iter_detections(run_id):
        for row, detection_id in enumerate(stored.ids.tolist()):
            if detection_id in gone:
                x1, y1, x2, y2 = stored.detections.boxes_xyxy[row].tolist()
                removed.setdefault(stored.frame_index, []).append((x1, y1, x2, y2))
    return removed
