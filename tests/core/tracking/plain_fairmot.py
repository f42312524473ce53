"""FairMOT's association written down plainly, one track at a time: what the fast one is held to.

Written from the rule alone (paper section 3.5.2, order and numbers of the released code), sharing
nothing with `trackmend_core.tracking`: whole 8 x 8 matrices, lists of objects, `lap.lapjv`.
"""

from dataclasses import dataclass, field

import lap
import numpy as np
from scipy.spatial.distance import cdist

from trackmend_core.types import Float64Array, FloatArray, FrameDetections

STEP = np.eye(8) + np.eye(8, k=4)
LOOK = np.eye(4, 8)


def spread(height: float, *, position: float, aspect: float) -> list[float]:
    return [position * height, position * height, aspect, position * height]


@dataclass(eq=False)
class PlainTrack:
    tlwh: Float64Array
    score: float
    feature: FloatArray
    smooth: FloatArray = field(init=False)
    mean: Float64Array | None = None
    covariance: Float64Array | None = None
    track_id: int = 0
    state: str = "new"
    is_activated: bool = False
    start_frame: int = 0
    last_frame: int = 0

    def __post_init__(self) -> None:
        self.feature = self.feature / np.linalg.norm(self.feature)
        self.smooth = self.feature

    def box_tlwh(self) -> Float64Array:
        if self.mean is None:
            return self.tlwh.copy()
        x, y, aspect, height = self.mean[:4]
        width = aspect * height
        return np.array([x - width / 2, y - height / 2, width, height])

    def box_tlbr(self) -> Float64Array:
        box = self.box_tlwh()
        box[2:] += box[:2]
        return box

    def xyah(self) -> Float64Array:
        x, y, width, height = self.tlwh
        return np.array([x + width / 2, y + height / 2, width / height, height])

    def birth(self, frame: int, track_id: int) -> None:
        measured = self.xyah()
        h = measured[3]
        self.mean = np.r_[measured, np.zeros(4)]
        self.covariance = np.diag(
            np.square(
                spread(h, position=2 / 20, aspect=1e-2) + spread(h, position=10 / 160, aspect=1e-5)
            )
        )
        self.track_id, self.state = track_id, "tracked"
        self.is_activated = frame == 1
        self.start_frame = self.last_frame = frame

    def predict(self) -> None:
        assert self.mean is not None
        if self.state != "tracked":
            self.mean[7] = 0.0
        h = self.mean[3]
        noise = np.diag(
            np.square(
                spread(h, position=1 / 20, aspect=1e-2) + spread(h, position=1 / 160, aspect=1e-5)
            )
        )
        self.mean = STEP @ self.mean
        self.covariance = STEP @ self.covariance @ STEP.T + noise

    def projected(self) -> tuple[Float64Array, Float64Array]:
        assert self.mean is not None
        noise = np.diag(np.square(spread(self.mean[3], position=1 / 20, aspect=1e-1)))
        return LOOK @ self.mean, LOOK @ self.covariance @ LOOK.T + noise

    def take(self, other: "PlainTrack", frame: int) -> None:
        mean, covariance = self.projected()
        gain = np.linalg.solve(covariance, LOOK @ self.covariance).T
        self.mean = self.mean + gain @ (other.xyah() - mean)
        self.covariance = self.covariance - gain @ covariance @ gain.T
        self.smooth = 0.9 * self.smooth + 0.1 * other.feature
        self.smooth = self.smooth / np.linalg.norm(self.smooth)
        if self.state == "tracked":
            self.score = other.score  # a track that was lost keeps showing its old score
        self.state, self.is_activated, self.last_frame = "tracked", True, frame


def inclusive_iou_costs(tracks: list[PlainTrack], others: list[PlainTrack]) -> Float64Array:
    costs = np.ones((len(tracks), len(others)))
    boxes = [other.box_tlbr() for other in others]
    for row, track in enumerate(tracks):
        a = track.box_tlbr()
        for column, b in enumerate(boxes):
            width = min(a[2], b[2]) - max(a[0], b[0]) + 1
            height = min(a[3], b[3]) - max(a[1], b[1]) + 1
            if width > 0 and height > 0:
                areas = [(c[2] - c[0] + 1) * (c[3] - c[1] + 1) for c in (a, b)]
                costs[row, column] = 1 - width * height / (sum(areas) - width * height)
    return costs


