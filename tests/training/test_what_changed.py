"""What training changed: which switches are gone or new, and whether the model may be used."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from trackmend_core.evaluation import (
    Change,
    Changes,
    IdentityPairs,
    SwitchEvent,
    evaluate_sequence,
)
from trackmend_core.exchange import mot_table
from trackmend_core.types import ImageArray, MotTable
from trackmend_training.judging import Answer, JudgedStretch, drawn_stretch
from trackmend_training.what_changed import (
    EventKind,
    Likeness,
    Verdict,
    compare_events,
    judge,
    what_changed,
)

FRAMES = 30
GOOD = {"mota": 0.8, "hota": 0.6}


def switch(frame: int, gt_id: int) -> SwitchEvent:
    return SwitchEvent(frame=frame, gt_id=gt_id, from_id=1, to_id=2, box_xyxy=(0, 0, 10, 20))


def changes(idf1: tuple[float, float, float], switches: float = 0.0, hota: float = 0.0) -> Changes:
    value, low, high = idf1
    return Changes(
        idf1=Change(before=0.8, after=0.8 + value, low=low, high=high),
        hota=Change(before=0.6, after=0.6 + hota, low=hota - 0.01, high=hota + 0.01),
        id_switches=Change(before=5, after=5 + switches, low=switches, high=switches),
    )


def test_events_are_fixed_broken_or_unchanged() -> None:
    before = [switch(10, 1), switch(20, 2), switch(30, 3)]
    after = [switch(13, 1), switch(20, 9), switch(60, 3)]
    found = [
        (event.kind, event.number, event.frame_index) for event in compare_events(before, after)
    ]
    assert found == [
        (EventKind.UNCHANGED, 1, 9),
        (EventKind.FIXED, 2, 19),
        (EventKind.BROKEN, 9, 19),
        (EventKind.FIXED, 3, 29),
        (EventKind.BROKEN, 3, 59),
    ]


@pytest.mark.parametrize(
    ("change", "elsewhere", "verdict"),
    [
        (changes((0.05, -0.01, 0.1)), GOOD, Verdict.BETTER),
        (changes((0.0, -0.05, 0.05), switches=-2), GOOD, Verdict.BETTER),
        (changes((0.001, -0.05, 0.05)), GOOD, Verdict.SAME),
        (changes((-0.05, -0.09, -0.01)), GOOD, Verdict.WORSE),
        (changes((-0.02, -0.09, 0.05)), GOOD, Verdict.SAME),
        (changes((-0.02, -0.09, 0.05), switches=2), GOOD, Verdict.WORSE),
        (changes((0.01, -0.01, 0.05), hota=-0.05), GOOD, Verdict.BETTER),
        (changes((0.05, 0.01, 0.1)), {"mota": 0.7, "hota": 0.6}, Verdict.WORSE),
    ],
)
def test_a_model_that_got_worse_or_forgot_is_told(
    change: Changes, elsewhere: dict[str, float], verdict: Verdict
) -> None:
    found, reason = judge(change, GOOD, elsewhere)
    assert found is verdict
    assert reason.endswith(".")


def test_likeness_counts_every_pair_and_says_how_well_they_part() -> None:
    pairs = IdentityPairs(
        similarities=np.array([0.9, 0.8, -0.2, 1.0]), are_same=np.array([True, True, False, True])
    )
    likeness = Likeness.of(pairs)
    assert (sum(likeness.same), sum(likeness.different)) == (3, 1)
    assert likeness.auc == likeness.tpr_at_far == 1
    none = Likeness.of(IdentityPairs(similarities=np.zeros(0), are_same=np.zeros(0, np.bool_)))
    assert none.auc is None and sum(none.same) == 0


def people(swap_from: int | None = None) -> MotTable:
    """Two people stand; from a frame on their ids are swapped."""
    rows = [(f, i) for f in range(FRAMES) for i in (1, 2)]
    swapped = [swap_from is not None and f >= swap_from for f, _ in rows]
    return mot_table(
        frames=[f + 1 for f, _ in rows],
        ids=[3 - i if s else i for (_, i), s in zip(rows, swapped, strict=True)],
        boxes_xywh=[(60.0 * i, 20.0, 30.0, 60.0) for _, i in rows],
    )


def answer_of(tracked: MotTable) -> Answer:
    truth = people()
    return Answer(
        tracked=tracked,
        scores=evaluate_sequence(truth, tracked),
        embeddings=np.array([[1.0, 0.1], [0.1, 1.0]], np.float32)[truth.ids - 1],
        identities=truth.ids,
        frame_indices=truth.frames - 1,
    )


def images() -> Iterator[tuple[int, ImageArray]]:
    for index in range(FRAMES):
        yield index, np.full((120, 240, 3), index * 8, np.uint8)


def test_the_report_shows_pictures_of_every_event_and_can_be_read_again(tmp_path: Path) -> None:
    stretch = JudgedStretch(frames=images, truth=people(), frame_rate=25.0)
    before, after = answer_of(people(swap_from=12)), answer_of(people())
    report = what_changed(
        stretch,
        before,
        after,
        elsewhere=(after, after),
        folder=tmp_path / "events",
        is_seen=False,
        blend=0.7,
    )
    assert report.verdict is Verdict.BETTER
    assert (report.count(EventKind.FIXED), report.count(EventKind.BROKEN)) == (2, 0)
    assert report.frames == (0, FRAMES - 1)
    assert report.likeness_before.auc == 1
    first = report.events[0]
    assert (first.frame_index, len(first.crops)) == (12, 2)
    shades = [cv2.imread(str(tmp_path / name)).mean() for name in first.crops]
    assert shades == pytest.approx([11 * 8, 12 * 8], abs=2)
    report.write(tmp_path / "report.json")
    plain = json.loads((tmp_path / "report.json").read_text())
    assert plain["event_counts"] == {"fixed": 2, "broken": 0, "unchanged": 0}
    assert plain["changes"]["id_switches"]["value"] == -2
    assert len(plain["likeness_bins"]) == len(plain["likeness_before"]["same"]) + 1


def test_the_drawn_street_that_tells_what_was_forgotten_is_always_the_same() -> None:
    first, again = (drawn_stretch(frame_count=2, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.truth.boxes_xywh, again.truth.boxes_xywh)
    for (_, image), (_, same) in zip(first.frames(), again.frames(), strict=True):
        np.testing.assert_array_equal(image, same)
    assert len(list(first.frames())) == 2, "frames may be asked for again"
