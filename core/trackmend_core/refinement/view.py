"""What the refinement looks at: tracks of a run, their classes, and what is to be left alone."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.project import Project
from trackmend_core.review.fitted import shipped
from trackmend_core.review.judge import Judge
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RefinementView:
    """The layer of one run.

    Attributes:
        judge: compares ends of tracks; `judge.scene` holds them.
        class_ids: of each track, 0-based.
        by_person: tracks with a box that a person placed.
        verified: first and last frame of stretches found right, and of which track (None: all).
    """

    judge: Judge
    class_ids: dict[TrackId, int]
    by_person: frozenset[TrackId]
    verified: tuple[tuple[int, int, TrackId | None], ...]

    @property
    def frame_rate(self) -> float:
        """Return frames per second."""
        return self.judge.scene.frame_rate

    @property
    def tracks(self) -> list[TrackView]:
        """Return the tracks by first frame, then number."""
        views = self.judge.scene.tracks.values()
        return sorted(views, key=lambda track: (track.first_frame, track.number))

    def is_settled(self, track_id: TrackId, first_frame: int, last_frame: int) -> bool:
        """Return whether a person has found any of these frames of a track right."""
        return any(
            first <= last_frame and last >= first_frame and track in (None, track_id)
            for first, last, track in self.verified
        )


def refinement_view(project: Project, run_id: RunId) -> RefinementView:
    """Read the layer of a run.

    Raises:
        UserError: there is no such run.
    """
    # What somebody merges between two readings would be in one of them only.
    with project.at_one_moment():
        layer = project.layer_arrays(run_id)
        stretches = project.verified(run_id)
    scene = Scene(project, run_id, layer=layer)
    ids, starts = np.unique(layer.track_ids, return_index=True)
    return RefinementView(
        judge=Judge(scene, shipped()),
        class_ids={
            TrackId(track_id): int(layer.class_ids[start])
            for track_id, start in zip(ids.tolist(), starts.tolist(), strict=True)
        },
        by_person=frozenset(
            TrackId(track_id) for track_id in np.unique(layer.track_ids[layer.by_person]).tolist()
        ),
        verified=tuple((one.first_frame, one.last_frame, one.track_id) for one in stretches),
    )