def appearance_costs(tracks: list[PlainTrack], others: list[PlainTrack]) -> Float64Array:
    if not tracks or not others:
        return np.zeros((len(tracks), len(others)))
    one = np.asarray([track.smooth for track in tracks], np.float64)
    two = np.asarray([other.feature for other in others], np.float64)
    costs = np.maximum(0.0, cdist(one, two, "cosine"))
    measured = np.asarray([other.xyah() for other in others])
    for row, track in enumerate(tracks):
        mean, covariance = track.projected()
        gap = measured - mean
        distance = (gap * np.linalg.solve(covariance, gap.T).T).sum(axis=1)
        costs[row, distance > 9.4877] = np.inf
        costs[row] = 0.98 * costs[row] + 0.02 * distance
    return costs


def pairs_of(costs: Float64Array, limit: float) -> tuple[list[tuple[int, int]], set[int], set[int]]:
    rows, columns = set(range(costs.shape[0])), set(range(costs.shape[1]))
    if not costs.size:
        return [], rows, columns
    _, partner, _ = lap.lapjv(costs, extend_cost=True, cost_limit=limit)
    pairs = [(row, int(column)) for row, column in enumerate(partner) if column >= 0]
    return pairs, rows - {row for row, _ in pairs}, columns - {column for _, column in pairs}


class PlainFairMot:
    """The released tracker, with all its habits, ids counted from 1."""

    def __init__(self, *, score_threshold: float, buffer: int) -> None:
        self.score_threshold, self.buffer = score_threshold, buffer
        self.frame = self.last_id = 0
        self.tracked: list[PlainTrack] = []
        self.lost: list[PlainTrack] = []
        self.removed_ids: set[int] = set()

    def step(self, detections: FrameDetections) -> list[PlainTrack]:
        self.frame += 1
        found = []
        for box, score, feature in zip(
            detections.boxes_xyxy, detections.scores, detections.embeddings, strict=True
        ):
            if score > self.score_threshold:
                tlwh = np.r_[box[:2], box[2:] - box[:2]].astype(np.float64)
                found.append(PlainTrack(tlwh, float(score), feature))
        confirmed = [track for track in self.tracked if track.is_activated]
        newcomers = [track for track in self.tracked if not track.is_activated]
        pool = confirmed + self.lost
        for track in pool:
            track.predict()
        refound: list[PlainTrack] = []
        pairs, alone, free = pairs_of(appearance_costs(pool, found), 0.4)
        for row, column in pairs:
            if pool[row].state != "tracked":
                refound.append(pool[row])
            pool[row].take(found[column], self.frame)
        found = [found[column] for column in sorted(free)]
        waiting = [pool[row] for row in sorted(alone) if pool[row].state == "tracked"]
        pairs, alone, free = pairs_of(inclusive_iou_costs(waiting, found), 0.5)
        for row, column in pairs:
            waiting[row].take(found[column], self.frame)
        newly_lost = [waiting[row] for row in sorted(alone)]
        for track in newly_lost:
            track.state = "lost"
        found = [found[column] for column in sorted(free)]
        pairs, alone, free = pairs_of(inclusive_iou_costs(newcomers, found), 0.7)
        for row, column in pairs:
            newcomers[row].take(found[column], self.frame)
        ended = [newcomers[row] for row in sorted(alone)]
        born = [found[column] for column in sorted(free)]
        for track in born:
            self.last_id += 1
            track.birth(self.frame, self.last_id)
        ended += [track for track in self.lost if self.frame - track.last_frame > self.buffer]
        for track in ended:
            track.state = "removed"
        self._arrange(born, refound, newly_lost, ended)
        return [track for track in self.tracked if track.is_activated]

    def _arrange(
        self,
        born: list[PlainTrack],
        refound: list[PlainTrack],
        newly_lost: list[PlainTrack],
        ended: list[PlainTrack],
    ) -> None:
        self.tracked = [track for track in self.tracked if track.state == "tracked"]
        self.tracked += born + refound
        seen = {track.track_id for track in self.tracked}
        self.lost = [track for track in self.lost if track.track_id not in seen] + newly_lost
        # Those that ended in this very frame stay for one more: the zombie frame.
        self.lost = [track for track in self.lost if track.track_id not in self.removed_ids]
        self.removed_ids |= {track.track_id for track in ended}
        dropped = set()
        costs = inclusive_iou_costs(self.tracked, self.lost)
        for row, column in zip(*np.where(costs < 0.15), strict=True):
            seen_track, lost_track = self.tracked[row], self.lost[column]
            age = seen_track.last_frame - seen_track.start_frame
            older = age > lost_track.last_frame - lost_track.start_frame
            dropped.add(lost_track.track_id if older else seen_track.track_id)
        self.tracked = [track for track in self.tracked if track.track_id not in dropped]
        self.lost = [track for track in self.lost if track.track_id not in dropped]
