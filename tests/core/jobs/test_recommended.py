import json

import pytest

from trackmend_core.errors import UserError
from trackmend_core.jobs import recommended_settings
from trackmend_core.tracking import Preset, TrackerSettings, preset_settings


def test_a_model_that_says_nothing_gets_the_default() -> None:
    assert recommended_settings({}, frame_rate=25) == TrackerSettings.default(25)


def test_a_model_says_in_its_file_where_it_differs() -> None:
    metadata = {"tracker_settings": json.dumps({"score_threshold": 0.35, "iou_cost_max": 0.6})}
    settings = recommended_settings(metadata, frame_rate=25)
    assert (settings.score_threshold, settings.iou_cost_max) == (0.35, 0.6)
    assert settings.max_frames_lost == 25


def test_the_users_threshold_wins() -> None:
    metadata = {"tracker_settings": json.dumps({"score_threshold": 0.35})}
    settings = recommended_settings(metadata, frame_rate=25, score_threshold=0.6)
    assert settings.score_threshold == settings.birth_score_threshold == 0.6


@pytest.mark.parametrize("text", ["{", "[1]", '{"tempo": 3}', '{"score_threshold": 7}', "NaN"])
def test_settings_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(UserError):
        recommended_settings({"tracker_settings": text}, frame_rate=25)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(UserError, match="score_threshold"):
        recommended_settings({}, frame_rate=25, score_threshold=threshold)


def test_a_preset_takes_the_threshold_of_the_model_and_nothing_else() -> None:
    metadata = {"tracker_settings": json.dumps({"score_threshold": 0.35, "iou_cost_max": 0.6})}
    for preset in set(Preset) - {Preset.DEFAULT}:
        settings = recommended_settings(metadata, frame_rate=25, preset=preset)
        assert settings == preset_settings(preset, frame_rate=25, score_threshold=0.35)


def test_what_the_user_writes_wins_over_preset_and_model() -> None:
    settings = recommended_settings(
        {}, frame_rate=25, preset=Preset.BYTETRACK, changes={"score_threshold": "0.7"}
    )
    assert settings.score_threshold == 0.7
    with pytest.raises(UserError, match="iou_cost_max"):
        recommended_settings(
            {}, frame_rate=25, preset=Preset.BYTETRACK, changes={"iou_cost_max": "1"}
        )
