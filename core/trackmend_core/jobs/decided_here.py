"""What a person has decided in the newer run itself, which nothing carried over may change."""

from dataclasses import dataclass

from trackmend_core.jobs.evidence import CARRIED_OVER, EvidenceKind, read_evidence
from trackmend_core.jobs.said import REACH_FRAMES
from trackmend_core.project import Changes, Project
from trackmend_core.types import RunId, TrackId

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DecidedHere:
    """Frames of tracks that a person has looked at and decided on.

    Attributes:
        spans: first and last frame, of each track.
        whole: first and last frame of what was verified, all tracks.
    """

    spans: dict[TrackId, list[Span]]
    whole: list[Span]

    def first_touched(self, changes: Changes) -> int | None:
        """Return the first decided frame among those that changes reach, None if there is none."""
        if changes.frames is None:
            return None
        first, last = changes.frames
        decided = [*self.whole, *(s for t in changes.tracks for s in self.spans.get(t, ()))]
        reached = [max(first, start) for start, end in decided if start <= last and first <= end]
        return min(reached, default=None)


def decided_here(project: Project, run_id: RunId) -> DecidedHere:
    """Collect what edits and verified stretches of a run say.

    What was carried over to it before is left out: the older run may say otherwise by now.
    """
    carried = {edit.edit_id for edit in project.edits() if edit.kind == CARRIED_OVER}
    touched = project.touched_tracks(run_id)
    spans: dict[TrackId, list[Span]] = {}
    for one in read_evidence(project, run_id):
        if one.edit_id is None or one.edit_id in carried:
            continue
        reach = REACH_FRAMES if one.kind is EvidenceKind.IDENTITY_EDIT else 0
        whose = one.tracks
        if whose is None:
            whose = tuple(track.track_id for track in touched.get(one.edit_id, []))
        for track_id in whose:
            span = (one.first_frame - reach, one.last_frame + reach)
            spans.setdefault(track_id, []).append(span)
    whole: list[Span] = []
    for stretch in project.verified(run_id):
        if stretch.is_intact:
            kept = whole if stretch.track_id is None else spans.setdefault(stretch.track_id, [])
            kept.append((stretch.first_frame, stretch.last_frame))
    return DecidedHere(spans=spans, whole=whole)
