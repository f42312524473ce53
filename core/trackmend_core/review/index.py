"""The review queue of one run: what to look at next, why, and what would mend it."""

from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np

from trackmend_core.project import Changes, Project, ReviewAnswer
from trackmend_core.project.edits import Edit
from trackmend_core.review.alternatives import Alternative
from trackmend_core.review.appearance import AppearanceScale
from trackmend_core.review.decisions import Answer, Memory
from trackmend_core.review.finding import Finding
from trackmend_core.review.findings import Findings
from trackmend_core.review.fitted import Fitted, shipped
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action, Decision
from trackmend_core.review.known import Known, Told
from trackmend_core.review.previews import blast_radius, ghost_boxes
from trackmend_core.review.probability import NOTHING_NEAR, AnsweredNear, features, probability
from trackmend_core.review.queue_order import (
    Judged,
    moments_of,
    one_per_event,
    review_seconds,
)
from trackmend_core.review.scene import OnStep, Scene, go_on
from trackmend_core.review.scene_names import SceneNames
from trackmend_core.review.sentences import say_answer, sentence
from trackmend_core.review.settled import Settled
from trackmend_core.review.sight import Sight
from trackmend_core.review.suspicion import BlastRadius, Crop, GhostBox, Proposal, Suspicion
from trackmend_core.types import BoxId, RunId, TrackId

_LITTLE: Final = (Action.NOTHING, Action.SPLIT)
"""What says more of the same event goes before these: a split leaves open whose the rest is."""

SIGHT_S: Final = 1.0
"""So much of the video around an event is before the eyes when it is answered."""

LEAST_PROBABILITY: Final = 0.15
"""Less likely events are not worth a look."""


