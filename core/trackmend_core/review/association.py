"""What decided one frame of a run: plain values, ready to be shown."""

from dataclasses import dataclass
from enum import StrEnum

from trackmend_core.types import BoolArray, DetectionId, Float64Array, IntArray


class Stage(StrEnum):
    """Which of FairMOT's three stages paired a track with a detection."""

    APPEARANCE = "appearance"
    OVERLAP = "overlap"
    NEWBORN = "newborn"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedPair:
    """One pair that the association made.

    Attributes:
        track_row: row of the matrices.
        detection_column: column of them.
        stage: that made it.
        cost: that was paid, in the measure of the stage: cosine and motion fused, or 1 - IoU.
        cost_max: the stage's limit.
        runner_up: the column the track would have liked next best, None if there is none.
        margin: by how much the runner-up costs more, in the cost of the stage.
        rival: the row that would have liked the detection next best, None if there is none.
        rival_margin: by how much the rival would have paid more.
    """

    track_row: int
    detection_column: int
    stage: Stage
    cost: float
    cost_max: float
    runner_up: int | None
    margin: float | None
    rival: int | None
    rival_margin: float | None

    @property
    def narrowest(self) -> float | None:
        """Return the smaller of the two margins: how nearly it would have come otherwise."""
        margins = [one for one in (self.margin, self.rival_margin) if one is not None]
        return min(margins, default=None)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FrameAssociation:
    """All that decided one frame; T tracks the tracker knew, D detections above its threshold.

    Attributes:
        frame_index: 0-based.
        tracker_ids: (T,) int64, 0 for a track not confirmed yet.
        boxes_xyxy: (T, 4) float64, where motion expected them, pixels.
        seen_frames: (T,) int64, frame in which each track had its last detection.
        seen_boxes_xyxy: (T, 4) float64, that detection, pixels.
        seen_detections: (T,) int64, that detection.
        lost: (T,) whether the track was missing in the last frame.
        confirmed: (T,) whether the track was matched after its birth.
        detection_ids: D of them.
        detection_boxes_xyxy: (D, 4) float64, pixels.
        detection_scores: (D,) float64, 0..1.
        cosines: (T, D) float64, -1..1.
        gate_distances: (T, D) float64, squared Mahalanobis distance; impossible beyond `gate`.
        costs: (T, D) float64, cosine distance and motion as fused; inf where impossible.
        overlaps: (T, D) float64, IoU of expected and detected box.
        pairs: that were made.
        appearance_cost_max: limit of the first stage, for `costs`.
        gate: limit of `gate_distances`.
        overlap_min: IoU that the second stage asks for.
        newborn_overlap_min: IoU that the third stage asks for.
    """

    frame_index: int
    tracker_ids: IntArray
    boxes_xyxy: Float64Array
    seen_frames: IntArray
    seen_boxes_xyxy: Float64Array
    seen_detections: IntArray
    lost: BoolArray
    confirmed: BoolArray
    detection_ids: tuple[DetectionId, ...]
    detection_boxes_xyxy: Float64Array
    detection_scores: Float64Array
    cosines: Float64Array
    gate_distances: Float64Array
    costs: Float64Array
    overlaps: Float64Array
    pairs: tuple[MatchedPair, ...]
    appearance_cost_max: float
    gate: float
    overlap_min: float
    newborn_overlap_min: float
