"""Frames to learn from and frames to judge by: by what a person said, and never the same ones."""

from collections.abc import Sequence

import pytest
from corrected_project import EditedStreet

from trackmend_core.jobs.evidence import Evidence, EvidenceKind, read_evidence
from trackmend_core.jobs.held_out import GUARD_FRAMES, HeldOut, hold_out
from trackmend_core.project import BoxRecord, ReviewAnchor, ReviewAnswer, Suggestion
from trackmend_core.project.edits import (
    NEW_TRACK,
    DeleteTrack,
    ReassignPieces,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.types import TrackId
from trackmend_training.datasets.sampling import (
    UNSAID,
    WEIGHTS,
    Sample,
    choose_samples,
    mostly_inside,
)


def edit(number: int, *marks: int, kind: EvidenceKind = EvidenceKind.IDENTITY_EDIT) -> Evidence:
    return Evidence(
        origin=f"edit {number}",
        kind=kind,
        first_frame=min(marks),
        last_frame=max(marks),
        marks=marks,
    )


def verified(first: int, last: int) -> Evidence:
    return Evidence(
        origin="verified stretch 1",
        kind=EvidenceKind.VERIFIED,
        first_frame=first,
        last_frame=last,
        marks=(),
    )


def choose(
    evidence: Sequence[Evidence], available: Sequence[int], *, max_frames: int, reach: int
) -> list[Sample]:
    return choose_samples(evidence, available, max_frames=max_frames, reach=reach)


def test_frames_near_corrections_come_first_and_the_rest_is_spread() -> None:
    samples = choose([edit(7, 50)], range(100), max_frames=12, reach=6)
    chosen = [sample.frame_index for sample in samples]
    near = [frame for frame in chosen if abs(frame - 50) <= 6]
    assert {50, 48, 52} <= set(near)
    assert len(chosen) == len(set(chosen)) == 12
    assert chosen == sorted(chosen)
    assert chosen[0] == 0 and chosen[-1] == 99


def test_frames_without_boxes_are_never_chosen() -> None:
    samples = choose([edit(1, 10, 90)], [0, 40, 80], max_frames=9, reach=5)
    assert [sample.frame_index for sample in samples] == [0, 40, 80]


def test_every_sample_names_what_it_was_chosen_for_and_weighs_by_it() -> None:
    evidence = [edit(1, 10), edit(2, 12, kind=EvidenceKind.BOX_EDIT), verified(0, 30)]
    samples = {s.frame_index: s for s in choose(evidence, range(60), max_frames=40, reach=2)}
    assert samples[10].origins == ("edit 1", "edit 2", "verified stretch 1")
    assert samples[10].weight == WEIGHTS[EvidenceKind.IDENTITY_EDIT]
    assert samples[14].origins == ("edit 2", "verified stretch 1")
    assert samples[14].weight == WEIGHTS[EvidenceKind.BOX_EDIT]
    assert samples[30].origins == ("verified stretch 1",)
    assert choose([], range(5), max_frames=5, reach=2)[0].origins == (UNSAID,)


def test_where_something_was_verified_nothing_else_is_believed() -> None:
    samples = choose([edit(1, 50), verified(0, 19)], range(100), max_frames=60, reach=4)
    frames = {sample.frame_index for sample in samples}
    assert frames == {*range(20), 46, 48, 50, 52, 54}


def test_nothing_is_taken_from_beyond_the_end_of_what_was_verified() -> None:
    samples = choose([edit(1, 18), verified(0, 19)], range(100), max_frames=60, reach=8)
    assert {sample.frame_index for sample in samples} == set(range(20))


def test_what_is_held_out_has_its_share_of_corrections_and_is_not_learnt_from() -> None:
    marks = [3, 5, 8, 12, 15, 41, 44, 61, 70, 90]
    evidence = [edit(number, mark) for number, mark in enumerate(marks)]
    held_out = hold_out(evidence, range(100))
    assert held_out is not None and held_out.frame_count == 20
    inside = [m for m in marks if held_out.first_frame <= m <= held_out.last_frame]
    assert len(inside) == 2
    samples = choose_samples(evidence, range(100), max_frames=100, reach=8, held_out=held_out)
    for sample in samples:
        distance = max(
            held_out.first_frame - sample.frame_index, sample.frame_index - held_out.last_frame
        )
        assert distance > GUARD_FRAMES


def test_only_verified_frames_are_held_out_where_there_are_any() -> None:
    held_out = hold_out([verified(50, 149)], range(300))
    assert held_out is not None
    assert held_out.frame_count == 20
    assert held_out.first_frame >= 50 and held_out.last_frame <= 149


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        # Two of thirty frames: a window of twelve fits into either.
        ([(0, 29), (200, 229)], 12),
        # Many of five frames: none is as long as a fifth of all.
        ([(first, first + 4) for first in range(0, 280, 20)], 5),
    ],
)
def test_what_is_held_out_never_reaches_over_frames_that_nobody_has_verified(
    stretches: list[tuple[int, int]], expected: int
) -> None:
    evidence = [verified(*stretch) for stretch in stretches]
    # Two of ten corrections are its share, and a window over the gap would have just these.
    beside_the_gap = [edit(1, stretches[0][1]), edit(2, stretches[1][0])]
    others = [edit(number, 299) for number in range(3, 11)]
    for said in (evidence, [*evidence, *beside_the_gap, *others]):
        held_out = hold_out(said, range(300))
        assert held_out is not None and held_out.frame_count == expected
        assert any(a <= held_out.first_frame and held_out.last_frame <= b for a, b in stretches)


