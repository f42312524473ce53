"""The measures of the queue count right: seeded errors, the verdict of truth, the two reviewers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from review_scenes import FRAME_COUNT, Walker, bystanders, true_video

from trackmend_core.jobs.bench_review import Race, bench_reviewer, bench_seeded
from trackmend_core.project.edits import (
    DeleteStretch,
    DeleteTrack,
    MergeTracks,
    PlaceBoxes,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review import ReviewIndex
from trackmend_core.review.bench.fit import AGAINST, FOR, fit_links, logistic
from trackmend_core.review.bench.layer_labels import LayerLabels
from trackmend_core.review.bench.recall import SeededScores, is_about, score_queue
from trackmend_core.review.bench.repairs import repairs_within
from trackmend_core.review.bench.seeded import ErrorKind, Seeder, error_count
from trackmend_core.review.bench.simulate import EDIT_S, LOOK_S, Step
from trackmend_core.review.bench.truth import (
    TrueVideo,
    as_detected,
    project_of_tracker,
    project_of_truth,
)
from trackmend_core.review.bench.verdict import Verdict
from trackmend_core.review.fitted import shipped
from trackmend_core.review.links import FEATURES
from trackmend_core.review.scene import Scene
from trackmend_core.types import TrackId

WALKERS = [
    Walker(person=0, x=100, speed=2.0),
    Walker(person=1, x=500, speed=-2.0, foot=404),
    Walker(person=2, x=560, speed=-1.0, foot=250, frames=range(90)),
    Walker(person=3, x=60, speed=1.0, foot=260, frames=range(110, FRAME_COUNT)),
    *bystanders(),
]


@pytest.fixture(scope="module")
def video() -> TrueVideo:
    return true_video(WALKERS)


def test_seeded_errors_break_what_was_whole(tmp_path: Path, video: TrueVideo) -> None:
    project, run_id = project_of_truth(tmp_path / "seeded.trackmend", video)
    with project:
        assert (
            LayerLabels.read(
                Scene(project, run_id), Seeder(project, run_id, seed=0).truth_of_box
            ).breaks({})
            == 0
        )
        seeder = Seeder(project, run_id, seed=1)
        errors = seeder.seed(6)
        assert {error.kind for error in errors} == set(ErrorKind)
        labels = LayerLabels.read(Scene(project, run_id), seeder.truth_of_box)
        worth = {ErrorKind.SWAP: 4, ErrorKind.FRAGMENTATION: 1, ErrorKind.MERGE: 1}
        assert labels.breaks({}) == sum(worth[error.kind] for error in errors)


def test_the_queue_finds_the_seeded_errors_of_an_easy_video(video: TrueVideo) -> None:
    job = bench_seeded(video, seeds=(0, 1))
    with pytest.raises(StopIteration) as end:
        while True:
            next(job)
    scores: SeededScores = end.value.value
    assert scores.errors == 2 * error_count(video.box_count)
    assert scores.to_dict()["found_in_first_2k"] >= 0.9
    assert scores.to_dict()["first_proposal_right"] >= 0.8


def test_an_empty_queue_finds_nothing_and_raises_no_false_alarm(
    tmp_path: Path, video: TrueVideo
) -> None:
    project, run_id = project_of_truth(tmp_path / "seeded.trackmend", video)
    with project:
        seeder = Seeder(project, run_id, seed=2)
        errors = seeder.seed(4)
        index = ReviewIndex.open(project, run_id)
        scores = score_queue([], errors, scene=index.scene, truth_of_box=seeder.truth_of_box)
        assert (scores.found_2k, scores.right, scores.false_alarms) == (0, 0, 0)
        queue = index.suspicions()
        labels = LayerLabels.read(index.scene, seeder.truth_of_box)
        elsewhere = [replace(error, first_frame=10**6, last_frame=10**6) for error in errors]
        assert not any(
            is_about(one, error, index.scene, labels) for one in queue for error in elsewhere
        )
        scores = score_queue(queue, elsewhere, scene=index.scene, truth_of_box=seeder.truth_of_box)
        assert scores.false_alarms == len(queue)


def test_the_verdict_tells_repairs_from_damage(tmp_path: Path, video: TrueVideo) -> None:
    project, run_id = project_of_truth(tmp_path / "truth.trackmend", video)
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        scene, verdict = Scene(project, run_id), Verdict(video)
        verdict.read(scene)
        assert verdict.standing(scene).idf1 == 1.0
        assert verdict.standing(scene).breaks == 0
        cut = SplitTrack(track_id=ids[1], at_frame=100)
        assert not verdict.helps(scene, cut)
        assert verdict.standing(scene, cut).breaks == 1
        assert not verdict.helps(scene, DeleteTrack(track_id=ids[2]))
        (rest,) = project.edit(cut).tracks - {ids[1]}
        project.edit(SwapTracks(track_a=ids[2], track_b=ids[5], first_frame=50))
        scene = Scene(project, run_id)
        verdict.read(scene)
        assert verdict.helps(scene, MergeTracks(keep=ids[1], absorb=TrackId(rest)))
        assert verdict.helps(scene, SwapTracks(track_a=ids[2], track_b=ids[5], first_frame=50))
        assert not verdict.helps(scene, SwapTracks(track_a=ids[2], track_b=ids[6], first_frame=50))


HIDDEN = Walker(person=4, x=560, speed=-1.0, foot=250, frames=[*range(60), *range(130, 200)])


def race_on(*walkers: Walker) -> Race:
    job = bench_reviewer(true_video([*walkers, *bystanders()]))
    with pytest.raises(StopIteration) as end:
        while True:
            next(job)
    race: Race = end.value.value
    return race


def test_both_reviewers_mend_what_the_tracker_broke() -> None:
    # Two people are away for longer than the tracker remembers them.
    away = Walker(person=0, x=100, speed=2.0, frames=[*range(70), *range(150, FRAME_COUNT)])
    race = race_on(away, HIDDEN)
    for steps in (race.queue, race.scrubbing):
        assert steps[0].idf1 < 0.95
        assert steps[-1].idf1 > 0.998
        assert steps[-1].hota > steps[0].hota
        last = steps[-1]
        assert last.seconds == last.looks * LOOK_S + last.edits * EDIT_S
    assert race.ratio > 1


def test_who_scrubs_sees_that_a_look_alike_took_over() -> None:
    # Where the first one leaves, the tracker goes on with somebody who looks and walks the same.
    gone = Walker(person=0, x=100, speed=2.0, frames=range(100))
    after = Walker(person=100, x=130, speed=2.0, frames=range(101, FRAME_COUNT))
    race = race_on(gone, after, HIDDEN)
    assert race.scrubbing[0].idf1 < 0.95
    assert race.scrubbing[-1].idf1 > 0.999


def test_a_race_is_judged_where_both_arrive() -> None:
    def steps(*points: tuple[float, float]) -> list[Step]:
        return [
            Step(looks=int(seconds / LOOK_S), edits=0, seconds=seconds, idf1=idf1, hota=0.0)
            for seconds, idf1 in points
        ]

    race = Race(
        queue=steps((0, 0.5), (60, 0.68), (120, 0.7)),
        scrubbing=steps((0, 0.5), (300, 0.68), (600, 0.9)),
    )
    assert race.target == pytest.approx(0.68)
    assert race.minutes == (1.0, 5.0)
    assert race.ratio == 5.0


def test_detected_truth_keeps_identities_and_leaves_out_who_is_not_found(video: TrueVideo) -> None:
    half = replace(
        video,
        frames=tuple(
            replace(frame, detections=frame.detections.select(np.array([0], np.int64)))
            for frame in video.frames
        ),
    )
    seen = as_detected(half)
    assert all(frame.identities.tolist() == [1] for frame in seen.frames)


def test_the_tracker_makes_the_run_that_a_review_begins_with(
    tmp_path: Path, video: TrueVideo
) -> None:
    project, run_id = project_of_tracker(tmp_path / "tracker.trackmend", video)
    with project:
        assert len(project.tracks(run_id)) == len(WALKERS)


def test_the_link_model_learns_that_looks_and_places_matter(video: TrueVideo) -> None:
    weights = fit_links([video])
    assert set(weights) == set(FEATURES)
    assert weights["near"] + weights["gallery"] > 0
    assert weights["place"] > 0


def test_who_scrubs_fills_a_gap_too(tmp_path: Path) -> None:
    person = Walker(person=0, x=100, speed=2.0)
    video = true_video([person, *bystanders()])
    project, run_id = project_of_truth(tmp_path / "truth.trackmend", video)
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        project.edit(DeleteStretch(track_id=ids[1], first_frame=60, last_frame=69))
        scene, verdict = Scene(project, run_id), Verdict(video)
        verdict.read(scene)
        assert [*repairs_within(scene, verdict, scene.tracks[ids[1]], 25, 49)] == []
        (fill,) = repairs_within(scene, verdict, scene.tracks[ids[1]], 50, 74)
        assert verdict.helps(scene, fill)
        project.edit(fill)
        scene = Scene(project, run_id)
        verdict.read(scene)
        assert verdict.standing(scene).idf1 == 1.0


def test_a_logistic_regression_finds_the_weights_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    table = np.column_stack([rng.normal(size=4000), np.ones(4000)])
    chance = 1 / (1 + np.exp(-(2 * table[:, 0] - 1)))
    weights = logistic(table, rng.random(4000) < chance, is_balanced=False)
    assert weights == pytest.approx([2, -1], abs=0.2)


def test_evidence_is_never_turned_round_by_a_few_examples() -> None:
    rng = np.random.default_rng(1)
    table = np.column_stack([rng.normal(size=500), np.ones(500)])
    labels = table[:, 0] + rng.normal(scale=0.5, size=500) < 0  # against what the feature means
    free = logistic(table, labels, is_balanced=False)
    held = logistic(table, labels, is_balanced=False, bounds=[(0.0, None), (None, None)])
    assert free[0] < -1
    assert held[0] == 0.0


def test_the_shipped_constants_say_what_the_evidence_means() -> None:
    fitted = shipped()
    assert set(fitted.link) == set(FEATURES)
    assert set(fitted.events) == {"continuity", "duplicate", "fragmentation", "ghost", "missed"}
    for weights in fitted.events.values():
        assert all(weights[name] >= 0 for name in FOR & set(weights))
        assert all(weights[name] <= 0 for name in AGAINST & set(weights))


def test_the_race_is_also_told_for_cheaper_looks_while_scrubbing() -> None:
    start = Step(looks=0, edits=0, seconds=0, idf1=0.5, hota=0.0)
    race = Race(
        queue=[start, Step(looks=2, edits=1, seconds=13, idf1=0.7, hota=0.0)],
        scrubbing=[start, Step(looks=10, edits=1, seconds=53, idf1=0.7, hota=0.0)],
    )
    assert race.ratio == pytest.approx(53 / 13)
    assert race.ratio_if(scrub_look_s=LOOK_S / 2) == pytest.approx((25 + EDIT_S) / 13)


def test_who_scrubs_does_not_know_who_comes_later(tmp_path: Path) -> None:
    # The first person's track goes over to a look-alike; the first comes back under a new number.
    first = Walker(person=0, x=100, speed=2.0, frames=[*range(60), *range(150, FRAME_COUNT)])
    other = Walker(person=1, x=110, speed=2.0, frames=range(62, FRAME_COUNT))
    video = true_video([first, other, *bystanders()])
    project, run_id = project_of_truth(tmp_path / "truth.trackmend", video)
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        (late,) = project.edit(SplitTrack(track_id=ids[1], at_frame=150)).tracks - {ids[1]}
        project.edit(MergeTracks(keep=ids[1], absorb=ids[2]))
        scene, verdict = Scene(project, run_id), Verdict(video)
        verdict.read(scene)
        now = [*repairs_within(scene, verdict, scene.tracks[ids[1]], 50, 74)]
        cut, fill = now
        assert cut == SplitTrack(track_id=ids[1], at_frame=62)
        assert isinstance(fill, PlaceBoxes)
        assert not verdict.helps(scene, fill)
        assert late in scene.tracks
