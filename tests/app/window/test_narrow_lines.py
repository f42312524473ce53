"""Lines of text and controls in a narrow window: what matters most stays, in German, too."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from review_driving import make_errors, queue_of, wait_for_queue
from window_stage import Stage

from trackmend_app.review.panel_head import PanelHead
from trackmend_app.settings import AppSettings, save_settings, settings_file
from trackmend_app.wording.translator import speak
from trackmend_core.synthetic import StreetSettings, write_street_video


@pytest.fixture
def german(isolated_home: object, qapp: QApplication) -> Iterator[None]:
    save_settings(settings_file(), AppSettings().with_values({"language.code": "de"}))
    yield
    speak(qapp, "en")


def test_the_figures_of_the_queue_stay_on_one_line(stage: Stage) -> None:
    button = QToolButton()
    button.setText("Antworten")
    head = PanelHead("DURCHSICHT", button)
    stage.qtbot.addWidget(head)
    head.resize(364, 40)
    head.show()
    head.set_summary("7 offen · 0 erledigt")
    assert head.name_label.isVisible()
    height = head.sizeHint().height()
    head.set_summary("12 offen · 10 erledigt · 12 min 02 s")
    QApplication.sendPostedEvents()
    label = head.summary_label
    assert not head.name_label.isVisible()
    assert label.heightForWidth(label.width()) <= height
    assert head.summary == "12 offen · 10 erledigt · 12 min 02 s"
    head.resize(600, 40)
    assert head.name_label.isVisible()


def test_the_queue_of_another_video_begins_at_its_top(stage: Stage) -> None:
    make_errors(stage)
    wait_for_queue(stage)
    panel = stage.window.review_panel
    stage.window.resize(1280, 640)
    bar = panel._area.verticalScrollBar()
    stage.wait(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    stage.run_model()
    wait_for_queue(stage)
    assert bar.value() == 0
    assert panel.start_button.visibleRegion().contains(panel.start_button.rect().center())


@pytest.mark.usefixtures("german")
def test_how_to_leave_a_card_is_said_in_a_narrow_german_window(stage: Stage) -> None:
    stage.window.resize(1280, 720)
    make_errors(stage)
    wait_for_queue(stage)
    stage.press(Qt.Key.Key_N)
    stage.wait(lambda: queue_of(stage).current is not None)
    line = stage.window.status_line
    stage.wait(lambda: line.expected_shown.startswith("Eingabe"))
    stage.rest(20)  # the layout follows
    assert line.expected_shown.endswith("Esc verlässt")


def test_the_end_of_a_run_makes_way_for_what_the_person_does_next(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    line = stage.window.status_line
    assert line.expected_shown.startswith("Done:")
    stage.go_to(20)
    assert line.expected_shown.startswith("Done:"), "looking around is no next step"
    stage.click_box(stage.numbers_here()[0])
    assert line.expected_shown.startswith("X swaps")


@pytest.mark.parametrize("width", [1024])
def test_a_run_does_not_make_a_narrow_window_larger(stage: Stage, width: int) -> None:
    stage.window.resize(width, 640)
    stage.open_video()
    widths: set[int] = set()
    stage.bench.runs.runner.progressed.connect(lambda _: widths.add(stage.window.width()))
    stage.detector.delay_s = 0.02
    stage.run_model()
    assert widths == {width}
    assert stage.window.run_strip.isHidden()


def test_another_project_does_not_make_a_low_window_larger(stage: Stage) -> None:
    other = stage.video.with_name("other.mp4")
    write_street_video(other, StreetSettings(width=320, height=256, frame_count=12, seed=9))
    stage.window.resize(1280, 720)
    stage.open_video()
    stage.run_model()
    panels = stage.window.panels
    heights = panels["timeline"].height()
    stage.drop(other)
    stage.wait(lambda: stage.session.video is not None and stage.session.video.name == "other.mp4")
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)
    assert (stage.window.width(), stage.window.height()) == (1280, 720)
    assert panels["timeline"].height() == heights
