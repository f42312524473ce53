"""Whether a clip suffices to judge a new network is known before anything is trained."""

from pathlib import Path

import pytest
from corrected_project import EditedStreet

from trackmend_core.jobs.held_out import Judgeable, fleeting_tracks, judgeable
from trackmend_training.config import KEPT_EVERYWHERE, USUAL_STEPS, FinetuneConfig
from trackmend_training.datasets.corrected import read_corrected_run


def test_what_is_said_beforehand_is_what_the_training_will_hold_out(
    edited_street: EditedStreet, tmp_path: Path
) -> None:
    project, run_id = edited_street.project, edited_street.run_id
    run = read_corrected_run(
        project, run_id, folder=tmp_path / "images", max_frames=4, frames_around_edit=2
    )
    boxes = project.boxes_in_range(run_id, 0, project.run(run_id).next_frame - 1)
    doubtful = fleeting_tracks(boxes)
    held_out = run.held_out
    expected = sum(
        held_out is not None
        and held_out.first_frame <= box.frame_index <= held_out.last_frame
        and box.number not in doubtful
        for box in boxes
    )
    told = judgeable(project, run_id, needed=expected)
    assert told.boxes == expected and told.is_enough and told.still_missing == 0
    more = judgeable(project, run_id, needed=expected + 10)
    assert not more.is_enough and more.still_missing > 0
    assert told.trusted_frames == len({box.frame_index for box in boxes})


@pytest.mark.parametrize(
    ("boxes", "trusted", "missing"),
    [(123, 600, 376), (0, 100, 900), (199, 995, 5)],
)
def test_it_is_said_how_many_more_boxes_it_takes(boxes: int, trusted: int, missing: int) -> None:
    told = Judgeable(boxes=boxes, needed=200, trusted_boxes=trusted, trusted_frames=90)
    assert told.still_missing == missing


def test_a_long_clip_is_worth_more_steps_up_to_a_limit_and_a_number_is_obeyed() -> None:
    usual = FinetuneConfig()
    fewest, most = USUAL_STEPS
    assert usual.steps_for(90) == fewest
    assert fewest < usual.steps_for(150) < most
    assert usual.steps_for(5000) == most
    assert FinetuneConfig(steps=80).steps_for(5000) == 80


def test_more_is_done_against_forgetting_where_all_of_it_is_to_hold_everywhere() -> None:
    here = FinetuneConfig()
    assert here.guarded() == here
    everywhere = FinetuneConfig(everywhere=True).guarded()
    assert (everywhere.replay_share, everywhere.keep_weight) == KEPT_EVERYWHERE
    assert (here.replay_share, here.keep_weight) < KEPT_EVERYWHERE
    asked = FinetuneConfig(everywhere=True, replay_share=0.5, keep_weight=2.0)
    assert asked.guarded() == asked
