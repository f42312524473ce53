"""Says the tracks and boxes of a scene in the titles of edits that are not made yet."""

import numpy as np

from trackmend_core.project.edits.base import Names
from trackmend_core.project.records import frame_number
from trackmend_core.review.scene import Scene
from trackmend_core.types import BoxId, TrackId


class SceneNames(Names):
    """Says tracks by their numbers."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def track(self, track_id: TrackId) -> str:
        """Return, say, "track 7"."""
        return f"track {self._scene.tracks[track_id].number}"

    def box(self, box_id: BoxId) -> str:
        """Return where a box is."""
        for track in self._scene.tracks.values():
            rows = np.flatnonzero(track.box_ids == box_id)
            if len(rows):
                frame = frame_number(int(track.frames[rows[0]]))
                return f"the box of track {track.number} in frame {frame}"
        return "a box"
