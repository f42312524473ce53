"""Says in one plain sentence why something is suspected."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from trackmend_core.project.edits import ReassignBoxes, ReassignPieces, SwapTracks
from trackmend_core.project.records import frame_number
from trackmend_core.review.finding import Finding
from trackmend_core.review.kinds import Action, Decision, SuspicionKind
from trackmend_core.review.suspicion import Suspicion
from trackmend_core.types import TrackId

_Say = Callable[[Finding, Sequence[int]], str]


def sentence(finding: Finding, numbers: Mapping[TrackId, int]) -> str:
    """Return why a finding is suspected; frames count from 1."""
    return _SENTENCES[finding.kind](finding, [numbers[track] for track in finding.tracks])


def say_answer(suspicion: Suspicion, decision: Decision, *, made: str = "") -> str:
    """Return what an answer is called where it is taken back or given again."""
    what = made or (suspicion.proposal.title if suspicion.proposal.edit else suspicion.sentence)
    if decision is Decision.REJECTED:
        return f"Not an error: {what}"
    if decision is Decision.UNSURE:
        return f"Unsure: {what}"
    return f"Accepted: {what}"


def _switch(finding: Finding, numbers: Sequence[int], *, where: str) -> str:
    one, other = numbers[0], numbers[1]
    frame = frame_number(finding.frame)
    links = finding.repair.links
    itself, joins = links["self"].cosine, links["joins"].cosine
    if "returns" in links:
        first, last = _stretch(finding)
        return (
            f"From frame {first} to {last} track {one} looks like track {other}: similarity"
            f" {itself:.2f} to itself, {links['partner_joins'].cosine:.2f} to track {other}."
        )
    if finding.repair.action is Action.SWAP:
        # "joins" goes from the track before the cut to its partner after it.
        other_way = links["partner_joins"].cosine
        if max(joins, other_way) > itself:
            return (
                f"From frame {frame} track {one} looks like track {other} did {where}:"
                f" similarity {itself:.2f} to itself, {other_way:.2f} to track {other}."
            )
        return (
            f"At frame {frame} tracks {one} and {other} move on as if each took the other's way;"
            f" similarity {itself:.2f} to itself, {other_way:.2f} to track {other}."
        )
    if finding.repair.action is Action.REASSIGN:
        if _goes_to_later_part(finding):
            return (
                f"From frame {frame} track {one} looks like track {other}, which ended before:"
                f" similarity {itself:.2f} to itself, {joins:.2f} to track {other}."
            )
        return (
            f"Until frame {_last_before(finding)} track {one} looks like track {other}, which"
            f" begins later:"
            f" similarity {itself:.2f} to itself, {joins:.2f} to track {other}."
        )
    return f"Tracks {one} and {other} met at frame {frame} and may have been mixed up."


def _stretch(finding: Finding) -> tuple[int, int]:
    """Return first and last frame of a visit, as people count."""
    edit = finding.repair.edit
    assert isinstance(edit, ReassignBoxes | SwapTracks)
    assert edit.last_frame is not None
    return frame_number(edit.first_frame), frame_number(edit.last_frame)


def _last_before(finding: Finding) -> int:
    """Return the last frame before the cut with a box that would go, as people count."""
    edit = finding.repair.edit
    assert isinstance(edit, ReassignBoxes)
    last = finding.frame - 1
    return frame_number(last if edit.last_frame is None else min(last, edit.last_frame))


def _goes_to_later_part(finding: Finding) -> bool:
    """Return whether it is the part behind the cut that would go to the other track."""
    edit = finding.repair.edit
    return isinstance(edit, ReassignBoxes) and edit.first_frame >= finding.frame


def _at_crossing(finding: Finding, numbers: Sequence[int]) -> str:
    return _switch(finding, numbers, where="before they crossed")


def _out_of_the_blue(finding: Finding, numbers: Sequence[int]) -> str:
    return _switch(finding, numbers, where="before")


def _fragmentation(finding: Finding, numbers: Sequence[int]) -> str:
    beside = int(finding.evidence["overlap_frames"])
    if beside:
        return (
            f"Track {numbers[1]} begins at frame {frame_number(finding.frame)} where track"
            f" {numbers[0]} was heading, which runs on elsewhere for {beside} frames;"
            f" similarity {finding.evidence['similarity_joins']:.2f}."
        )
    gap = int(finding.evidence["gap_frames"])
    frames = "in the next frame" if gap == 1 else f"{gap} frames later"
    return (
        f"Track {numbers[0]} ends at frame {frame_number(finding.first_frame)} and track"
        f" {numbers[1]} begins {frames}; similarity {finding.evidence['similarity_joins']:.2f}."
    )


def _false_merge(finding: Finding, numbers: Sequence[int]) -> str:
    edit = finding.repair.edit
    if isinstance(edit, ReassignPieces):
        _, first, last, _ = edit.pieces[0]
        links = finding.repair.links
        return (
            f"From frame {frame_number(first)} to {frame_number(last)} track {numbers[0]} looks"
            f" like somebody else: similarity {links['self'].cosine:.2f} to itself before, and"
            f" {links['joins'].cosine:.2f} again after."
        )
    return (
        f"Track {numbers[0]} shows two appearances, before and after frame"
        f" {frame_number(finding.frame)}: similarity {finding.evidence['similarity_self']:.2f}."
    )


def _drift(finding: Finding, numbers: Sequence[int]) -> str:
    return (
        f"Track {numbers[0]} has drifted away from how it looked before frame"
        f" {frame_number(finding.frame)}: similarity {finding.evidence['similarity_self']:.2f}."
    )


def _motion_jump(finding: Finding, numbers: Sequence[int]) -> str:
    return (
        f"At frame {frame_number(finding.frame)} track {numbers[0]} is"
        f" {finding.evidence['miss_heights']:.1f} body heights away from where it was heading,"
        f" {finding.evidence['kalman_residual']:.0f} standard deviations of the Kalman filter."
    )


def _size_jump(finding: Finding, numbers: Sequence[int]) -> str:
    return (
        f"At frame {frame_number(finding.frame)} the box of track {numbers[0]} changes its size"
        " at once."
    )


def _duplicate(finding: Finding, numbers: Sequence[int]) -> str:
    return (
        f"Tracks {numbers[0]} and {numbers[1]} cover the same person for"
        f" {int(finding.evidence['doubled_frames'])} frames, overlap"
        f" {finding.evidence['overlap']:.2f}."
    )


def _ghost(finding: Finding, numbers: Sequence[int]) -> str:
    return (
        f"Track {numbers[0]} has only {int(finding.evidence['boxes'])} boxes, with a mean score of"
        f" {finding.evidence['mean_score']:.2f}: there may be nobody."
    )


def _missed(finding: Finding, numbers: Sequence[int]) -> str:
    if finding.evidence["filled"] == 0:
        return (
            f"Track {numbers[0]} has no box in {int(finding.evidence['boxes'])} frames from"
            f" {frame_number(finding.first_frame)} to {frame_number(finding.last_frame)}, and what"
            f" is before and behind looks and moves like one person."
        )
    return (
        f"The model saw somebody who fits track {numbers[0]} in"
        f" {int(finding.evidence['boxes'])} frames from {frame_number(finding.first_frame)} to"
        f" {frame_number(finding.last_frame)}, but the track has no box there."
    )


_SENTENCES: Final[Mapping[SuspicionKind, _Say]] = {
    SuspicionKind.SWITCH_AT_CROSSING: _at_crossing,
    SuspicionKind.SWITCH: _out_of_the_blue,
    SuspicionKind.FRAGMENTATION: _fragmentation,
    SuspicionKind.FALSE_MERGE: _false_merge,
    SuspicionKind.DRIFT: _drift,
    SuspicionKind.MOTION_JUMP: _motion_jump,
    SuspicionKind.SIZE_JUMP: _size_jump,
    SuspicionKind.DUPLICATE: _duplicate,
    SuspicionKind.GHOST: _ghost,
    SuspicionKind.MISSED: _missed,
}
