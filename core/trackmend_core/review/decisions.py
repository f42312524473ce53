"""Remembers what a person said of suspicions, and learns from it how to judge the next ones.

An answer is tied to boxes at moments, not to rows of the project: it holds for whatever tracks go
through those boxes, also when the queue is computed anew and after another run of the same video.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, log
from typing import Final

import numpy as np

from trackmend_core.project import BoxXyxy, Project, ReviewAnchor, ReviewAnswer
from trackmend_core.project.review_answers import BY_EDIT
from trackmend_core.review.duplicates import paired_iou
from trackmend_core.review.finding import Finding
from trackmend_core.review.kinds import Decision
from trackmend_core.review.probability import NOTHING_NEAR, AnsweredNear
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import EditId, Float64Array

ENOUGH_ANSWERS: Final = 10
"""The ranking follows a reviewer only after so many answers."""

SAME_BOX: Final = 0.45
"""A track goes through a remembered box if it overlaps it by so much (IoU)."""

SAME_MOMENT_S: Final = 0.5
SAME_CUT_S: Final = 0.1
"""For an answer that an edit gave: nobody looked at what else may be odd about it."""

NEAR_S: Final = 1.0
"""An answer also says something of other events in the same tracks, so near in time."""

_HIDING = (Decision.REJECTED, Decision.UNSURE, Decision.SETTLED)


class Memory:
    """The answers about one video."""

    def __init__(self, project: Project, scene: Scene) -> None:
        self._project = project
        self._scene = scene
        self._answers = list(project.review_answers(scene.video_id))
        self._reach = max(1, round(NEAR_S * scene.frame_rate))
        self._learn()

    def _learn(self) -> None:
        self._shift = _Shift.learn(self._answers)
        self._hiding = _ByFrame([one for one in self._answers if one.decision in _HIDING])
        self._telling: dict[int, list[ReviewAnswer]] = {}
        for answer in self._answers:
            if self._tells(answer):
                block = answer.frame_index // self._reach
                for beside in (block - 1, block, block + 1):
                    self._telling.setdefault(beside, []).append(answer)

    def _tells(self, answer: ReviewAnswer) -> bool:
        """Return whether an answer says something of what else is odd there.

        What was accepted in an earlier run was mended there, not here.
        """
        if answer.decision == Decision.ACCEPTED:
            return answer.run_id == self._scene.run_id
        return answer.decision == Decision.REJECTED

    def store(
        self,
        finding: Finding,
        decision: Decision,
        *,
        note: str,
        features: Mapping[str, float],
        title: str,
        after_edit_id: int | None,
    ) -> None:
        """Add an answer; an earlier one about the same event no longer counts."""
        earlier = self._about(finding)
        answer = ReviewAnswer(
            kind=finding.kind.value,
            family=finding.kind.family,
            frame_index=finding.frame,
            decision=decision.value,
            note=note,
            anchors=self._anchors(finding),
            features=dict(features),
            title=title,
        )
        stored = self._project.add_review_answer(
            self._scene.run_id,
            answer,
            after_edit_id=after_edit_id,
            instead_of=[one.answer_id for one in earlier if one.answer_id is not None],
        )
        self._answers = [one for one in self._answers if one not in earlier]
        self._answers.append(stored)
        self._learn()

    def settle(self, finding: Finding, *, title: str, edit_id: EditId) -> None:
        """Add that an edit made by hand answers an event; nothing is learnt from it."""
        self.store(
            finding,
            Decision.SETTLED,
            note="",
            features={BY_EDIT: edit_id},
            title=title,
            after_edit_id=None,
        )

    @property
    def answers(self) -> Sequence[ReviewAnswer]:
        """Return every answer, oldest first."""
        return tuple(self._answers)

    def take_back(self, finding: Finding) -> None:
        """Forget the answers about an event."""
        gone = self._about(finding)
        if gone:
            self._project.remove_review_answers(
                [answer.answer_id for answer in gone if answer.answer_id is not None]
            )
            self._answers = [answer for answer in self._answers if answer not in gone]
            self._learn()

    def read_again(self) -> None:
        """Take over which answers the project says count."""
        self._answers = list(self._project.review_answers(self._scene.video_id))
        self._learn()

    def _about(self, finding: Finding) -> list[ReviewAnswer]:
        return [answer for answer in self._answers if self.is_about(answer, finding)]

    def was_accepted(self, finding: Finding) -> bool:
        """Return whether an answer accepts a proposal about this event."""
        return any(
            answer.decision == Decision.ACCEPTED and self.is_about(answer, finding)
            for answer in self._answers
        )

    def recall(self, finding: Finding) -> "Answer | None":
        """Return the newest answer that keeps a suspicion out of the queue, None if there is none.

        An accepted one does not: what it accepted is done, or was undone and waits again.
        """
        if not self._hiding:
            return None
        reach = ceil(SAME_MOMENT_S * self._scene.frame_rate)
        near = self._hiding.between(
            finding.kind.family, finding.frame - reach, finding.frame + reach
        )
        for answer in near:
            if self.is_about(answer, finding):
                return Answer(Decision(answer.decision), answer.note)
        return None

    def near(self, finding: Finding) -> AnsweredNear:
        """Return what was answered about other events in these tracks at about that time.

        An answer about this very event is left out: if it waits again, it was undone.
        """
        beside = self._telling.get(finding.frame // self._reach)
        if beside is None:
            return NOTHING_NEAR
        told = [
            answer
            for answer in beside
            if abs(answer.frame_index - finding.frame) <= self._reach
            and self._is_in_one_of(answer, finding)
            and not self.is_about(answer, finding)
        ]
        accepted = sum(answer.decision == Decision.ACCEPTED for answer in told)
        return AnsweredNear(accepted=accepted, rejected=len(told) - accepted)

    def _is_in_one_of(self, answer: ReviewAnswer, finding: Finding) -> bool:
        """Return whether a track of the finding goes through a box that an answer is tied to."""
        return any(
            _goes_through(self._scene.tracks[track_id], anchor, 0)
            for track_id in finding.tracks
            for anchor in answer.anchors
        )

    def adapted(self, finding: Finding, plain: float) -> float:
        """Return a probability in the light of this reviewer's answers."""
        return self._shift.apply(plain, family=finding.kind.family)

    def is_about(self, answer: ReviewAnswer, finding: Finding) -> bool:
        """Return whether an answer, also one that counts no longer, is about this very event."""
        is_settled = answer.decision == Decision.SETTLED
        reach = (SAME_CUT_S if is_settled else SAME_MOMENT_S) * self._scene.frame_rate
        if answer.family != finding.kind.family or abs(answer.frame_index - finding.frame) > reach:
            return False
        tracks = [self._scene.tracks[track_id] for track_id in finding.tracks]
        groups = {anchor.group for anchor in answer.anchors}
        if len(groups) != len(tracks):
            return False
        return all(
            any(
                all(
                    _goes_through(track, anchor, reach)
                    for anchor in answer.anchors
                    if anchor.group == group
                )
                for track in tracks
            )
            for group in groups
        )

    def _anchors(self, finding: Finding) -> tuple[ReviewAnchor, ...]:
        """Return the boxes of each track just before and just after the event."""
        anchors = []
        for group, track_id in enumerate(finding.tracks):
            track = self._scene.tracks[track_id]
            row = track.index_at(finding.frame)
            for near in sorted({max(0, row - 1), min(row, len(track) - 1)}):
                x1, y1, x2, y2 = track.boxes_xyxy[near].tolist()
                box: BoxXyxy = (x1, y1, x2, y2)
                anchors.append(
                    ReviewAnchor(group=group, frame_index=int(track.frames[near]), box_xyxy=box)
                )
        return tuple(anchors)


