"""The lanes of the timeline in the real window: what they show, and what a hand does to them."""

import pytest
from PySide6.QtCore import Qt
from window_stage import Stage

HERE = 20


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    stage.open_video()
    stage.run_model()
    stage.go_to(HERE)
    return stage


def codes_of(stage: Stage, number: int) -> list[int]:
    """The numbers of the barcode of a lane, without repetition."""
    details = stage.window.timeline._content.details
    track = next(track for track in stage.session.tracks() if track.number == number)
    found = details.get(track.track_id)
    if found is None or found.codes is None:
        return []
    return list(dict.fromkeys(found.codes.numbers.tolist()))


def test_a_swap_is_seen_as_a_change_of_colour_and_its_undo_takes_it_away(tracked: Stage) -> None:
    a, b = tracked.numbers_here()[:2]
    tracked.wait(lambda: codes_of(tracked, a) == [a] and codes_of(tracked, b) == [b])
    tracked.click_box(a)
    tracked.click_box(b, additive=True)
    tracked.press(Qt.Key.Key_X)
    tracked.wait(lambda: codes_of(tracked, a) == [a, b] and codes_of(tracked, b) == [b, a])
    tracked.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    tracked.wait(lambda: codes_of(tracked, a) == [a])


def test_the_barcode_can_be_switched_off(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.wait(lambda: codes_of(tracked, number) == [number])
    assert tracked.window.action_set["show_barcode"].isChecked()
    before = tracked.window.timeline.viewport().grab().toImage()
    tracked.trigger("show_barcode")
    assert tracked.window.timeline.viewport().grab().toImage() != before


def test_keyframes_and_occlusion_reach_the_lane(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.click_box(number)
    tracked.press(Qt.Key.Key_K)
    tracked.press(Qt.Key.Key_Q)
    track_id = tracked.session.selection.track_ids[0]

    def reached() -> bool:
        found = tracked.window.timeline._content.details.get(track_id)
        return found is not None and found.keyframes.tolist() == [HERE] == [found.occluded[0][0]]

    tracked.wait(reached)