@pytest.mark.parametrize(("frames", "share"), [(20, 0.2), (200, 0.0)])
def test_of_too_little_nothing_is_held_out(frames: int, share: float) -> None:
    assert hold_out([], range(frames), share=share) is None


def test_people_seen_mostly_in_what_is_held_out_are_held_out_as_well() -> None:
    window = HeldOut(first_frame=10, last_frame=19)
    assert mostly_inside(window, {1: range(8, 20), 2: range(5, 16), 3: range(20)}) == {1}


def test_undoing_an_edit_takes_its_evidence_away(edited_street: EditedStreet) -> None:
    project, run_id = edited_street.project, edited_street.run_id
    first, second = project.tracks(run_id)[:2]
    project.edit(SwapTracks(track_a=first.track_id, track_b=second.track_id, first_frame=4))
    (swap,) = read_evidence(project, run_id)
    assert swap.origin == f"edit {project.edits()[-1].edit_id}"
    assert swap.kind is EvidenceKind.IDENTITY_EDIT
    assert (swap.first_frame, swap.last_frame, swap.marks) == (4, 4, (4,))
    assert swap.hard_pair == tuple(sorted((first.track_id, second.track_id)))
    project.undo()
    assert read_evidence(project, run_id) == []


def test_a_split_tells_two_people_apart_and_a_deletion_does_not(
    edited_street: EditedStreet,
) -> None:
    project, run_id = edited_street.project, edited_street.run_id
    tracks = project.tracks(run_id)
    cut = tracks[0]
    middle = (cut.first_frame + cut.last_frame) // 2 + 1
    project.edit(SplitTrack(track_id=cut.track_id, at_frame=middle))
    project.edit(DeleteTrack(track_id=tracks[1].track_id))
    split, deletion = read_evidence(project, run_id)
    assert split.hard_pair is not None and TrackId(cut.track_id) in split.hard_pair
    assert deletion.hard_pair is None and deletion.kind is EvidenceKind.BOX_EDIT


def test_verified_stretches_count_while_they_are_intact(edited_street: EditedStreet) -> None:
    project, run_id = edited_street.project, edited_street.run_id
    project.verify(run_id, 2, 6)
    (stretch,) = read_evidence(project, run_id)
    assert (stretch.kind, stretch.first_frame, stretch.last_frame) == (
        EvidenceKind.VERIFIED, 2, 6
    )  # fmt: skip
    first, second = project.tracks(run_id)[:2]
    project.edit(SwapTracks(track_a=first.track_id, track_b=second.track_id, first_frame=4))
    assert [one.kind for one in read_evidence(project, run_id)] == [EvidenceKind.IDENTITY_EDIT]


def test_rejected_suggestions_are_evidence_and_open_ones_are_not(
    edited_street: EditedStreet,
) -> None:
    project, run_id = edited_street.project, edited_street.run_id
    project.save_suggestions(
        run_id,
        [
            Suggestion(kind="switch", first_frame=2, last_frame=5, score=0.9, reason="a"),
            Suggestion(kind="switch", first_frame=7, last_frame=8, score=0.8, reason="b"),
        ],
    )
    rejected = project.suggestions(run_id)[0]
    assert rejected.suggestion_id is not None
    project.answer_suggestion(rejected.suggestion_id, "rejected")
    (evidence,) = read_evidence(project, run_id)
    assert evidence.origin == f"suggestion {rejected.suggestion_id}"
    assert (evidence.kind, evidence.marks) == (EvidenceKind.REJECTED, (2, 5))


def test_what_the_review_queue_was_told_is_no_error_is_evidence(
    edited_street: EditedStreet,
) -> None:
    project, run_id = edited_street.project, edited_street.run_id
    box = project.boxes_in_frame(run_id, 3)[0]
    stored = {
        decision: project.add_review_answer(run_id, answer_about(box, decision))
        for decision in ("accepted", "unsure", "rejected")
    }
    (evidence,) = read_evidence(project, run_id)
    assert evidence.origin == f"answer {stored['rejected'].answer_id}"
    assert (evidence.kind, evidence.marks) == (EvidenceKind.REJECTED, (3, 4))
    project.remove_review_answers([stored["rejected"].answer_id])  # type: ignore[list-item]
    assert read_evidence(project, run_id) == []


def answer_about(box: BoxRecord, decision: str) -> ReviewAnswer:
    anchors = tuple(
        ReviewAnchor(group=0, frame_index=frame, box_xyxy=box.box_xyxy) for frame in (3, 4)
    )
    return ReviewAnswer(
        kind="switch",
        family="continuity",
        frame_index=4,
        decision=decision,
        note="",
        anchors=anchors,
        features={},
    )


def test_an_edit_that_reaches_far_says_something_of_each_track_where_it_changed(
    edited_street: EditedStreet,
) -> None:
    project, run_id = edited_street.project, edited_street.run_id
    first, second = project.tracks(run_id)[:2]
    last = max(box.frame_index for box in project.boxes_of_track(first.track_id))
    pieces = ((first.track_id, last, last, NEW_TRACK), (second.track_id, 1, 1, NEW_TRACK - 1))
    project.edit(ReassignPieces(pieces=pieces))
    evidence = read_evidence(project, run_id)
    assert {one.kind for one in evidence} == {EvidenceKind.IDENTITY_EDIT}
    assert {one.marks for one in evidence if one.tracks == (first.track_id,)} == {(last,)}
    assert {one.marks for one in evidence if one.tracks == (second.track_id,)} == {(1,)}
