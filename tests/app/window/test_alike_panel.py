"""Who looks alike? All tracks against all, and their boxes as points, through the window."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from window_stage import Stage

from trackmend_core.project.edits import DeleteTrack, SplitTrack
from trackmend_core.review import ReviewIndex
from trackmend_core.review.likeness import likeness_of


@pytest.fixture
def alike(stage: Stage) -> Stage:
    """A tracked video, one track cut in two, with the panel open."""
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    longest = max(stage.session.tracks(), key=lambda track: track.box_count)
    stage.session.edit(SplitTrack(track_id=longest.track_id, at_frame=20))
    stage.trigger("who_alike")
    stage.wait(lambda: matrix_of(stage) is not None and panel(stage).matrix.isVisible())
    return stage


def panel(stage: Stage):  # type: ignore[no-untyped-def]
    return stage.window.why.alike_panel


def matrix_of(stage: Stage):  # type: ignore[no-untyped-def]
    likeness = stage.window.why.alike.likeness
    return likeness.matrix if likeness is not None else None


def halves(stage: Stage) -> tuple[int, int]:
    """Places in the matrix of the two halves of the track that was cut."""
    matrix = matrix_of(stage)
    tracks = {track.track_id: track for track in stage.session.tracks()}
    first, second = (
        next(
            place
            for place, track_id in enumerate(matrix.track_ids)
            if getattr(tracks[track_id], end) == frame
            and tracks[track_id].box_count > 3
            and any(getattr(other, opposite) == frame + step for other in tracks.values())
        )
        for end, opposite, frame, step in (
            ("last_frame", "first_frame", 19, 1),
            ("first_frame", "last_frame", 20, -1),
        )
    )
    return first, second


def test_the_halves_of_a_person_are_bright_side_by_side_and_people_seen_together_are_masked(
    alike: Stage,
) -> None:
    first, second = halves(alike)
    content = panel(alike).matrix.content
    assert abs(first - second) == 1
    assert content.merits[first, second] > 0.95
    assert content.text(first, second) in ("1.00", ".99", ".98", ".97", ".96")
    here = [box.track_id for box in alike.session.boxes_at(20)]
    ids = matrix_of(alike).track_ids
    one, other = ids.index(here[0]), ids.index(here[1])
    assert np.isnan(content.merits[one, other])
    assert "two people" in content.tip(one, other)
    assert "hatched" in panel(alike).note
    assert np.isnan(content.merits.diagonal()).all()


def test_a_cell_opens_a_and_b_and_selects_both(alike: Stage) -> None:
    first, second = halves(alike)
    matrix = panel(alike).matrix
    matrix.setFocus()
    matrix.point_at(first, second)
    card = panel(alike).card
    numbers = matrix_of(alike).numbers
    assert [picture.side.number for picture in card.pictures] == [numbers[first], numbers[second]]
    alike.wait(lambda: all(picture.has_crop for picture in card.pictures))
    assert "never seen together" in card.words
    alike.qtbot.keyClick(matrix, Qt.Key.Key_Return)
    ids = matrix_of(alike).track_ids
    assert alike.session.selection.track_ids == (ids[first], ids[second])
    card.compare_button.click()
    alike.wait(lambda: len(alike.window.film_panel.cells) > 4)
    alike.trigger("merge_commit")
    alike.trigger("who_alike")  # the filmstrip may have taken its place
    alike.wait(lambda: len(matrix_of(alike).track_ids) == len(ids) - 1)


def points(stage: Stage):  # type: ignore[no-untyped-def]
    panel(stage).scatter_button.click()
    view = panel(stage).scatter
    stage.wait(lambda: view.isVisible() and view.scatter is not None)
    stage.rest(100)  # the page is laid out once events are handled
    view.setFocus()
    return view


def test_a_point_goes_to_its_box_and_ctrl_adds_another_track(alike: Stage) -> None:
    view = points(alike)
    samples = view.scatter.samples
    row = len(samples) // 2

    def pointed() -> bool:
        spot = view.place_of(row).toPoint()
        alike.qtbot.mouseMove(view, spot + QPoint(1, 0))
        alike.qtbot.mouseMove(view, spot)
        return view.pointed_row is not None

    alike.wait(pointed)
    row = view.pointed_row
    spot = view.place_of(row).toPoint()
    alike.qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot)
    assert alike.session.frame_index == samples.frames[row]
    assert alike.session.selection.track_ids == (samples.track_ids[row],)
    assert alike.session.selection.box_id == samples.box_ids[row]
    other = int(np.flatnonzero(samples.track_ids != samples.track_ids[row])[0])
    view._point(other)
    card = panel(alike).card
    assert [picture.side.number for picture in card.pictures] == [
        samples.numbers[row],
        samples.numbers[other],
    ]
    alike.qtbot.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert alike.session.selection.track_ids == (
        samples.track_ids[row],
        samples.track_ids[other],
    )
    card.compare_button.click()
    alike.wait(lambda: len(alike.window.film_panel.cells) > 4)


def test_a_lasso_selects_the_tracks_inside(alike: Stage) -> None:
    view = points(alike)
    samples = view.scatter.samples
    places = np.array([[view.place_of(n).x(), view.place_of(n).y()] for n in range(len(samples))])
    track = samples.track_ids[0]
    mine = places[samples.track_ids == track]
    low, high = mine.min(axis=0) - 15, mine.max(axis=0) + 15
    corners = [
        QPointF(low[0], low[1]),
        QPointF(high[0], low[1]),
        QPointF(high[0], high[1]),
        QPointF(low[0], high[1]),
    ]
    inside = {
        int(samples.track_ids[n])
        for n, (x, y) in enumerate(places.tolist())
        if low[0] < x < high[0] and low[1] < y < high[1]
    }
    qtbot = alike.qtbot
    start = corners[0].toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for corner in (*corners[1:], corners[0]):
        qtbot.mouseMove(view, corner.toPoint())
    assert len(view._lasso) > 2
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start)
    assert set(alike.session.selection.track_ids) == inside
    assert int(track) in inside
    assert view._selected == frozenset(alike.session.selection.track_ids)


def test_keys_walk_through_the_points(alike: Stage) -> None:
    view = points(alike)
    samples = view.scatter.samples
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up):
        alike.qtbot.keyClick(view, key)
        seen.append(view.pointed_row)
    assert seen[:2] == [0, 1]
    assert samples.track_ids[seen[2]] != samples.track_ids[0]
    assert samples.track_ids[seen[3]] == samples.track_ids[0]
    assert "Track" in view.accessibleDescription()
    before = view.place_of(0)
    alike.qtbot.mouseMove(view, QPoint(5, 5))
    assert view.place_of(0) == before


def test_without_a_run_it_says_what_to_do(stage: Stage) -> None:
    stage.open_video()
    stage.trigger("panel_alike")
    stage.wait(lambda: "Ctrl+R" in panel(stage).words)
    stage.run_model()
    stage.wait(lambda: matrix_of(stage) is not None and panel(stage).words == "")


def test_umap_is_offered_only_where_it_is_installed(alike: Stage) -> None:
    from trackmend_core.review.scatter import has_umap

    offered = [
        panel(alike).projection_box.itemText(n) for n in range(panel(alike).projection_box.count())
    ]
    assert offered == ["PCA", "UMAP"] if has_umap() else offered == ["PCA"]
    assert "% of the differences" not in panel(alike).note
    points(alike)
    assert "% of the differences" in panel(alike).note


def test_what_was_compared_before_an_edit_is_compared_anew(
    alike: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    review, presenter = alike.bench.review, alike.window.why.alike
    index = ReviewIndex.open(alike.session.project, alike.session.run.run_id)
    late = likeness_of(index)
    asked = []
    monkeypatch.setattr(review, "ask", lambda _task, take: asked.append(take) or True)
    first, second = alike.session.tracks()[:2]
    alike.session.edit(SplitTrack(track_id=first.track_id, at_frame=first.first_frame + 5))
    alike.wait(lambda: len(asked) == 1)
    alike.session.edit(DeleteTrack(track_id=second.track_id))
    monkeypatch.undo()
    asked[0](late)  # it was on its way while the track was deleted
    there = {track.track_id for track in alike.session.tracks()}
    alike.wait(lambda: set(matrix_of(alike).track_ids) == there)
    assert not presenter.runner.is_running or presenter.likeness is not late


def test_a_cell_of_a_track_that_has_just_gone_selects_the_other_alone(alike: Stage) -> None:
    alike.bench.review.blockSignals(True)  # so that the matrix stays as it was
    first, second = matrix_of(alike).track_ids[:2]
    alike.session.edit(DeleteTrack(track_id=first))
    panel(alike).matrix.chosen.emit(0, 1)
    assert alike.session.selection.track_ids == (second,)
    alike.bench.review.blockSignals(False)


def test_where_all_are_seen_together_it_says_that_there_is_nothing_to_compare(
    stage: Stage,
) -> None:
    stage.open_video()
    stage.run_model()
    here = {box.track_id for box in stage.session.boxes_at(stage.session.frame_index)}
    for track in stage.session.tracks():
        if track.track_id not in here:
            stage.session.edit(DeleteTrack(track_id=track.track_id))
    assert len(here) > 1
    stage.trigger("who_alike")
    stage.wait(
        lambda: matrix_of(stage) is not None and len(matrix_of(stage).track_ids) == len(here)
    )
    stage.wait(lambda: f"All {len(here)} tracks are seen together" in panel(stage).note)
