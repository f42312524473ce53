"""Judges links of a scene; an end is described once, until an edit touches its track."""

from trackmend_core.review.appearance import AppearanceScale
from trackmend_core.review.ends import End, Ends
from trackmend_core.review.fitted import Fitted
from trackmend_core.review.links import Link, LinkModel
from trackmend_core.review.recent_looks import RecentLooks
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId


class Judge:
    """Compares the sides of cuts.

    Attributes:
        scene: where the tracks are.
        scale: what cosines mean in this run.
        fitted: the constants that were fitted on drawn streets.
        looks: embeddings of tracks.
    """

    def __init__(
        self, scene: Scene, fitted: Fitted, *, scale: AppearanceScale | None = None
    ) -> None:
        self.scene = scene
        self.scale = scale or AppearanceScale.fit(scene)
        self.fitted = fitted
        self._model = LinkModel(weights=fitted.link, scale=self.scale, frame_rate=scene.frame_rate)
        self.looks = RecentLooks(scene)
        self._ends: dict[TrackId, Ends] = {}
        self._versions: dict[TrackId, int] = {}

    def forget(self, tracks: frozenset[TrackId]) -> None:
        """Drop what is known of tracks that changed."""
        for track_id in tracks:
            known = self._ends.pop(track_id, None)
            if known is not None:
                self.looks.forget(known.track)
            self._versions[track_id] = self._versions.get(track_id, 0) + 1

    def version(self, track: TrackView) -> int:
        """Return a number that is another one after an edit of this track."""
        return self._versions.get(track.track_id, 0)

    def before(self, track: TrackView, row: int) -> End:
        """Return the side of the boxes before a row."""
        return self._ends_of(track).before(row)

    def after(self, track: TrackView, row: int) -> End:
        """Return the side of the boxes from a row on."""
        return self._ends_of(track).after(row)

    def both_ends(self, track: TrackView, first_row: int, end_row: int) -> tuple[End, End]:
        """Return a stretch of a track, seen from its beginning and from its end."""
        return self._ends_of(track).of_stretch(first_row, end_row)

    def link(self, before: End, after: End) -> Link:
        """Judge whether one end goes on in the other."""
        if before.whole is not after.whole:
            return self._model.link(before, after)
        known = before.whole.links  # of all explanations of a cut this is one part
        if (before, after) not in known:
            known[before, after] = self._model.link(before, after)
        return known[before, after]

    def _ends_of(self, track: TrackView) -> Ends:
        known = self._ends.get(track.track_id)
        if known is None:
            known = self._ends[track.track_id] = Ends(self.looks, track)
        return known
