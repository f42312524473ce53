"""One dry run of the association and the suspicions that it would leave, as a job; no Qt."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trackmend_app.jobs.runner import Job
from trackmend_core.project import Project
from trackmend_core.review import ReviewIndex
from trackmend_core.review.index import LEAST_PROBABILITY
from trackmend_core.review.retrack import retrack
from trackmend_core.review.retrack_diff import Placed, Retracked
from trackmend_core.review.retrack_scene import retracked_scene
from trackmend_core.review.scene import OnStep, go_on
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import Progress, RunId


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LookedAt:
    """The layer as it is, read once for all replays until an edit changes it.

    Attributes:
        index: over the layer.
        suspicions: of the layer as it is.
    """

    index: ReviewIndex
    suspicions: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Replay:
    """What came of one setting.

    Attributes:
        settings: of the tracker.
        outcome: the diff.
        looked_at: what it was compared with.
        suspicions: that would be left.
        found_in: target and box of what is tracked in addition, by frame.
    """

    settings: TrackerSettings
    outcome: Retracked
    looked_at: LookedAt
    suspicions: int
    found_in: Mapping[int, Sequence[tuple[int, Placed]]]


def replay(
    project: Project,
    run_id: RunId,
    *,
    from_frame: int,
    settings: TrackerSettings,
    looked_at: LookedAt | None,
    on_step: OnStep = go_on,
) -> Job:
    """Replay and return a `Replay`; changes nothing.

    Args:
        project: that has the run.
        run_id: whose layer and detections.
        from_frame: 0-based; nothing before it changes.
        settings: of the tracker.
        looked_at: the layer as it is, if it has been read already.
        on_step: called again and again while suspicions are counted; raising ends the work.

    Raises:
        UserError: the run is not there any more.
    """
    outcome = yield from retrack(project, run_id, from_frame=from_frame, settings=settings)
    yield Progress(done=0, total=0, message="Counting suspicions")
    if looked_at is None:
        index = ReviewIndex.open(project, run_id, on_step=on_step)
        yield Progress(done=0, total=0, message="Counting suspicions")
        now = index.suspicion_count(
            index.scene, least_probability=LEAST_PROBABILITY, on_step=on_step
        )
        looked_at = LookedAt(index=index, suspicions=now)
        yield Progress(done=0, total=0, message="Counting suspicions")
    count = looked_at.suspicions
    if any(change.frames is not None for change in outcome.changes):
        index = looked_at.index
        scene = retracked_scene(index.scene, outcome)
        count = index.suspicion_count(scene, least_probability=LEAST_PROBABILITY, on_step=on_step)
    found_in: dict[int, list[tuple[int, Placed]]] = defaultdict(list)
    for target, box in outcome.added:
        found_in[box.frame].append((target, box))
    return Replay(
        settings=settings,
        outcome=outcome,
        looked_at=looked_at,
        suspicions=count,
        found_in=dict(found_in),
    )


def changed_settings(settings: TrackerSettings, name: str, value: float) -> TrackerSettings:
    """Return settings with one threshold changed; that of births keeps its distance to the score.

    Raises:
        UserError: the value does not fit.
    """
    values: dict[str, float | int | bool | str] = dict(settings.to_dict())
    values[name] = int(value) if isinstance(values[name], int) else value
    if name == "score_threshold" and "birth_score_threshold" in values:
        margin = settings.birth_score_threshold - settings.score_threshold
        values["birth_score_threshold"] = min(1.0, max(0.0, round(value + margin, 6)))
    return TrackerSettings.from_dict(values)


def differing(settings: TrackerSettings, from_settings: TrackerSettings) -> Mapping[str, float]:
    """Return the values that are not as in other settings, by name."""
    before = from_settings.to_dict()
    return {
        name: float(value)
        for name, value in settings.to_dict().items()
        if not isinstance(value, str) and value != before.get(name)
    }
