"""Judges links of a scene; an end is described once, until an edit touches its track."""

from trackmend_core.review.appearance import AppearanceScale
from trackmend_core.review.ends import End, end_after, end_before
from trackmend_core.review.fitted import Fitted
from trackmend_core.review.links import Link, LinkModel
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId


class Judge:
    """Compares the sides of cuts.

    Attributes:
        scene: where the tracks are.
        scale: what cosines mean in this run.
        fitted: the constants that were fitted on drawn streets.
    """

    def __init__(
        self, scene: Scene, fitted: Fitted, *, scale: AppearanceScale | None = None
    ) -> None:
        self.scene = scene
        self.scale = scale or AppearanceScale.fit(scene)
        self.fitted = fitted
        self._model = LinkModel(weights=fitted.link, scale=self.scale, frame_rate=scene.frame_rate)
        self._ends: dict[TrackId, dict[tuple[int, bool], End]] = {}
        self._versions: dict[TrackId, int] = {}

    def forget(self, tracks: frozenset[TrackId]) -> None:
        """Drop what is known of tracks that changed."""
        for track_id in tracks:
            self._ends.pop(track_id, None)
            self._versions[track_id] = self._versions.get(track_id, 0) + 1

    def version(self, track: TrackView) -> int:
        """Return a number that is another one after an edit of this track."""
        return self._versions.get(track.track_id, 0)

    def before(self, track: TrackView, row: int) -> End:
        """Return the side of the boxes before a row."""
        known = self._ends.setdefault(track.track_id, {})
        if (row, False) not in known:
            known[row, False] = end_before(self.scene, track, row)
        return known[row, False]

    def after(self, track: TrackView, row: int) -> End:
        """Return the side of the boxes from a row on."""
        known = self._ends.setdefault(track.track_id, {})
        if (row, True) not in known:
            known[row, True] = end_after(self.scene, track, row)
        return known[row, True]

    def both_ends(self, track: TrackView, first_row: int, end_row: int) -> tuple[End, End]:
        """Return a stretch of a track, seen from its beginning and from its end."""
        part = track.part(first_row, end_row)
        return end_after(self.scene, part, 0), end_before(self.scene, part, len(part))

    def link(self, before: End, after: End) -> Link:
        """Judge whether one end goes on in the other."""
        return self._model.link(before, after)
