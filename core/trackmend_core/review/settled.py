"""What a person has settled with an edit made by hand: nothing is to propose the opposite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from trackmend_core.project import TouchedTrack
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
_SETTLING: Final = (SplitTrack, SwapTracks, MergeTracks, MergeMany, ReassignBoxes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """See the module; made before the edit is taken over, asked after it.

    Attributes:
        edit: that was made.
        joints: (last frame before, first frame after) of each place where a merge joined two
            tracks.
        reach: so many frames from its place the opposite of an edit is still its opposite.
    """

    edit: Edit
    joints: tuple[tuple[int, int], ...]
    reach: int

    @classmethod
    def by(cls, edit: Edit, scene: Scene, moved: Sequence[TouchedTrack]) -> Self | None:
        """Return what an edit settles; None if that is nothing.

        Args:
            edit: that was made.
            scene: as it was before, or is by now: it was read while the edit was made.
            moved: what the edit touched, as the log says.
        """
        if not isinstance(edit, _SETTLING):
            return None
        return cls(
            edit=edit,
            joints=_joints(edit, scene.tracks, moved),
            reach=max(_AT_ONCE, round(SAME_MOMENT_S * scene.frame_rate)),
        )

    def denies(self, finding: Finding, touched: frozenset[TrackId]) -> bool:
        """Return whether a finding in tracks that the edit touched proposes to unmake it.

        What gives back some of its frames only stays: the edit came too early or too late.
        """
        edit, repair = self.edit, finding.repair.edit
        match edit:
            case SplitTrack() | ReassignBoxes(to_track_id=None):
                return finding.kind is SuspicionKind.FRAGMENTATION and touched == {*finding.tracks}
            case SwapTracks(track_a=one, track_b=other, first_frame=first, last_frame=last):
                return (
                    isinstance(repair, SwapTracks)
                    and {repair.track_a, repair.track_b} == {one, other}
                    and repair.last_frame == last
                    and abs(repair.first_frame - first) <= self.reach
                )
            case ReassignBoxes(track_id=had, to_track_id=has, first_frame=first, last_frame=last):
                if isinstance(repair, ReassignBoxes):
                    returns = (repair.track_id, repair.to_track_id) == (has, had)
                    is_whole = repair.last_frame >= last - self.reach
                    return returns and is_whole and abs(repair.first_frame - first) <= self.reach
                return self._parts(repair, has, [(first - 1, first), (last, last + 1)])
            case MergeTracks(keep=keep) | MergeMany(keep=keep):
                return self._parts(repair, keep, self.joints)
        return False

    def _parts(
        self, repair: Edit | None, track: TrackId | None, joints: Sequence[tuple[int, int]]
    ) -> bool:
        """Return whether a repair splits a track where it was joined."""
        return (
            isinstance(repair, SplitTrack)
            and repair.track_id == track
            and any(
                before - self.reach <= repair.at_frame <= after + self.reach
                for before, after in joints
            )
        )


def _joints(
    edit: Edit, tracks: Mapping[TrackId, TrackView], moved: Sequence[TouchedTrack]
) -> tuple[tuple[int, int], ...]:
    """Return where a merge joins what were boxes of different tracks."""
    if not isinstance(edit, MergeTracks | MergeMany):
        return ()
    absorbed = (edit.absorb,) if isinstance(edit, MergeTracks) else edit.absorb
    joined = [tracks[one] for one in (edit.keep, *absorbed) if one in tracks]
    if len(joined) <= len(absorbed):
        ends = [one.frames for one in moved if one.frames and one.track_id in absorbed]
        return tuple(pair for a, b in ends for pair in ((a - 1, a), (b, b + 1)))
    frames = np.concatenate([one.frames for one in joined])
    owners = np.repeat([one.track_id for one in joined], [len(one) for one in joined])
    order = np.argsort(frames, kind="stable")
    frames, owners = frames[order], owners[order]
    changes = np.flatnonzero(owners[1:] != owners[:-1])
    return tuple(zip(frames[changes].tolist(), frames[changes + 1].tolist(), strict=True))