class ReviewIndex:
    """Suspicions of one run, kept up to date as the person works.

    Opening reads the whole layer and all embeddings: seconds on a long video, so do it in a job.
    Everything else is meant for the thread of the window.

    Attributes:
        scene: the layer as arrays.
        judge: how ends are compared.
    """

    def __init__(
        self,
        project: Project,
        run_id: RunId,
        *,
        fitted: Fitted | None = None,
        scale: AppearanceScale | None = None,
        on_step: OnStep = go_on,
    ) -> None:
        """Look at a run.

        Args:
            project: that has it.
            run_id: whose layer is looked at.
            fitted: stands in for what is shipped.
            scale: stands in for what is measured.
            on_step: called again and again meanwhile; raising ends the look.
        """
        self._project = project
        self.scene = Scene(project, run_id, on_step=on_step)
        self.judge = Judge(self.scene, fitted or shipped(), scale=scale)
        self._findings = Findings(self.judge, on_step=on_step)
        self._memory = Memory(project, self.scene)
        self._by_key: dict[str, Finding] = {}
        self._known: dict[Finding, Known] = {}
        self._sight: Sight | None = None

    @classmethod
    def open(cls, project: Project, run_id: RunId, *, on_step: OnStep = go_on) -> Self:
        """Look at a run; `on_step` is called again and again meanwhile, raising there ends it.

        Raises:
            UserError: it is not in the project.
        """
        return cls(project, run_id, on_step=on_step)

    def suspicions(
        self, *, least_probability: float = LEAST_PROBABILITY, decided: bool = False
    ) -> list[Suspicion]:
        """Return what to look at, the largest expected gain of IDF1 per second first.

        Args:
            least_probability: less likely ones are left out; what is less likely only for the
                answers beside it comes later, but is not left out: it may be another error.
            decided: list those too that a person has answered, after the open ones.
        """
        known = {finding: self._known_of(finding) for finding in self._findings}
        self._known = known  # without what an edit has done away with
        answered: list[Judged] = []
        waiting: list[Judged] = []
        for finding, about in known.items():
            one = self._judged(finding, about, self._memory.near(finding))
            if self._listed_by(one, about) >= least_probability:
                (waiting if self._memory.recall(finding) is None else answered).append(one)
        rate = self.scene.frame_rate
        shown = one_per_event(waiting, frame_rate=rate)
        boxes = max(1, self.scene.box_count)
        queue = sorted((self._suspicion(one, boxes) for one in shown), key=lambda one: -one.rank)
        if decided:
            told = one_per_event(answered, frame_rate=rate)
            queue += [self._suspicion(one, boxes) for one in told]
        return queue

    def update(self, changes: Changes) -> None:
        """Take over an edit, an undo or a redo of this run."""
        touched = self.scene.update(self._project, changes)
        if touched:
            self._findings.update(touched)
            if self._sight is not None and not self._sight.tracks.isdisjoint(touched):
                self._sight = self._sight.with_tracks(touched)

    def update_by_hand(self, changes: Changes, edit: Edit) -> None:
        """Take over an edit that a person made by hand: what proposes the opposite is answered.

        Raises:
            UserError: the answer cannot be stored; the edit is taken over all the same.
        """
        assert changes.edit_id is not None, "a preview changes nothing"
        settled = Settled.by(edit, self.scene, self._project.tracks_of_edit(changes.edit_id))
        self.update(changes)
        if settled is None:
            return
        for finding in list(self._findings):
            if settled.denies(finding, changes.tracks) and self._memory.recall(finding) is None:
                title = self._proposal(finding.repair).title
                self._memory.settle(
                    finding, title=f"Settled by hand: {title}", edit_id=changes.edit_id
                )

    def decide(
        self,
        suspicion: Suspicion,
        decision: Decision,
        *,
        note: str = "",
        after_edit_id: int | None = None,
        made: str = "",
    ) -> None:
        """Store a person's answer; call it before the edit that the answer accepts.

        Rejected and unsure suspicions stay away, also after a new run of the same video.

        Args:
            suspicion: of the newest list.
            decision: what the person says.
            note: why.
            after_edit_id: `Project.newest_edit` when it was said; None for now.
            made: the title of the edit that accepts it, if it is not the best proposal.

        Raises:
            ValueError: the suspicion is not from the newest list.
        """
        finding = self._by_key.get(suspicion.key)
        if finding is None:
            raise ValueError("decide about a suspicion of the newest list")
        near = self._memory.near(finding)
        plain = probability(finding, self.judge.fitted, near)
        log_odds = float(np.log(max(plain, 1e-9) / max(1 - plain, 1e-9)))
        told = features(finding, near) | {"log_odds": log_odds}
        self._memory.store(
            finding,
            decision,
            note=note,
            features=told,
            title=say_answer(suspicion, decision, made=made),
            after_edit_id=after_edit_id,
        )
        if self._is_in_sight(finding):
            assert self._sight is not None
            self._sight = self._sight.with_tracks(finding.tracks)
        else:
            self._sight = Sight.around(
                moments_of(finding), finding.tracks, length=SIGHT_S * self.scene.frame_rate
            )

    def take_back(self, suspicion: Suspicion) -> None:
        """Forget the answers that were given to this suspicion; it is open again."""
        finding = self._by_key.get(suspicion.key)
        if finding is not None:
            self._memory.take_back(finding)

    def answers(self) -> Sequence[ReviewAnswer]:
        """Return what people answered about this video, oldest first, also in earlier runs."""
        return self._memory.answers

    def read_answers(self) -> None:
        """Take over answers that were given, taken back or given again in the project itself."""
        self._memory.read_again()

    def judged_by(self, suspicion: Suspicion) -> tuple[Mapping[str, float], str]:
        """Return what the probability of a suspicion is judged by, and how it would be mended.

        Raises:
            ValueError: the suspicion is not from the newest list.
        """
        finding = self._by_key.get(suspicion.key)
        if finding is None:
            raise ValueError("ask about a suspicion of the newest list")
        return features(finding, self._memory.near(finding)), finding.repair.manner

    def was_accepted(self, suspicion: Suspicion) -> bool:
        """Return whether a person once accepted a proposal about this very event."""
        finding = self._by_key.get(suspicion.key)
        return finding is not None and self._memory.was_accepted(finding)

    def is_about(self, answer: ReviewAnswer, suspicion: Suspicion) -> bool:
        """Return whether an answer, also one that was taken back, is about this very event."""
        finding = self._by_key.get(suspicion.key)
        return finding is not None and self._memory.is_about(answer, finding)

    def suspicion_count(
        self, scene: Scene, *, least_probability: float, on_step: OnStep = go_on
    ) -> int:
        """Return how many suspicions the queue of another layer would have, without answered ones.

        Args:
            scene: such as `retracked_scene` makes.
            least_probability: less likely ones do not count.
            on_step: called again and again meanwhile; raising ends the look.
        """
        judge = Judge(scene, self.judge.fitted, scale=self.judge.scale)
        findings = Findings(judge, on_step=on_step)
        near, recall = self._memory.near, self._memory.recall
        waiting = [(one, self._known_of(one)) for one in findings if recall(one) is None]
        judged = [(self._judged(one, known, near(one)), known) for one, known in waiting]
        likely = [one for one, known in judged if self._listed_by(one, known) >= least_probability]
        return len(one_per_event(likely, frame_rate=scene.frame_rate))

    def ghost_boxes(self, edit: Edit) -> list[GhostBox]:
        """Return the boxes that an edit would move, delete or add, for a preview."""
        return ghost_boxes(self.scene, edit)

    def blast_radius(self, edit: Edit) -> BlastRadius:
        """Return how far an edit reaches."""
        return blast_radius(self.scene, edit)

    def _known_of(self, finding: Finding) -> Known:
        """Return what was worked out for a finding before, or the beginning of it."""
        known = self._known.get(finding)
        if known is None:
            plain = probability(finding, self.judge.fitted)
            judged = Judged(finding=finding, probability=plain)
            known = Known(alone=plain, plain=plain, judged=judged)
        return known

    def _judged(self, finding: Finding, known: Known, near: AnsweredNear) -> Judged:
        if known.near is not near and known.near != near:
            known.plain, known.near = probability(finding, self.judge.fitted, near), near
        adapted = self._memory.adapted(finding, known.plain)
        if known.judged.probability != adapted:
            known.judged = Judged(finding=finding, probability=adapted)
        return known.judged

    def _listed_by(self, judged: Judged, known: Known) -> float:
        """Return the probability that decides whether a finding is worth a look at all."""
        if known.near == NOTHING_NEAR:
            return judged.probability
        alone = self._memory.adapted(judged.finding, known.alone)
        return max(judged.probability, alone)

    def _told_of(self, finding: Finding, numbers: dict[TrackId, int]) -> Told:
        """Return what a person is told and shown of a finding; it is worked out once."""
        known = self._known[finding]
        if known.told is None:
            known.told = Told(
                sentence=sentence(finding, numbers),
                proposal=self._proposal(finding.repair),
                crops=self._crops(finding),
            )
        return known.told

    def _suspicion(self, judged: Judged, box_count: int) -> Suspicion:
        """Return a suspicion, the one of last time if nothing about it has changed."""
        finding = judged.finding
        known, answer = self._known[finding], self._memory.recall(finding)
        rival = None if judged.rival is None else judged.rival.finding
        in_sight = self._is_in_sight(finding)
        state = (judged.probability, rival, box_count, answer, in_sight)
        if known.suspicion is None or known.state != state:
            known.suspicion = self._new_suspicion(judged, box_count, answer, in_sight=in_sight)
            known.state = state
        self._by_key[known.suspicion.key] = finding
        return known.suspicion

    def _new_suspicion(
        self, judged: Judged, box_count: int, answer: Answer | None, *, in_sight: bool
    ) -> Suspicion:
        finding, tracks = judged.finding, self.scene.tracks
        numbers = {track_id: tracks[track_id].number for track_id in finding.tracks}
        told = self._told_of(finding, numbers)
        seconds = review_seconds(finding.kind, judged.probability, in_sight=in_sight)
        runner_up = finding.runner_up
        if judged.rival is not None and (runner_up is None or runner_up.action in _LITTLE):
            runner_up = judged.rival.finding.repair
        return Suspicion(
            key=_key(finding),
            kind=finding.kind,
            sentence=told.sentence,
            frame=finding.frame,
            first_frame=finding.first_frame,
            last_frame=finding.last_frame,
            tracks=finding.tracks,
            numbers=tuple(numbers.values()),
            probability=judged.probability,
            expected_gain=judged.probability * self._promised(finding.repair) / box_count,
            review_seconds=seconds,
            evidence=finding.evidence,
            proposal=told.proposal,
            runner_up=None if runner_up is None else self._proposal(runner_up),
            crops=told.crops,
            decision=None if answer is None else answer.decision,
            note="" if answer is None else answer.note,
            until=finding.repair.until,
        )

    def _is_in_sight(self, finding: Finding) -> bool:
        return self._sight is not None and self._sight.has(finding.tracks, moments_of(finding))

    def _promised(self, option: Alternative) -> float:
        """Return how many boxes an explanation brings to the right id if it is right."""
        return option.gain_boxes * self.judge.fitted.gains.get(option.manner, 1.0)

    def _proposal(self, option: Alternative) -> Proposal:
        title = "Leave it as it is"
        if option.edit is not None:
            title = option.edit.title(SceneNames(self.scene))
        return Proposal(
            action=option.action,
            title=title,
            edit=option.edit,
            score=option.score,
            gain_boxes=option.gain_boxes,
        )

    def _crops(self, finding: Finding) -> tuple[Crop, ...]:
        """Choose the clearest boxes beside the event."""
        crops: list[Crop] = []
        for prefix, track_id in zip(("", "partner_"), finding.tracks, strict=False):
            track = self.scene.tracks[track_id]
            reach = max(2, round(self.scene.frame_rate))
            first, last = finding.first_frame, finding.last_frame
            if finding.repair.action in (Action.SWAP, Action.SPLIT, Action.REASSIGN):
                first, last = finding.frame - 1, finding.frame
            row_before, row_after = track.index_at(first + 1), track.index_at(last)
            for role, rows in (
                ("before", np.arange(max(0, row_before - reach), row_before)),
                ("after", np.arange(row_after, min(len(track), row_after + reach))),
            ):
                if len(rows):
                    row = int(rows[np.argmin(np.round(track.coverage[rows], 1))])
                    x1, y1, x2, y2 = track.boxes_xyxy[row].tolist()
                    crops.append(
                        Crop(
                            role=f"{prefix}{role}",
                            track_id=track_id,
                            box_id=BoxId(int(track.box_ids[row])),
                            frame=int(track.frames[row]),
                            box_xyxy=(x1, y1, x2, y2),
                        )
                    )
        return tuple(crops)


def _key(finding: Finding) -> str:
    """Return a name that stays while the tracks of a finding do not change."""
    tracks = "-".join(str(track_id) for track_id in finding.tracks)
    return f"{finding.kind.family}:{tracks}:{finding.frame}"
