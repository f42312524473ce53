"""Whether an edit truly helps, told by ground truth: the conscience of the simulated reviewer."""

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.geometry import iou_matrix
from trackmend_core.project.edits import Edit
from trackmend_core.review.bench.matched_layer import Match, MatchedLayer, Standing
from trackmend_core.review.bench.truth import TrueVideo
from trackmend_core.review.previews import ghost_boxes
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array, IntArray

IOU_MIN: Final = 0.5
LOST_SHARE: Final = 0.3
"""So many of the boxes deleted with a doubtful track may have been of somebody after all."""

PASSING_LOSS: Final = 0.05


class Verdict:
    """Compares layers with the truth, edit by edit, without writing anything."""

    def __init__(self, video: TrueVideo) -> None:
        self._video = video
        self._layer = MatchedLayer({}, true_boxes=video.box_count)
        self._now: Standing | None = None
        self._known: dict[int, tuple[bytes, dict[int, Match]]] = {}

    def read(self, scene: Scene) -> None:
        """Take the layer as it is now."""
        tracks = list(scene.tracks.values())
        frames = np.concatenate([np.zeros(0, np.int64), *(track.frames for track in tracks)])
        boxes = np.concatenate([np.zeros((0, 4)), *(track.boxes_xyxy for track in tracks)])
        ids = np.concatenate([np.zeros(0, np.int64), *(track.box_ids for track in tracks)])
        order = np.lexsort((ids, frames))
        parts = np.split(order, np.flatnonzero(np.diff(frames[order])) + 1)
        by_box: dict[int, dict[int, Match]] = {
            int(frames[rows[0]]): self._match_all(int(frames[rows[0]]), ids[rows], boxes[rows])
            for rows in parts
            if len(rows)
        }
        self._layer = MatchedLayer(
            {
                int(track.track_id): {
                    frame: by_box[frame][box_id]
                    for frame, box_id in zip(
                        track.frames.tolist(), track.box_ids.tolist(), strict=True
                    )
                }
                for track in tracks
            },
            true_boxes=self._video.box_count,
        )
        self._now = None

    def standing(self, scene: Scene, edit: Edit | None = None) -> Standing:
        """Return how good the layer is, or would be after an edit."""
        if edit is not None:
            return self._layer.standing(self._after(scene, edit))
        if self._now is None:
            self._now = self._layer.standing()
        return self._now

    def people_of(self, track: TrackView) -> list[int]:
        """Return for each box of a track the person it is on, 0 for nobody."""
        matches = self._layer.tracks[int(track.track_id)]
        return [matches[frame][1] for frame in track.frames.tolist()]

    def helps(self, scene: Scene, edit: Edit) -> bool:
        """Return whether an edit makes the layer truly better.

        It does if IDF1 rises, or if fewer people change their track and IDF1 falls a little: of two
        repairs that belong together the first may cost a little, but no switch. Deleting boxes of
        people whom no other track covers is no help, even where IDF1 would rise by it.
        """
        removed, lost = self._lost(scene, edit)
        if lost > LOST_SHARE * removed:
            return False
        now, then = self.standing(scene), self.standing(scene, edit)
        if then.idf1 > now.idf1 + 1e-9:
            return then.breaks <= now.breaks
        if then.switches > now.switches:
            return False
        return then.idf1 >= now.idf1 - PASSING_LOSS and then.breaks < now.breaks

    def _lost(self, scene: Scene, edit: Edit) -> tuple[int, int]:
        """Return how many boxes an edit deletes, and how many of them leave a person uncovered."""
        gone = {
            (int(ghost.from_track), ghost.frame)
            for ghost in ghost_boxes(scene, edit)
            if ghost.is_removed and ghost.from_track is not None
        }
        if not gone:
            return 0, 0
        layer = self._layer.tracks
        frames = {frame for _, frame in gone}
        covered = {
            (person, frame)
            for track, matches in layer.items()
            for frame in frames.intersection(matches)
            if (track, frame) not in gone
            for person in matches[frame][0]
        }
        people = ((layer[track][frame][1], frame) for track, frame in gone)
        return len(gone), sum(who > 0 and (who, frame) not in covered for who, frame in people)

    def _after(self, scene: Scene, edit: Edit) -> dict[int, dict[int, Match]]:
        """Return the tracks that an edit would change, as they would be; -1 is a new one."""
        changed: dict[int, dict[int, Match]] = {}

        def track(track_id: int) -> dict[int, Match]:
            if track_id not in changed:
                changed[track_id] = dict(self._layer.tracks.get(track_id, {}))
            return changed[track_id]

        moved = []
        for ghost in ghost_boxes(scene, edit):
            if ghost.from_track is None:
                (match,) = self._match(ghost.frame, np.array([ghost.box_xyxy]))
            else:
                match = track(int(ghost.from_track)).pop(ghost.frame)
            if not ghost.is_removed:
                moved.append((ghost, match))
        for ghost, match in moved:
            target = -1 if ghost.to_track is None else int(ghost.to_track)
            track(target)[ghost.frame] = match
        return changed

    def _match_all(self, frame: int, box_ids: IntArray, boxes: Float64Array) -> dict[int, Match]:
        """Match the boxes of a frame; edits that only move them between tracks cost nothing."""
        fingerprint = box_ids.tobytes() + boxes.tobytes()
        known = self._known.get(frame)
        if known is None or known[0] != fingerprint:
            found = dict(zip(box_ids.tolist(), self._match(frame, boxes), strict=True))
            known = self._known[frame] = (fingerprint, found)
        return known[1]

    def _match(self, frame: int, boxes: Float64Array) -> list[Match]:
        """Return for each box all people it covers, and the one that it is best taken for, or 0."""
        truth = self._video.frames[frame]
        overlaps = iou_matrix(boxes, truth.boxes_xyxy)
        worth = np.where(overlaps >= IOU_MIN, overlaps, 0.0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        best = {
            row: int(truth.identities[column])
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if worth[row, column] > 0
        }
        return [
            (tuple(truth.identities[overlaps[row] >= IOU_MIN].tolist()), best.get(row, 0))
            for row in range(len(boxes))
        ]
