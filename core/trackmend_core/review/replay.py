"""A run's association replayed once from end to end; any frame is then explained in a moment."""

import copy
from bisect import bisect_left
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.project import Project
from trackmend_core.review.association import FrameAssociation, Stage
from trackmend_core.review.why import no_detections, witness_of
from trackmend_core.review.witness import Witness
from trackmend_core.types import Float64Array, IntArray, Progress, RunId

CHECKPOINT_FRAMES: Final = 250
"""So many frames at most are tracked again to explain one."""
STAGES: Final = tuple(Stage)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decisions:
    """Every pair that the association made, N of them, by rising detection.

    Attributes:
        detection_ids: (N,) int64.
        frames: (N,) int64, 0-based.
        stages: (N,) int64, places in `STAGES`.
        costs: (N,) float64, paid, in the measure of the stage.
        cost_maxes: (N,) float64, limit of the stage.
        margins: (N,) float64, by how much more the next best would have cost: another detection
            for the track, or another track for the detection; inf where there was none.
    """

    detection_ids: IntArray
    frames: IntArray
    stages: IntArray
    costs: Float64Array
    cost_maxes: Float64Array
    margins: Float64Array

    def __len__(self) -> int:
        return len(self.frames)

    def of_detections(self, detection_ids: IntArray) -> "Decisions":
        """Return those that gave these detections to a track, in the order of frames.

        The first detection of a track was given to nobody: it began the track.
        """
        place = np.searchsorted(self.detection_ids, detection_ids)
        place = np.minimum(place, max(0, len(self) - 1))
        found = place[self.detection_ids[place] == detection_ids] if len(self) else place[:0]
        found = found[np.argsort(self.frames[found], kind="stable")]
        return Decisions(
            detection_ids=self.detection_ids[found],
            frames=self.frames[found],
            stages=self.stages[found],
            costs=self.costs[found],
            cost_maxes=self.cost_maxes[found],
            margins=self.margins[found],
        )


class AssociationReplay:
    """The decisions of one run. Nothing in here changes the project.

    Raises:
        UserError: the run was tracked by a method whose decisions cannot be replayed.
    """

    def __init__(self, project: Project, run_id: RunId) -> None:
        self._project = project
        self._run_id = run_id
        self._start = witness_of(project, run_id)
        self._checkpoints: list[tuple[int, Witness]] = []
        self.decisions: Decisions | None = None

    def run_through(self) -> Generator[Progress, None, None]:
        """Replay everything, once; `decisions` is there afterwards and every frame is near."""
        total = self._project.run(self._run_id).next_frame
        witness = copy.deepcopy(self._start)
        rows: list[tuple[int, int, int, float, float, float]] = []
        checkpoints: list[tuple[int, Witness]] = []
        for count, stored in enumerate(self._project.iter_detections(self._run_id)):
            witness.see(stored)
            ids = witness.detection_ids()
            for pair in witness.pairs():
                narrowest = pair.narrowest
                rows.append(
                    (
                        ids[pair.detection_column],
                        stored.frame_index,
                        STAGES.index(pair.stage),
                        pair.cost,
                        pair.cost_max,
                        np.inf if narrowest is None else narrowest,
                    )
                )
            if count % CHECKPOINT_FRAMES == CHECKPOINT_FRAMES - 1:
                checkpoints.append((stored.frame_index, copy.deepcopy(witness)))
            yield Progress(done=stored.frame_index + 1, total=total, message="Tracking again")
        self._checkpoints = checkpoints
        self.decisions = _columns(rows)

    def frame(self, frame_index: int) -> Generator[Progress, None, FrameAssociation]:
        """Return what decided a frame; before `run_through` has ended it takes longer.

        Raises:
            UserError: the run has not come to that frame.
        """
        frames = [frame for frame, _ in self._checkpoints]
        at = bisect_left(frames, frame_index)
        first = 0
        witness = self._start
        if at:
            first, witness = frames[at - 1] + 1, self._checkpoints[at - 1][1]
        witness = copy.deepcopy(witness)
        for stored in self._project.iter_detections(self._run_id, first_frame=first):
            if stored.frame_index > frame_index:
                break
            witness.see(stored)
            if stored.frame_index == frame_index:
                return witness.told()
            yield Progress(
                done=stored.frame_index - first, total=frame_index - first, message="Tracking again"
            )
        raise no_detections(frame_index)


def _columns(rows: list[tuple[int, int, int, float, float, float]]) -> Decisions:
    table = np.array(rows, np.float64).reshape(-1, 6)  # ids stay below 2**53
    table = table[np.argsort(table[:, 0], kind="stable")]
    return Decisions(
        detection_ids=table[:, 0].astype(np.int64),
        frames=table[:, 1].astype(np.int64),
        stages=table[:, 2].astype(np.int64),
        costs=table[:, 3].copy(),
        cost_maxes=table[:, 4].copy(),
        margins=table[:, 5].copy(),
    )
