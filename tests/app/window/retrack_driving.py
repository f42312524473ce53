"""Drives a re-tracking of a stage: a tracker's own switch, R, the sliders and the ticks."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from window_stage import Stage

from trackmend_app.retracking.change_list import CHANGE_ROLE
from trackmend_core.project import BoxRecord
from trackmend_core.review.retrack_diff import ChangeKind
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import TrackedBox

CTRL = Qt.KeyboardModifier.ControlModifier
SWITCH, HERE = 20, 15


def let_the_tracker_switch(stage: Stage) -> Stage:
    """Make a run whose tracker, not a person, let two tracks trade places in frame 20."""
    stage.open_video()
    stage.run_model()
    project, right = stage.session.project, stage.session.run
    by_frame = [project.boxes_in_frame(right.run_id, frame) for frame in range(40)]
    a, b = [
        number
        for number in {box.number for box in by_frame[SWITCH]}
        if all(number in {box.number for box in by_frame[f]} for f in range(HERE - 3, SWITCH + 8))
    ][:2]
    with project.start_run(
        right.video_id,
        model_id=right.model_id,
        tracker_settings=TrackerSettings.default(stage.session.video.frame_rate).to_dict(),
        detector_settings={},
        description="switched",
    ) as writer:
        for stored, boxes in zip(project.iter_detections(right.run_id), by_frame, strict=True):
            tracked = [_tracked(box, stored.ids.tolist(), trade=(a, b)) for box in boxes]
            writer.write(stored.frame_index, stored.detections, tracked)
    stage.session.show_run(writer.run_id)
    stage.go_to(HERE)
    return stage


def _tracked(box: BoxRecord, ids: list[int], *, trade: tuple[int, int]) -> TrackedBox:
    number = box.number
    if box.frame_index >= SWITCH and number in trade:
        number = trade[1 - trade.index(number)]
    return TrackedBox(
        track_id=number,
        box_xyxy=box.box_xyxy,
        score=box.score,
        detection_index=ids.index(box.detection_id),
    )


def tried(stage: Stage) -> None:
    """Press R and wait for the outcome."""
    stage.press(Qt.Key.Key_R)
    control = stage.bench.retracking
    stage.wait(lambda: control.is_active and not control.is_computing)
    assert not stage.errors, stage.errors


def rows(stage: Stage) -> list[tuple[int, ChangeKind]]:
    view = stage.window.retracking.panel.changes
    found = [view.item(row).data(CHANGE_ROLE) for row in range(view.count())]
    return [(one.number, one.kind) for one in found]


def click_tick(stage: Stage, row: int) -> None:
    """Click the check box of a row with the mouse."""
    view = stage.window.retracking.panel.changes
    index = view.model().index(row, 0)
    view.scrollTo(index)
    option = QStyleOptionViewItem()
    option.initFrom(view)
    option.rect = view.visualRect(index)
    option.features |= QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    tick = view.style().subElementRect(
        QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, view
    )
    stage.qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(tick.center().x(), tick.center().y())
    )


def move_slider(stage: Stage, name: str, key: Qt.Key, times: int) -> None:
    slider = stage.window.retracking.panel.sliders[name].slider
    slider.setFocus()
    for _ in range(times):
        stage.qtbot.keyClick(slider, key)
    control = stage.bench.retracking
    stage.wait(lambda: not control.is_computing)
