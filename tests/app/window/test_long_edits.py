"""An edit of very many boxes is announced before it is made."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from window_stage import Stage

from trackmend_app import long_edits
from trackmend_app.long_edits import boxes_named, boxes_touched
from trackmend_core.errors import UserError
from trackmend_core.project import TouchedTrack, TrackSummary
from trackmend_core.project.edits import (
    DeleteTracks,
    MergeTracks,
    PlaceBoxes,
    SetBox,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.types import BoxId, TrackId

ONE, OTHER = TrackId(1), TrackId(2)


def track(track_id: TrackId, *spans: tuple[int, int]) -> TrackSummary:
    return TrackSummary(
        track_id=track_id,
        number=int(track_id),
        label="",
        box_count=sum(last - first + 1 for first, last in spans),
        first_frame=spans[0][0],
        last_frame=spans[-1][1],
        mean_score=0.9,
        spans=list(spans),
    )


TRACKS = (track(ONE, (0, 9), (20, 29)), track(OTHER, (5, 104)))


def test_boxes_are_counted_in_the_frames_that_an_edit_names() -> None:
    swap = SwapTracks(track_a=ONE, track_b=OTHER, first_frame=25)
    assert boxes_named(swap, TRACKS) == 5 + 80
    assert boxes_named(SplitTrack(track_id=OTHER, at_frame=100), TRACKS) == 5
    assert boxes_named(MergeTracks(keep=ONE, absorb=OTHER), TRACKS) == 120
    assert boxes_named(DeleteTracks(track_ids=(ONE,)), TRACKS) == 20
    assert boxes_named(SetBox(box_id=BoxId(1), box_xyxy=(0, 0, 9, 9)), TRACKS) == 0
    placed = PlaceBoxes(
        track_id=OTHER,
        frames=(1, 2),
        boxes_xyxy=((0, 0, 9, 9), (0, 0, 9, 9)),
        scores=(1.0, 1.0),
        detection_ids=(None, None),
    )
    assert boxes_named(placed, TRACKS) == 2


def test_boxes_of_an_edit_that_was_made_are_counted_by_what_it_touched() -> None:
    touched = [
        TouchedTrack(track_id=ONE, frames=(8, 21)),
        TouchedTrack(track_id=OTHER, frames=None),
        TouchedTrack(track_id=TrackId(77), frames=(0, 9)),
    ]
    assert boxes_touched(touched, TRACKS) == 4


def test_a_long_edit_says_what_it_does_and_a_short_one_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open_video()
    stage.run_model()
    session, told = stage.session, []
    line = stage.window.status_line

    def on_begun(sentence: str) -> None:
        told.append((sentence, QApplication.overrideCursor().shape(), line._expected.text()))

    session.work_begun.connect(on_begun)
    one, other = session.tracks()[:2]
    swap = SwapTracks(track_a=one.track_id, track_b=other.track_id, first_frame=20)
    session.edit(swap)
    session.undo()
    assert told == []

    monkeypatch.setattr(long_edits, "LONG_EDIT_BOXES", 3)
    session.edit(swap)
    session.undo()
    session.redo()
    assert len(told) == 3
    for sentence, cursor, shown in told:
        assert sentence.startswith("Changing ")
        assert "boxes" in sentence
        assert cursor is Qt.CursorShape.WaitCursor
        assert shown == sentence, "it is painted before the work begins"
    with pytest.raises(UserError):
        session.edit(SwapTracks(track_a=one.track_id, track_b=one.track_id, first_frame=20))
    assert QApplication.overrideCursor() is None, "also after an edit that was refused"
