import pytest

from trackmend_app.actions import ACTIONS
from trackmend_app.keys.key_map import PRESETS, KeyChoice, conflicts, resolved

PROMISED = {
    "Space": "play",
    "D": "step_back",
    "Left": "step_back",
    "F": "step_forward",
    "Right": "step_forward",
    "C": "back_10",
    "V": "forward_10",
    "PgUp": "back_100",
    "PgDown": "forward_100",
    "N": "next_suspicion",
    "Shift+N": "previous_suspicion",
    "Return": "accept_fix",
    "W": "not_an_error",
    "U": "leave_unsure",
    "A": "compare",
    "R": "retrack",
    "Y": "toggle_verified",
    "L": "loop",
    "X": "swap_from_here",
    "Shift+X": "swap_this_frame",
    "Ctrl+Shift+X": "swap_in_range",
    **{f"Ctrl+{n}": f"assign_{n}" for n in range(1, 10)},
    "Ctrl+0": "assign_new",
    "M": "merge_mode",
    "Shift+M": "merge_commit",
    "S": "split",
    "Del": "delete_box",
    "Shift+Del": "delete_from_here",
    "Ctrl+Shift+Del": "delete_track",
    "K": "keyframe",
    "I": "interpolate",
    "Q": "toggle_occluded",
    "O": "mark_outside",
    "B": "new_box",
    "H": "show_boxes",
    "T": "show_trails",
    "G": "hold_similarity",
    "Ctrl+J": "go_to_frame",
    "Ctrl+F": "find_track",
    "Ctrl+Shift+P": "find_command",
    **{str(n): f"select_{n}" for n in range(1, 10)},
    "`": "select_next",
    "Esc": "leave",
    "Home": "track_start",
    "End": "track_end",
    "Ctrl+Home": "video_start",
    "Ctrl+End": "video_end",
}


def test_every_key_that_was_promised_does_what_was_promised() -> None:
    owner = {key: row.action_id for row in ACTIONS for key in row.keys}
    assert {key: owner.get(key) for key in PROMISED} == PROMISED


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_takes_the_only_key_of_an_action(preset: str) -> None:
    keys = resolved(ACTIONS, KeyChoice(preset=preset))
    assert [row.action_id for row in ACTIONS if row.keys and not keys[row.action_id]] == []
    assert conflicts(keys) == {}
