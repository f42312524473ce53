import json

import pytest

from trackmend_core.errors import UserError
from trackmend_core.tracking import TrackerSettings


@pytest.mark.parametrize(
    "settings",
    [TrackerSettings.official(), TrackerSettings.default(24.0)],
    ids=["official", "ours"],
)
def test_settings_survive_json(settings: TrackerSettings) -> None:
    stored = json.loads(json.dumps(settings.to_dict()))
    assert TrackerSettings.from_dict(stored) == settings


def test_the_buffer_is_counted_in_frames_of_the_video() -> None:
    assert TrackerSettings.official(frame_rate=25).max_frames_lost == 25
    assert TrackerSettings.official(frame_rate=60, track_buffer=20).max_frames_lost == 40


@pytest.mark.parametrize("frame_rate", [0, -1, float("nan"), float("inf")])
def test_a_frame_rate_that_is_none_is_refused(frame_rate: float) -> None:
    with pytest.raises(ValueError, match="frame rate"):
        TrackerSettings.official(frame_rate=frame_rate)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("score_threshold", 1.5),
        ("score_threshold", float("nan")),
        ("feature_momentum", -0.1),
        ("gate", float("inf")),
        ("max_frames_lost", -1),
        ("hidden_frames", -1),
        ("turns_max", -1),
        ("max_frames_lost", 2.5),
        ("zombie_frame", 1),
        ("gate", True),
        ("gate", "9"),
        ("gate", None),
    ],
)
def test_a_stored_value_that_does_not_fit_is_the_users_to_mend(name: str, value: object) -> None:
    with pytest.raises(UserError, match=name):
        TrackerSettings.from_dict({**TrackerSettings.official().to_dict(), name: value})


def test_unknown_and_missing_settings_are_named() -> None:
    with pytest.raises(UserError, match="tempo"):
        TrackerSettings.from_dict({**TrackerSettings.official().to_dict(), "tempo": 3})
    with pytest.raises(UserError, match="score_threshold"):
        TrackerSettings.from_dict({"gate": 9.0})
