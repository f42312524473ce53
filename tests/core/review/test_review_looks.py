"""What counts as one look of the simulated reviewer, along the queue as when scrubbing."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from review_scenes import Walker, record_walkers, true_video
from swap_scene import SCENE

from trackmend_core.jobs.bench_review import Race
from trackmend_core.review.bench.simulate import (
    EDIT_S,
    LOOK_S,
    MOST_REPAIRS_A_LOOK,
    Eyes,
    Step,
    review_by_queue,
)
from trackmend_core.types import TrackId


def walked(tmp_path: Path, *walkers: Walker) -> list[Step]:
    """Return the steps of a reviewer along the queue of a tracker that is told by the walkers."""
    project, run_id = record_walkers(tmp_path / "walk.trackmend", walkers)
    truth = [replace(one, number=n, renamed=()) for n, one in enumerate(walkers, start=1)]
    with project:
        return review_by_queue(project, run_id, true_video(truth))


def test_a_second_card_about_what_is_looked_at_is_no_new_look(tmp_path: Path) -> None:
    steps = walked(tmp_path, *SCENE)
    mended = [(after.cards, after.looks - before.looks) for before, after in pairwise(steps)]
    assert [cards for cards, _ in mended] == list(range(1, len(steps)))
    # The swap, its person's gap beside it in the same look, then two gaps elsewhere.
    assert [is_new for _, is_new in mended][:4] == [1, 0, 1, 1]
    assert steps[2].seconds - steps[1].seconds == EDIT_S
    last = steps[4]
    assert last.seconds == 3 * LOOK_S + 4 * EDIT_S
    assert last.seconds_by_cards == 4 * LOOK_S + 4 * EDIT_S


def test_the_race_is_also_told_as_if_every_card_were_a_look() -> None:
    start = Step(looks=0, edits=0, seconds=0, idf1=0.5, hota=0.0)
    race = Race(
        queue=[start, Step(looks=1, edits=2, seconds=11, idf1=0.7, hota=0.0, cards=2)],
        scrubbing=[start, Step(looks=10, edits=1, seconds=53, idf1=0.7, hota=0.0)],
    )
    assert race.ratio == pytest.approx(53 / 11)
    assert race.ratio_by_cards == pytest.approx(53 / (2 * LOOK_S + 2 * EDIT_S))


def test_a_look_ends_after_as_many_answers_as_scrubbing_may_repair_in_one() -> None:
    eyes = Eyes(frame_rate=25.0)
    card = (frozenset({TrackId(1)}), (100,))
    new = [eyes.turn_to(*card) for _ in range(MOST_REPAIRS_A_LOOK + 2)]
    assert new == [True, *[False] * (MOST_REPAIRS_A_LOOK - 1), True, False]
    assert eyes.turn_to({TrackId(2)}, (100,))
    eyes.follow({TrackId(3)})
    assert not eyes.turn_to({TrackId(3)}, (110,))
    assert eyes.turn_to({TrackId(3)}, (140,))
