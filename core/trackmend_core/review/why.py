"""Why did it match? The association of one frame of a run, replayed and written down."""

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.project import Project, StoredDetections
from trackmend_core.project.records import frame_number
from trackmend_core.tracking import TrackerSettings
from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.costs import appearance_costs, cosine_distances, overlap_costs
from trackmend_core.tracking.fairmot import FairMot
from trackmend_core.tracking.matching import Association
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import BoolArray, DetectionId, Float64Array, IntArray, Progress, RunId

_REPORT_FRAMES: Final = 50
_FAIRMOT: Final = "fairmot"


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
        runner_up: the column the track would have liked next best, None if there is none.
        margin: by how much the runner-up costs more, in the cost of the stage.
    """

    track_row: int
    detection_column: int
    stage: Stage
    runner_up: int | None
    margin: float | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FrameAssociation:
    """All that decided one frame; T tracks the tracker knew, D detections above its threshold.

    Attributes:
        frame_index: 0-based.
        tracker_ids: (T,) int64, 0 for a track not confirmed yet.
        boxes_xyxy: (T, 4) float64, where motion expected them, pixels.
        lost: (T,) whether the track was missing in the last frame.
        confirmed: (T,) whether the track was matched after its birth.
        detection_ids: D of them.
        detection_boxes_xyxy: (D, 4) float64, pixels.
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
    lost: BoolArray
    confirmed: BoolArray
    detection_ids: tuple[DetectionId, ...]
    detection_boxes_xyxy: Float64Array
    cosines: Float64Array
    gate_distances: Float64Array
    costs: Float64Array
    overlaps: Float64Array
    pairs: tuple[MatchedPair, ...]
    appearance_cost_max: float
    gate: float
    overlap_min: float
    newborn_overlap_min: float


def explain_frame(
    project: Project, run_id: RunId, frame_index: int
) -> Generator[Progress, None, FrameAssociation]:
    """Replay a run up to a frame and return what was decided there and why.

    Args:
        project: has the run.
        run_id: tracked by FairMOT's cascade.
        frame_index: 0-based.

    Raises:
        UserError: the run was tracked otherwise, or has not come to that frame.
    """
    settings = TrackerSettings.from_dict(project.run(run_id).tracker_settings)
    if settings.method_name != _FAIRMOT:
        raise UserError(
            f"This run was tracked by {settings.method_name}, whose decisions are not kept.",
            "Run FairMOT's tracker to see why it matches.",
        )
    witness = _Witness(settings)
    for stored in project.iter_detections(run_id):
        if stored.frame_index > frame_index:
            break
        witness.step(stored.detections, None)
        if stored.frame_index == frame_index:
            return witness.told(stored)
        if stored.frame_index % _REPORT_FRAMES == 0:
            yield Progress(done=stored.frame_index, total=frame_index, message="Tracking again")
    raise UserError(
        f"The run has no detections of frame {frame_number(frame_index)}.",
        "Continue the run to that frame.",
    )


class _Witness(FairMot):
    """FairMOT's cascade that remembers what it was given last and how it decided."""

    _last: tuple[TrackTable, Candidates, Association]

    def associate(self, tracks: TrackTable, candidates: Candidates) -> Association:
        """Pair as ever, and keep a copy of the tracks as they were before they are continued."""
        association = super().associate(tracks, candidates)
        self._last = (tracks.select(np.arange(len(tracks))), candidates, association)
        return association

    def told(self, stored: StoredDetections) -> FrameAssociation:
        """Return the last step as plain values."""
        tracks, candidates, association = self._last
        settings, rows = self.settings, np.arange(len(tracks))
        if len(tracks) and len(candidates):
            costs = appearance_costs(tracks, rows, candidates=candidates, settings=settings)
            overlaps = 1.0 - overlap_costs(tracks, rows, candidates=candidates, settings=settings)
            cosines = 1.0 - cosine_distances(tracks.features, candidates.features)
            gates = tracks.motion.squared_mahalanobis(rows, candidates.boxes_xyah)
        else:
            costs = overlaps = cosines = gates = np.zeros((len(tracks), len(candidates)))
        pairs = tuple(
            _pair(row, column, tracks=tracks, costs=costs, overlaps=overlaps, settings=settings)
            for row, column in zip(
                association.track_rows.tolist(), association.candidate_rows.tolist(), strict=True
            )
        )
        ids = stored.ids[candidates.indices].tolist()
        return FrameAssociation(
            frame_index=stored.frame_index,
            tracker_ids=tracks.ids,
            boxes_xyxy=tracks.motion.boxes_xyxy(),
            lost=tracks.lost,
            confirmed=tracks.confirmed,
            detection_ids=tuple(DetectionId(detection) for detection in ids),
            detection_boxes_xyxy=candidates.boxes_xyxy,
            cosines=cosines,
            gate_distances=gates,
            costs=costs,
            overlaps=np.maximum(overlaps, 0.0),
            pairs=pairs,
            appearance_cost_max=settings.appearance_cost_max,
            gate=settings.gate,
            overlap_min=1.0 - settings.iou_cost_max,
            newborn_overlap_min=1.0 - settings.unconfirmed_iou_cost_max,
        )


def _pair(
    row: int,
    column: int,
    *,
    tracks: TrackTable,
    costs: Float64Array,
    overlaps: Float64Array,
    settings: TrackerSettings,
) -> MatchedPair:
    # A pair that the first stage could have made and did not would have lowered its total.
    if not tracks.confirmed[row]:
        stage = Stage.NEWBORN
    elif settings.use_appearance and costs[row, column] < settings.appearance_cost_max:
        stage = Stage.APPEARANCE
    else:
        stage = Stage.OVERLAP
    paid = costs[row] if stage is Stage.APPEARANCE else 1.0 - overlaps[row]
    others = np.where(np.arange(len(paid)) == column, np.inf, paid)
    best = int(np.argmin(others)) if len(others) > 1 else column
    is_possible = best != column and np.isfinite(others[best])
    return MatchedPair(
        track_row=row,
        detection_column=column,
        stage=stage,
        runner_up=best if is_possible else None,
        margin=float(others[best] - paid[column]) if is_possible else None,
    )
