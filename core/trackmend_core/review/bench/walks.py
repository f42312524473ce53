"""Walks along queues whose truth is known, and notes of every proposal shown what came of it.

A model fitted on all that can be found is asked in the queue for what it thinks most of, and that
is too often what it thinks too much of. So the constants are fitted on what queues show, at the
moment they show it, while a reviewer who knows the truth works through them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from trackmend_core.project import Project
from trackmend_core.project.edits import Edit
from trackmend_core.review.bench.seeded import Seeder, error_count
from trackmend_core.review.bench.truth import (
    TrueVideo,
    as_detected,
    in_turns,
    project_of_tracker,
    project_of_truth,
)
from trackmend_core.review.bench.verdict import Verdict
from trackmend_core.review.fitted import Fitted
from trackmend_core.review.index import LEAST_PROBABILITY, ReviewIndex
from trackmend_core.review.kinds import Decision
from trackmend_core.review.suspicion import Suspicion
from trackmend_core.types import RunId

LEAST_SEEN: Final = 0.02
"""What is thought less likely is not noted; what is not shown for being unlikely is."""

MOST_LOOKS: Final = 400


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Look:
    """A proposal as a queue showed it.

    Attributes:
        video: name.
        is_seeded: whether the errors were put into true tracks; else they are a tracker's own.
        family: what it was about.
        manner: how it would have mended that.
        features: what its probability is judged by.
        is_right: whether it truly helped.
        was_asked: whether it stood first; others are noted when they first appear.
        promised: boxes that it promised to bring to the right id.
        brought: boxes that it would have brought, by IDF1.
    """

    video: str
    is_seeded: bool
    family: str
    manner: str
    features: Mapping[str, float]
    is_right: bool
    was_asked: bool
    promised: int
    brought: float


def looks_of(video: TrueVideo, fitted: Fitted) -> Iterator[Look]:
    """Walk along the queue of the tracker's own tracks, and of true ones with seeded errors.

    True tracks are taken with their true boxes and with those that the model finds, with everybody
    there all the time and with people there in turns, without whom nobody could be merged.
    """
    turns = in_turns(video, seed=1)
    worlds = (
        (video, video),
        (as_detected(video), video),
        (turns, turns),
        (as_detected(turns), turns),
    )
    with TemporaryDirectory() as folder:
        project, run_id = project_of_tracker(Path(folder) / "tracker.trackmend", video)
        with project:
            yield from looks_along(project, run_id, video, fitted=fitted, is_seeded=False)
        for seed, (tracks, truth) in enumerate(worlds):
            project, run_id = project_of_truth(Path(folder) / f"{seed}.trackmend", tracks)
            with project:
                Seeder(project, run_id, seed=seed).seed(error_count(tracks.box_count))
                yield from looks_along(project, run_id, truth, fitted=fitted, is_seeded=True)


def looks_along(
    project: Project, run_id: RunId, video: TrueVideo, *, fitted: Fitted, is_seeded: bool
) -> Iterator[Look]:
    """Walk along one queue until it is empty."""
    index = ReviewIndex(project, run_id, fitted=fitted)
    verdict = Verdict(video)
    verdict.read(index.scene)
    known: set[tuple[str, Edit]] = set()
    for _ in range(MOST_LOOKS):
        seen = index.suspicions(least_probability=LEAST_SEEN)
        asked = next((one for one in seen if one.probability >= LEAST_PROBABILITY), None)
        now = verdict.standing(index.scene)
        for one in seen:
            edit = one.proposal.edit
            if edit is None or ((one.kind, edit) in known and one is not asked):
                continue
            known.add((one.kind, edit))
            features, manner = index.judged_by(one)
            then = verdict.standing(index.scene, edit)
            yield Look(
                video=video.name,
                is_seeded=is_seeded,
                family=one.kind.family,
                manner=manner,
                features=features,
                is_right=verdict.helps(index.scene, edit),
                was_asked=one is asked,
                promised=one.proposal.gain_boxes,
                brought=(then.idf1 - now.idf1) * video.box_count,
            )
        if asked is None:
            return
        _answer(project, index, verdict, asked)


def _answer(project: Project, index: ReviewIndex, verdict: Verdict, suspicion: Suspicion) -> None:
    """Accept what truly helps, the proposal or else its runner-up."""
    options = (suspicion.proposal, suspicion.runner_up)
    edits = [one.edit for one in options if one is not None and one.edit is not None]
    chosen = next((edit for edit in edits if verdict.helps(index.scene, edit)), None)
    if chosen is None:
        index.decide(suspicion, Decision.REJECTED)
        return
    index.decide(suspicion, Decision.ACCEPTED)
    index.update(project.edit(chosen))
    verdict.read(index.scene)
