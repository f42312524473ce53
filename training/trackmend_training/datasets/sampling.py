"""Which frames of a corrected run to learn from, and which to keep for judging."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trackmend_core.jobs.evidence import Evidence, EvidenceKind, trusted_frames
from trackmend_core.jobs.held_out import HeldOut

EDITED_SHARE = 0.67
"""At most this share of the frames is taken around corrections; the rest is spread."""
FRAME_STRIDE = 2
WEIGHTS = {
    EvidenceKind.IDENTITY_EDIT: 3.0,
    EvidenceKind.REJECTED: 2.0,
    EvidenceKind.BOX_EDIT: 1.5,
    EvidenceKind.VERIFIED: 1.0,
}
"""How often a frame is shown, by the strongest of its reasons."""
UNSAID = "tracks as they are"
"""Origin of a frame about which nobody has said anything."""
MOSTLY = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A frame to learn from.

    Attributes:
        frame_index: 0-based.
        weight: how often it is shown, relative to others.
        origins: what it was chosen for: edits, verified stretches, rejected suggestions by name.
    """

    frame_index: int
    weight: float
    origins: tuple[str, ...]


def choose_samples(
    evidence: Sequence[Evidence],
    available: Sequence[int],
    *,
    max_frames: int,
    reach: int,
    held_out: HeldOut | None = None,
) -> list[Sample]:
    """Choose frames: those nearest to what a person decided first, then evenly spread ones.

    Where stretches were verified, spread frames are taken from them alone, and what lies around a
    decision inside of one is not taken from beyond its end; otherwise frames come from the whole
    run, as the tracks are.

    Args:
        evidence: about the run.
        available: frames to choose from, in order.
        max_frames: at most this many are chosen.
        reach: how far from a decision counts as near.
        held_out: neither these frames nor their neighbours are chosen.

    Returns:
        In order of frames, without doubles.
    """
    known = {f for f in available if held_out is None or not held_out.is_near(f)}
    trusted = trusted_frames(evidence)
    near = _near(
        evidence, known, trusted=trusted, limit=int(max_frames * EDITED_SHARE), reach=reach
    )
    rest = [
        frame
        for frame in available
        if frame in known and frame not in near and (trusted is None or frame in trusted)
    ]
    wanted = min(max_frames - len(near), len(rest))
    spread = np.linspace(0, len(rest) - 1, max(wanted, 0)).round().astype(int).tolist()
    chosen = sorted({*near, *(rest[position] for position in spread)})
    return [_sample(frame, near.get(frame, ()), evidence) for frame in chosen]


def is_unsaid(samples: Sequence[Sample]) -> bool:
    """Return whether nobody has said anything about any of these frames."""
    return all(sample.origins == (UNSAID,) for sample in samples)


def mostly_inside(held_out: HeldOut, frames_of: Mapping[int, Sequence[int]]) -> set[int]:
    """Return who is seen mostly in the stretch to judge by: nothing is learnt of who they are."""
    return {
        identity
        for identity, frames in frames_of.items()
        if sum(held_out.first_frame <= f <= held_out.last_frame for f in frames)
        > MOSTLY * len(frames)
    }


def _near(
    evidence: Sequence[Evidence],
    known: set[int],
    *,
    trusted: set[int] | None,
    limit: int,
    reach: int,
) -> dict[int, tuple[Evidence, ...]]:
    """Return the frames nearest to decisions, the weightiest first, and what they show."""
    chosen: dict[int, tuple[Evidence, ...]] = {}
    ordered = sorted(evidence, key=lambda one: -WEIGHTS[one.kind])
    for distance in range(0, reach + 1, FRAME_STRIDE):
        for one in ordered:
            for mark, frame in ((m, m + sign * distance) for m in one.marks for sign in (-1, 1)):
                if trusted is not None and mark in trusted and frame not in trusted:
                    continue
                if frame in chosen:
                    if one not in chosen[frame]:
                        chosen[frame] = (*chosen[frame], one)
                elif frame in known and len(chosen) < limit:
                    chosen[frame] = (one,)
    return chosen


def _sample(frame: int, near: Sequence[Evidence], evidence: Sequence[Evidence]) -> Sample:
    covering = [
        one
        for one in evidence
        if one.kind is EvidenceKind.VERIFIED and one.first_frame <= frame <= one.last_frame
    ]
    reasons = [*near, *covering]
    return Sample(
        frame_index=frame,
        weight=max((WEIGHTS[one.kind] for one in reasons), default=1.0),
        origins=tuple(one.origin for one in reasons) or (UNSAID,),
    )
