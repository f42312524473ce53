"""What a person has said about a run: edits that count, verified stretches, rejections."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from trackmend_core.project import EditRecord, Project, TouchedTrack
from trackmend_core.types import EditId, RunId, TrackId

REJECTED = "rejected"
CARRIED_OVER = "carry_over"
"""The edit that holds many, each with frames and tracks of its own."""
FOLLOWS_FROM_FIRST = (
    "swap_tracks",
    "split_track",
    "delete_track_from",
    "merge_tracks",
    "merge_many",
    "join_overlapping",
    "delete_track",
    "delete_tracks",
)
"""Edits that a person makes at one frame and whose other end nobody has looked at."""
WHO_IS_WHO = (
    "merge_tracks",
    "merge_many",
    "join_overlapping",
    "delete_track_from",
    "reassign_pieces",
    "retrack",
    "refine_tracks",
)
"""Edits about identities that do not tell just two tracks apart."""
FAR_REACHING = ("reassign_pieces", "retrack", "refine_tracks")
"""Edits that change several tracks in places of their own."""
JOINS = ("merge_tracks", "merge_many", "join_overlapping")
"""Edits that say that what comes after is who was there before, however long the gap between."""
TELLS_APART = ("swap_tracks", "split_track", "reassign_boxes")
"""Edits that say that two tracks are two people."""


class EvidenceKind(StrEnum):
    """Where the knowledge comes from."""

    IDENTITY_EDIT = "identity edit"
    BOX_EDIT = "box edit"
    VERIFIED = "verified stretch"
    REJECTED = "rejected suggestion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing a person has said.

    Attributes:
        origin: names it, such as "edit 12"; samples carry this name.
        kind: where it comes from.
        first_frame: 0-based.
        last_frame: the last frame that it concerns.
        marks: frames at which it was decided.
        hard_pair: two tracks that were taken for one another.
        edit_id: of an edit.
        tracks: whose boxes it concerns, where that is less than the whole edit.
        seams: of a decision about identities, the frames from which on somebody else holds, or the
            same one again: the last boxes before and the first ones after were looked at.
    """

    origin: str
    kind: EvidenceKind
    first_frame: int
    last_frame: int
    marks: tuple[int, ...]
    hard_pair: tuple[TrackId, TrackId] | None = None
    edit_id: EditId | None = None
    tracks: tuple[TrackId, ...] | None = None
    seams: tuple[int, ...] = ()


def read_evidence(project: Project, run_id: RunId) -> list[Evidence]:
    """Return everything said about a run that holds now; what was undone or changed is left out."""
    touched = project.touched_tracks(run_id)
    edits = [
        evidence
        for edit in project.edits()
        if edit.run_id == run_id and edit.is_in_effect
        for evidence in _of_edit(edit, touched.get(edit.edit_id, []))
    ]
    verified = [
        Evidence(
            origin=f"verified stretch {stretch.stretch_id}",
            kind=EvidenceKind.VERIFIED,
            first_frame=stretch.first_frame,
            last_frame=stretch.last_frame,
            marks=(),
        )
        for stretch in project.verified(run_id)
        if stretch.is_intact and stretch.track_id is None
    ]
    rejected = [
        Evidence(
            origin=f"suggestion {suggestion.suggestion_id}",
            kind=EvidenceKind.REJECTED,
            first_frame=suggestion.first_frame,
            last_frame=suggestion.last_frame,
            marks=(suggestion.first_frame, suggestion.last_frame),
        )
        for suggestion in project.suggestions(run_id)
        if suggestion.state == REJECTED
    ]
    return [*edits, *verified, *rejected, *_rejections(project, run_id)]


def _rejections(project: Project, run_id: RunId) -> list[Evidence]:
    """Return the suspicions of the review queue that a person said are no errors."""
    run = project.run(run_id)
    found = []
    for answer in project.review_answers(run.video_id):
        marks = tuple(sorted({anchor.frame_index for anchor in answer.anchors}))
        if answer.decision == REJECTED and marks and marks[-1] < run.next_frame:
            found.append(
                Evidence(
                    origin=f"answer {answer.answer_id}",
                    kind=EvidenceKind.REJECTED,
                    first_frame=marks[0],
                    last_frame=marks[-1],
                    marks=marks,
                )
            )
    return found


def trusted_frames(evidence: Sequence[Evidence]) -> set[int] | None:
    """Return the frames that a person has found right as a whole; None if nothing was verified."""
    verified = [one for one in evidence if one.kind is EvidenceKind.VERIFIED]
    if not verified:
        return None
    return {f for one in verified for f in range(one.first_frame, one.last_frame + 1)}


def _of_edit(edit: EditRecord, touched: Sequence[TouchedTrack]) -> list[Evidence]:
    """Return what an edit says; nothing if it changed no box."""
    if edit.kind == CARRIED_OVER:
        spans = edit.payload.get("spans", ())
        return [_of_step(edit, kind, first, last, tracks) for kind, first, last, tracks in spans]
    frames = [track.frames for track in touched if track.frames is not None]
    if not frames:
        return []
    if edit.kind in FAR_REACHING:
        return [
            _of_step(edit, edit.kind, *track.frames, (track.track_id,))
            for track in touched
            if track.frames is not None
        ]
    first, last = min(span[0] for span in frames), max(span[1] for span in frames)
    is_open = edit.payload.get("last_frame") is None
    tracks = sorted(track.track_id for track in touched if track.frames is not None)
    return [_evidence(edit, edit.kind, (first, last), tracks, is_open=is_open)]


def _of_step(edit: EditRecord, kind: str, first: int, last: int, tracks: Sequence[int]) -> Evidence:
    """Return what a part of an edit says that changes tracks in several places."""
    whose = tuple(TrackId(track) for track in tracks)
    return replace(_evidence(edit, kind, (first, last), whose, is_open=True), tracks=whose)


def _evidence(
    edit: EditRecord,
    kind: str,
    frames: tuple[int, int],
    tracks: Sequence[TrackId],
    *,
    is_open: bool,
) -> Evidence:
    first, last = frames
    is_open = is_open and kind in FOLLOWS_FROM_FIRST
    tells_apart = kind in TELLS_APART and len(tracks) == 2
    is_identity = tells_apart or kind in WHO_IS_WHO
    seams = (first,) if is_open and kind not in JOINS else (first, last + 1)
    return Evidence(
        origin=f"edit {edit.edit_id}",
        kind=EvidenceKind.IDENTITY_EDIT if is_identity else EvidenceKind.BOX_EDIT,
        first_frame=first,
        last_frame=first if is_open else last,
        marks=(first,) if is_open else tuple(dict.fromkeys((first, last))),
        hard_pair=(tracks[0], tracks[1]) if tells_apart else None,
        edit_id=edit.edit_id,
        seams=seams if is_identity else (),
    )
