"""Why did it match? The association of the frame as a matrix, and a track's decisions over time."""

from contextlib import suppress

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.exceptions import TimeoutError as QtBotTimeout
from window_stage import Stage

from trackmend_app.panels import WHY_WIDTH
from trackmend_app.why.association_view import Measure
from trackmend_core.project.edits import DeleteTrack, SwapTracks
from trackmend_core.review.association import Stage as MatchStage


@pytest.fixture
def why(stage: Stage) -> Stage:
    """A tracked video with the panel open."""
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    stage.trigger("why_matched")
    stage.wait(lambda: shown_frame(stage) == 20)
    return stage


def panel(stage: Stage):  # type: ignore[no-untyped-def]
    return stage.window.why.why_panel


def view(stage: Stage):  # type: ignore[no-untyped-def]
    return stage.window.why.association.view


def shown_frame(stage: Stage) -> int:
    return view(stage).association.frame_index if view(stage) is not None else -1


def labels(stage: Stage) -> tuple[list[str], list[str]]:
    content = panel(stage).matrix.content
    return [head.label for head in content.rows], [head.label for head in content.columns]


def test_rows_are_tracks_columns_detections_and_pairs_lie_on_the_diagonal(why: Stage) -> None:
    rows, columns = labels(why)
    assert why.window.panels["why"].width() > 0.85 * WHY_WIDTH
    assert columns == [str(number) for number in why.numbers_here()]
    assert rows[: len(columns)] == columns
    marks = panel(why).matrix.content.marks
    for place in range(len(columns)):
        assert marks[place, place] == "appearance"
        pair = view(why).pair_at(place, place)
        assert pair.stage is MatchStage.APPEARANCE
        assert pair.cost < pair.cost_max
    why.wait(lambda: len(set(panel(why).matrix.crop_keys())) >= len(columns))
    why.wait(lambda: set(panel(why).matrix.crop_keys()) <= set(panel(why).matrix._crops))


def test_a_narrow_panel_keeps_room_for_the_matrix_and_all_tools(why: Stage) -> None:
    tools = (panel(why).chosen_box, panel(why).measure_box, panel(why).track_button)

    def cramped() -> list[str]:
        """What has too little room; a layout follows its panel after a moment."""
        room = panel(why).width()
        cut_off = [
            tool.objectName() or type(tool).__name__
            for tool in tools
            if tool.width() < tool.minimumSizeHint().width()
            or tool.mapTo(panel(why), QPoint(tool.width(), 0)).x() > room
        ]
        return cut_off + (["matrix"] if panel(why).matrix.width() <= room / 3 else [])

    for width in (340, 500):
        sides = [why.window.panels["why"]]
        why.window.resizeDocks(sides, [width], Qt.Orientation.Horizontal)
        why.wait(lambda width=width: abs(panel(why).width() - width) < 20)
        with suppress(QtBotTimeout):
            why.wait(lambda: not cramped())
        assert cramped() == []


def test_the_panel_follows_the_frame(why: Stage) -> None:
    why.press(Qt.Key.Key_F)
    why.wait(lambda: shown_frame(why) == 21)
    why.go_to(0)
    why.wait(lambda: "every track begins" in panel(why).words)


def test_a_cell_shows_both_pictures_the_figures_and_a_sentence(why: Stage) -> None:
    matrix = panel(why).matrix
    matrix.setFocus()
    why.qtbot.keyClick(matrix, Qt.Key.Key_Right)
    why.qtbot.keyClick(matrix, Qt.Key.Key_Right)
    assert matrix.pointed_cell == (0, 1)
    card = panel(why).card
    one, other = (int(label) for label in labels(why)[1][:2])
    assert (card.pictures[0].side.number, card.pictures[1].side.number) == (one, other)
    assert card.pictures[0].side.frame_index == 19
    assert card.pictures[1].side.frame_index == 20
    why.wait(lambda: all(picture.has_crop for picture in card.pictures))
    assert f"Track {one}" in card.words
    assert "impossible" in card.words or "not paired" in card.words
    why.qtbot.keyClick(matrix, Qt.Key.Key_Left)
    assert f"Track {one} went on with {one}'s detection by appearance" in card.words
    card.pictures[0].click()
    why.wait(lambda: why.session.frame_index == 19)


def test_a_click_selects_the_two_tracks_and_they_can_be_compared_over_time(why: Stage) -> None:
    matrix = panel(why).matrix
    layout = matrix.cell_layout
    place = QPoint(
        int(layout.head_width + 1.5 * layout.cell_width),
        int(layout.head_height + 0.5 * layout.cell_height),
    )
    why.qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
    chosen = [why.session.track(track_id).number for track_id in why.session.selection.track_ids]
    assert chosen == [int(label) for label in labels(why)[1][:2]]
    panel(why).card.compare_button.click()
    why.wait(lambda: not why.window.panels["film"].isHidden())
    why.wait(lambda: len(why.window.film_panel.cells) > 4)