class _ByFrame:
    """Answers by family and frame, so that a long memory does not make every look longer."""

    def __init__(self, answers: Sequence[ReviewAnswer]) -> None:
        self._of: dict[str, tuple[list[int], list[tuple[int, ReviewAnswer]]]] = {}
        for age, answer in sorted(enumerate(answers), key=lambda item: item[1].frame_index):
            frames, told = self._of.setdefault(answer.family, ([], []))
            frames.append(answer.frame_index)
            told.append((age, answer))

    def __bool__(self) -> bool:
        return bool(self._of)

    def between(self, family: str, first: int, last: int) -> list[ReviewAnswer]:
        """Return the answers about frames first..last, newest first."""
        frames, told = self._of.get(family, ([], []))
        near = told[bisect_left(frames, first) : bisect_right(frames, last)]
        return [answer for _, answer in sorted(near, key=lambda item: -item[0])]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said: the decision and the note."""

    decision: Decision
    note: str


class _Shift:
    """A reviewer's correction of the log-odds: one for all events, one for each family."""

    def __init__(self, everywhere: float, of_family: Mapping[str, float]) -> None:
        self._everywhere = everywhere
        self._of_family = of_family

    @classmethod
    def learn(cls, answers: Sequence[ReviewAnswer]) -> "_Shift":
        """Fit the shift that makes the answers likeliest, held near zero by what was fitted before.

        Source: logistic regression with a normal prior (MAP), solved by Newton's method.
        """
        told = [
            one
            for one in answers
            if one.decision in (Decision.ACCEPTED, Decision.REJECTED) and "log_odds" in one.features
        ]
        if len(told) < ENOUGH_ANSWERS:
            return cls(0.0, {})
        families = sorted({one.family for one in told})
        design = np.array(
            [[1.0, *(float(one.family == family) for family in families)] for one in told]
        )
        known = np.array([one.features["log_odds"] for one in told])
        accepted = np.array([float(one.decision == Decision.ACCEPTED) for one in told])
        weights = _newton(design, known, accepted)
        return cls(float(weights[0]), dict(zip(families, weights[1:].tolist(), strict=True)))

    def apply(self, plain: float, *, family: str) -> float:
        """Return the shifted probability."""
        shift = self._everywhere + self._of_family.get(family, 0.0)
        if shift == 0 or not 0 < plain < 1:
            return plain
        return 1 / (1 + exp(-(log(plain / (1 - plain)) + shift)))


def _newton(design: Float64Array, known: Float64Array, accepted: Float64Array) -> Float64Array:
    weights = np.zeros(design.shape[1])
    prior = np.eye(len(weights))
    for _ in range(25):
        expected = 1 / (1 + np.exp(-np.clip(known + design @ weights, -30, 30)))
        slope = design.T @ (accepted - expected) - prior @ weights
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design + prior
        step = np.linalg.solve(curvature, slope)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _goes_through(track: TrackView, anchor: ReviewAnchor, reach: float) -> bool:
    """Return whether a track has nearly this box at nearly this moment."""
    row = track.index_at(anchor.frame_index)
    near = [one for one in (row - 1, row) if 0 <= one < len(track)]
    best = min(near, key=lambda one: abs(int(track.frames[one]) - anchor.frame_index))
    if abs(int(track.frames[best]) - anchor.frame_index) > reach:
        return False
    box = np.array([anchor.box_xyxy], np.float64)
    return bool(paired_iou(track.boxes_xyxy[best][None], box)[0] >= SAME_BOX)
