"""Which track each true box is in, now or after an edit: what right and wrong is counted on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trackmend_core.project.edits import Edit
from trackmend_core.review.previews import ghost_boxes
from trackmend_core.review.scene import Scene

BoxKey = tuple[int, int]
"""True identity and frame."""


@dataclass(slots=True)
class LayerLabels:
    """The track of every true box; boxes that are deleted have none.

    Attributes:
        tracks: by true identity and frame.
    """

    tracks: dict[BoxKey, int] = field(default_factory=dict)

    @classmethod
    def read(cls, scene: Scene, truth_of_box: Mapping[int, int]) -> "LayerLabels":
        """Read the layer as it is.

        Args:
            scene: the layer.
            truth_of_box: true identity by box id.
        """
        labels = cls()
        for track in scene.tracks.values():
            for box_id, frame in zip(track.box_ids.tolist(), track.frames.tolist(), strict=True):
                labels.tracks[truth_of_box[box_id], frame] = int(track.track_id)
        return labels

    def after(self, scene: Scene, edit: Edit) -> "LayerLabels":
        """Return the labels as an edit would leave them."""
        by_place = {(track, frame): (who, frame) for (who, frame), track in self.tracks.items()}
        changed = dict(self.tracks)
        for ghost in ghost_boxes(scene, edit):
            if ghost.from_track is None:
                continue
            key = by_place[int(ghost.from_track), ghost.frame]
            if ghost.is_removed:
                changed.pop(key, None)
            else:
                changed[key] = -1 if ghost.to_track is None else int(ghost.to_track)
        return LayerLabels(changed)

    def breaks(self, blurred: Mapping[int, list[tuple[int, int]]]) -> int:
        """Return how often a person changes its track, plus how often a track its person.

        Args:
            blurred: stretches (first, last) of frames by true identity that are not looked at,
                because the exact frame of an error there cannot be known.
        """
        seen = sorted(
            (frame, who, track)
            for (who, frame), track in self.tracks.items()
            if not any(first <= frame <= last for first, last in blurred.get(who, ()))
        )
        last_track: dict[int, int] = {}
        last_person: dict[int, int] = {}
        count = 0
        for _, who, track in seen:
            count += last_track.get(who, track) != track
            count += last_person.get(track, who) != who
            last_track[who], last_person[track] = track, who
        return count