def test_every_measure_has_a_labelled_scale_and_shows_its_own_values(why: Stage) -> None:
    seen = {}
    for measure in Measure:
        box = panel(why).measure_box
        box.setCurrentIndex(box.findData(str(measure)))
        box.activated.emit(box.currentIndex())
        content = panel(why).matrix.content
        seen[measure] = content.text(0, 0)
        assert panel(why)._limit.text()
        assert panel(why)._bar.shown == view(why).ends(measure)
    told, at = view(why).association, (view(why).rows[0], view(why).columns[0])
    assert seen[Measure.COSINE] == f"{told.cosines[at]:.2f}"
    assert seen[Measure.COST] == f"{told.costs[at]:.2f}"
    assert seen[Measure.OVERLAP] == f"{told.overlaps[at]:.2f}"
    assert seen[Measure.GATE] == f"{told.gate_distances[at]:.1f}"


def test_selected_only_leaves_out_what_has_nothing_to_do_with_the_track(why: Stage) -> None:
    whole = labels(why)
    why.click_box(why.numbers_here()[0])
    panel(why).chosen_box.click()
    why.wait(lambda: len(labels(why)[1]) < len(whole[1]))
    assert str(why.numbers_here()[0]) in labels(why)[0]
    panel(why).chosen_box.click()
    why.wait(lambda: labels(why) == whole)


def test_an_edit_renames_the_rows_but_not_what_was_decided(why: Stage) -> None:
    told = view(why).association
    before = labels(why)
    one, other = (why.session.tracks()[n].track_id for n in (0, 1))
    why.session.edit(SwapTracks(track_a=one, track_b=other, first_frame=20))
    why.wait(lambda: labels(why) != before)
    now = view(why).association
    assert np.array_equal(now.costs, told.costs)
    assert now.pairs == told.pairs
    assert set(labels(why)[1]) == set(before[1])


def test_over_time_needs_a_track_and_a_click_on_its_plot_seeks(why: Stage) -> None:
    panel(why).track_button.click()
    assert "Select a track" in panel(why).words
    why.click_box(why.numbers_here()[0])
    plot = panel(why).plot
    why.wait(lambda: plot.path is not None and plot.isVisible())
    track = why.session.track(why.session.selection.track_ids[0])
    assert plot.path.number == track.number
    assert len(plot.path.decisions) == track.box_count - 1
    assert plot.path.template.template.min() > 0.99
    widget = plot.plots[0]
    why.wait(lambda: widget.getViewBox().viewRange()[0][1] > 20)
    spot = widget.mapFromScene(widget.getViewBox().mapViewToScene(QPointF(31.0, 0.5)))
    why.qtbot.mouseClick(widget.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    why.wait(lambda: why.session.frame_index == 30)
    assert plot._now[0].value() == 31


def test_a_hidden_panel_replays_nothing(why: Stage) -> None:
    why.trigger("panel_why")
    assert why.window.panels["why"].isHidden()
    why.go_to(25)
    why.qtbot.wait(400)
    assert not why.window.why.association.loader.runner.is_running
    assert shown_frame(why) == 20


def test_without_a_run_it_says_what_to_do(stage: Stage) -> None:
    stage.open_video()
    stage.trigger("panel_why")
    stage.wait(lambda: "Ctrl+R" in panel(stage).words)


def test_another_tracker_s_run_says_why_there_is_nothing(stage: Stage) -> None:
    from trackmend_core.tracking import Preset

    stage.open_video()
    stage.bench.runs.choose_preset(Preset.SORT)
    stage.run_model()
    stage.trigger("why_matched")
    stage.wait(lambda: "tracked by sort" in panel(stage).words)
    assert not stage.errors


def test_a_track_that_is_deleted_while_it_is_read_is_no_fault(
    why: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, loader = why.session.project, why.window.why.association.loader
    track_id = why.session.tracks()[0].track_id
    loader.ask_track(track_id)
    why.wait(lambda: not loader.runner.is_running)
    for name in ("track_columns", "boxes_of_track"):
        read = getattr(project, name)

        def read_then_somebody_deletes(wanted: object, read: object = read) -> object:
            found = read(wanted)
            monkeypatch.undo()
            project.edit(DeleteTrack(track_id=track_id))
            return found

        monkeypatch.setattr(project, name, read_then_somebody_deletes)
    found: list[object] = []
    loader.path_found.connect(found.append)
    loader.ask_track(track_id)
    why.wait(lambda: not loader.runner.is_running)
    assert not why.errors
    assert found, "it is told as it was when it was read"
    assert not project.boxes_of_track(track_id)
