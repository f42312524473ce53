"""What a person has settled with an edit made by hand: nothing is to propose the opposite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from trackmend_core.project.edits import (
    Edit,
    MergeMany,
    MergeTracks,
    ReassignBoxes,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review.decisions import SAME_MOMENT_S
from trackmend_core.review.finding import Finding
from trackmend_core.review.kinds import SuspicionKind
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId

_AT_ONCE: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """See the module; made before the edit is taken over, asked after it.

    Attributes:
        edit: that was made.
        known: tracks that there were before it.
        joints: (last frame before, first frame after) of each place where a merge joined two
            tracks.
        reach: so many frames from its place the opposite of an edit is still its opposite.
    """

    edit: Edit
    known: frozenset[TrackId]
    joints: tuple[tuple[int, int], ...]
    reach: int

    @classmethod
    def by(cls, edit: Edit, scene: Scene) -> Self | None:
        """Return what an edit settles; None if that is nothing."""
        is_new_id = isinstance(edit, ReassignBoxes) and edit.to_track_id is None
        if not (is_new_id or isinstance(edit, SplitTrack | MergeTracks | MergeMany | SwapTracks)):
            return None
        return cls(
            edit=edit,
            known=frozenset(scene.tracks),
            joints=_joints(edit, scene.tracks),
            reach=max(_AT_ONCE, round(SAME_MOMENT_S * scene.frame_rate)),
        )

    def denies(self, finding: Finding, touched: frozenset[TrackId]) -> bool:
        """Return whether a finding in tracks that the edit touched proposes to unmake it.

        A swap back of some frames only stays: it says that the edit came too early or too late.
        """
        edit, repair = self.edit, finding.repair.edit
        if isinstance(edit, SplitTrack | ReassignBoxes):
            parted = {edit.track_id, *(touched - self.known)}
            return finding.kind is SuspicionKind.FRAGMENTATION and parted == set(finding.tracks)
        if isinstance(edit, SwapTracks):
            return (
                isinstance(repair, SwapTracks)
                and {repair.track_a, repair.track_b} == {edit.track_a, edit.track_b}
                and repair.last_frame == edit.last_frame
                and abs(repair.first_frame - edit.first_frame) <= self.reach
            )
        return (
            isinstance(edit, MergeTracks | MergeMany)
            and isinstance(repair, SplitTrack)
            and repair.track_id == edit.keep
            and any(
                before - self.reach <= repair.at_frame <= after + self.reach
                for before, after in self.joints
            )
        )


def _joints(edit: Edit, tracks: Mapping[TrackId, TrackView]) -> tuple[tuple[int, int], ...]:
    """Return where a merge joins what were boxes of different tracks."""
    if not isinstance(edit, MergeTracks | MergeMany):
        return ()
    absorbed = (edit.absorb,) if isinstance(edit, MergeTracks) else edit.absorb
    joined = [tracks[one] for one in (edit.keep, *absorbed) if one in tracks]
    if not joined:
        return ()
    frames = np.concatenate([one.frames for one in joined])
    owners = np.repeat([one.track_id for one in joined], [len(one) for one in joined])
    order = np.argsort(frames, kind="stable")
    frames, owners = frames[order], owners[order]
    changes = np.flatnonzero(owners[1:] != owners[:-1])
    return tuple(zip(frames[changes].tolist(), frames[changes + 1].tolist(), strict=True))
