"""After an edit the window reads only the tracks that were touched, and shows what the file has."""

import pytest
from window_stage import Stage

from trackmend_core.project import Project
from trackmend_core.project.edits import (
    DeleteTrack,
    DescribeTracks,
    MergeTracks,
    SetBox,
    SplitTrack,
    SwapTracks,
)


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    return stage


def test_the_tracks_shown_are_those_of_the_file_after_every_edit_undo_and_redo(
    tracked: Stage,
) -> None:
    session = tracked.session
    run_id = session.run.run_id

    def check() -> None:
        assert list(session.tracks()) == session.project.tracks(run_id)

    check()
    first, second, *_ = (box.track_id for box in session.boxes_at(20))
    box = session.boxes_at(20)[0]
    made = [
        SwapTracks(track_a=first, track_b=second, first_frame=20),
        SplitTrack(track_id=first, at_frame=25),
        SetBox(box_id=box.box_id, box_xyxy=(1.0, 2.0, 30.0, 40.0)),
        DescribeTracks(track_ids=(second,), label="goalkeeper", attributes=None),
        DeleteTrack(track_id=first),
    ]
    for edit in made:
        session.edit(edit)
        check()
    session.edit(SplitTrack(track_id=second, at_frame=25))
    check()
    newest = max(track.track_id for track in session.tracks())
    session.edit(MergeTracks(keep=second, absorb=newest))
    check()
    while session.undo() is not None:
        check()
    while session.redo() is not None:
        check()


def test_an_edit_does_not_read_the_summaries_of_tracks_it_did_not_touch(
    tracked: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, asked = tracked.session, []
    session.tracks()
    read = Project.tracks

    def noted(project: Project, run_id: int, **kw: object) -> list[object]:
        asked.append(kw.get("only"))
        return read(project, run_id, **kw)

    monkeypatch.setattr(Project, "tracks", noted)
    box = session.boxes_at(20)[0]
    session.edit(SetBox(box_id=box.box_id, box_xyxy=(1.0, 2.0, 30.0, 40.0)))
    assert [set(only) for only in asked] == [{box.track_id}]
