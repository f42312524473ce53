"""The figures behind a suspicion: none is shown that stands for nothing."""

from dataclasses import replace

import pytest

from trackmend_app.review.evidence_rows import evidence_line, evidence_rows
from trackmend_core.review import Action, Proposal, Suspicion, SuspicionKind

FOUND = {
    "boxes": 4.0,
    "filled": 0.5,
    "similarity_joins": 0.83,
    "overlap": 0.77,
    "mean_score": 0.6,
}


@pytest.fixture
def missed() -> Suspicion:
    proposal = Proposal(
        action=Action.EXTEND, title="Interpolate track 3", edit=None, score=1.0, gain_boxes=4
    )
    return Suspicion(
        key="missed:3",
        kind=SuspicionKind.MISSED,
        sentence="Track 3 has no box in 4 frames.",
        frame=8,
        first_frame=8,
        last_frame=11,
        tracks=(3,),
        numbers=(3,),
        probability=0.8,
        expected_gain=0.1,
        review_seconds=3.0,
        evidence=FOUND,
        proposal=proposal,
        runner_up=None,
        crops=(),
    )


def test_detections_in_a_gap_are_told_by_their_looks_their_way_and_their_score(
    missed: Suspicion,
) -> None:
    rows = {row.label: row.value for row in evidence_rows(missed)}
    assert rows == {
        "looks alike": 0.83,
        "fits the way": 0.77,
        "mean score": 0.6,
        "share of the gap": 0.5,
    }
    assert evidence_line(missed.evidence) == "4 boxes"


def test_where_nobody_was_detected_no_likeness_of_nothing_is_drawn(missed: Suspicion) -> None:
    nobody = replace(missed, evidence=FOUND | {"filled": 0.0, "similarity_joins": 0.0})
    assert evidence_rows(nobody) == []
    told = "nobody detected in between: on the straight line · 4 boxes"
    assert evidence_line(nobody.evidence) == told
