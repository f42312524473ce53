"""BoT-SORT: ByteTrack with camera motion, a filter over width and height, and appearance.

Differs from the released code where ByteTrack here does. Without a frame the camera counts as
still. Embeddings are those of the detections: there is no second network.
"""

import numpy as np

from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.costs import cosine_distances
from trackmend_core.tracking.method_settings import BotSortSettings
from trackmend_core.tracking.methods.bytetrack import ByteTrack, fused_with_score
from trackmend_core.tracking.methods.camera_motion import CameraMotion
from trackmend_core.tracking.methods.sides_kalman import SidesStates
from trackmend_core.tracking.pairs import PairCosts
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import ImageArray, IntArray


class BotSort(ByteTrack):
    """Source: Aharon et al., BoT-SORT (2022), sections 3.1 to 3.3."""

    motion_kind = SidesStates

    def __init__(self, settings: TrackerSettings) -> None:
        super().__init__(settings)
        assert isinstance(settings.method, BotSortSettings)
        self._own = settings.method
        self._camera = CameraMotion() if self._own.camera_motion else None
        self.wants_image = self._own.camera_motion

    def follow_camera(self, image: ImageArray | None, candidates: Candidates) -> None:
        """Move the predicted tracks as the picture moved since the last frame."""
        if self._camera is None:
            return
        warp = self._camera.since_last_frame(image, people_xyxy=candidates.boxes_xyxy)
        motion = self._tracks.motion
        assert isinstance(motion, SidesStates)
        if warp is not None:
            motion.warp(warp)

    def first_costs(
        self, tracks: TrackTable, rows: IntArray, columns: IntArray, candidates: Candidates
    ) -> PairCosts:
        """Return the lesser of overlap cost and, where near and alike, half the cosine distance."""
        pairs = self.plain_costs(tracks, rows, columns, candidates)
        overlap = pairs.matrix()
        cosine = cosine_distances(tracks.features[rows], candidates.features[columns])
        alike = (overlap < self._own.near_iou_cost_max) & (cosine < self._own.appearance_cost_max)
        if self._own.fuse_score:
            overlap = fused_with_score(pairs, candidates.scores[columns]).matrix()
        return PairCosts.of(np.where(alike, np.minimum(overlap, 0.5 * cosine), overlap))
