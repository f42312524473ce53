"""Measures the review queue on videos whose truth is known."""

from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from trackmend_core.jobs.review_material import see_sequence, see_street
from trackmend_core.review import ReviewIndex
from trackmend_core.review.bench.fit import fit_events, fit_links, shares_of
from trackmend_core.review.bench.recall import SeededScores, score_queue
from trackmend_core.review.bench.reliability import Answer, reliability
from trackmend_core.review.bench.seeded import Seeder, error_count
from trackmend_core.review.bench.simulate import (
    EDIT_S,
    LOOK_S,
    Step,
    review_by_queue,
    review_by_scrubbing,
    seconds_to_reach,
)
from trackmend_core.review.bench.truth import (
    TrueVideo,
    as_detected,
    project_of_tracker,
    project_of_truth,
)
from trackmend_core.review.bench.walks import Look, looks_of
from trackmend_core.review.fitted import Fitted
from trackmend_core.types import Progress

__all__ = [
    "Race",
    "bench_reviewer",
    "bench_seeded",
    "fit_constants",
    "see_sequence",
    "see_street",
]

TARGET_SHARE = 0.9
"""The IDF1 to be reached: this share of the way to where both ways of working get in the end."""

FIT_ROUNDS: Final = 2
"""A third walk along all queues changed the constants little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """One reviewer, twice over the same tracks: along the queue and scrubbing.

    Attributes:
        queue: how things stood after each look along the queue.
        scrubbing: the same without the queue.
    """

    queue: Sequence[Step]
    scrubbing: Sequence[Step]

    @property
    def target(self) -> float:
        """Return the IDF1 to be reached."""
        start = self.queue[0].idf1
        return start + TARGET_SHARE * (self._both_reach - start)

    @property
    def _both_reach(self) -> float:
        return min(max(step.idf1 for step in one) for one in (self.queue, self.scrubbing))

    @property
    def minutes(self) -> tuple[float, float]:
        """Return the minutes to the target along the queue and scrubbing."""
        along = seconds_to_reach(self.queue, self.target)
        scrubbing = seconds_to_reach(self.scrubbing, self.target)
        assert along is not None
        assert scrubbing is not None
        return along / 60, scrubbing / 60

    @property
    def ratio(self) -> float:
        """Return how many times faster the queue is; 1 if there was nothing to mend."""
        return self.ratio_if(scrub_look_s=LOOK_S)

    def ratio_if(self, *, scrub_look_s: float) -> float:
        """Return the ratio if a look while scrubbing took another time than one in the queue."""
        along = seconds_to_reach(self.queue, self.target)
        step = next(step for step in self.scrubbing if step.idf1 >= self.target - 1e-9)
        if not along:
            return 1.0
        return (step.looks * scrub_look_s + step.edits * EDIT_S) / along

    @property
    def ratio_by_cards(self) -> float:
        """Return the ratio if every card of the queue were a look of its own."""
        along = next(step for step in self.queue if step.idf1 >= self.target - 1e-9)
        if not along.seconds:
            return 1.0
        return self.minutes[1] * 60 / along.seconds_by_cards

    @property
    def answers(self) -> Sequence[Answer]:
        """Return of every proposal looked at how likely it was said to be, and if it was right."""
        return [(step.said, step.was_right) for step in self.queue if step.said is not None]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures and both curves; Any is what JSON holds."""
        along, scrubbing = self.minutes
        return {
            "idf1_at_start": self.queue[0].idf1,
            "hota_at_start": self.queue[0].hota,
            "target_idf1": self.target,
            "minutes_along_queue": along,
            "minutes_scrubbing": scrubbing,
            "ratio": self.ratio,
            "ratio_if_every_card_were_a_look": self.ratio_by_cards,
            "ratio_if_scrubbing_looks_took_half": self.ratio_if(scrub_look_s=LOOK_S / 2),
            "switches_at_start": self.queue[0].switches,
            "reliability": [asdict(one) for one in reliability(self.answers)],
            "queue": [asdict(step) for step in self.queue],
            "scrubbing": [asdict(step) for step in self.scrubbing],
        }


def bench_seeded(
    video: TrueVideo, *, seeds: Sequence[int]
) -> Generator[Progress, None, SeededScores]:
    """Put errors into true tracks, once per seed, and see what the queue makes of them."""
    scores = []
    for done, seed in enumerate(seeds, start=1):
        with TemporaryDirectory() as folder:
            project, run_id = project_of_truth(Path(folder) / "seeded.trackmend", video)
            with project:
                seeder = Seeder(project, run_id, seed=seed)
                errors = seeder.seed(error_count(video.box_count))
                index = ReviewIndex.open(project, run_id)
                scores.append(
                    score_queue(
                        index.suspicions(),
                        errors,
                        scene=index.scene,
                        truth_of_box=seeder.truth_of_box,
                    )
                )
        yield Progress(done=done, total=len(seeds), message=f"Errors in {video.name}")
    return reduce(add, scores)


def bench_reviewer(video: TrueVideo) -> Generator[Progress, None, Race]:
    """Let a reviewer who knows the truth mend a tracker's output, with the queue and without."""
    races = []
    for done, review in enumerate((review_by_queue, review_by_scrubbing), start=1):
        with TemporaryDirectory() as folder:
            project, run_id = project_of_tracker(Path(folder) / "tracker.trackmend", video)
            with project:
                races.append(review(project, run_id, video))
        yield Progress(done=done, total=2, message=f"Reviewing {video.name}")
    return Race(queue=races[0], scrubbing=races[1])


def fit_constants(videos: Sequence[TrueVideo]) -> Generator[Progress, None, Fitted]:
    """Fit the constants of the review on drawn streets.

    The links first, on true tracks with their true boxes and with those the model finds by itself.
    Then walks along the queues: what the next constants are fitted on is what the last ones show,
    and so what is said of a proposal is held to proposals like it.
    """
    link = fit_links([*videos, *(as_detected(video) for video in videos)])
    fitted = Fitted(link=link, events={})
    total = 1 + FIT_ROUNDS * len(videos)
    yield Progress(done=1, total=total, message="Links")
    for turn in range(FIT_ROUNDS):
        looks: list[Look] = []
        for number, video in enumerate(videos, start=2 + turn * len(videos)):
            looks += looks_of(video, fitted)
            yield Progress(done=number, total=total, message=f"Walking through {video.name}")
        fitted = Fitted(link=link, events=fit_events(looks), gains=shares_of(looks))
    return fitted
