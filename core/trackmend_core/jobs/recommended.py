"""Which tracker settings suit a model: its own file says where it differs from the default."""

import json
from collections.abc import Mapping

from trackmend_core.errors import UserError
from trackmend_core.tracking import Preset, TrackerSettings, preset_settings

METADATA_KEY = "tracker_settings"
"""A JSON object of `TrackerSettings` names and values, written when the checkpoint is saved."""
MEMORY_KEY = "memory_s"
"""Beside them: seconds for which a lost track is remembered, whatever the frame rate."""
HIDDEN_KEY = "hidden_s"
"""And seconds for which somebody who is hidden keeps a box."""
LONGEST_S = 3600
_IN_SECONDS = {MEMORY_KEY: "max_frames_lost", HIDDEN_KEY: "hidden_frames"}


def recommended_settings(
    metadata: Mapping[str, str],
    *,
    frame_rate: float,
    score_threshold: float | None = None,
    preset: Preset = Preset.DEFAULT,
    changes: Mapping[str, str] | None = None,
) -> TrackerSettings:
    """Return a preset's settings with the model's threshold; the default heeds the model in all.

    Args:
        metadata: of the checkpoint.
        frame_rate: of the video.
        score_threshold: the user's own choice, for taking part and for starting a track.
        preset: which way of tracking.
        changes: settings as the user wrote them, by name; they win.

    Raises:
        UserError: the metadata, the threshold or a change do not fit.
    """
    values: dict[str, object] = dict(TrackerSettings.default(frame_rate).to_dict())
    values.update(_from_metadata(metadata, frame_rate=frame_rate))
    if score_threshold is not None:
        values["score_threshold"] = values["birth_score_threshold"] = score_threshold
    settings = TrackerSettings.from_dict(values)
    if preset is not Preset.DEFAULT:
        settings = preset_settings(
            preset, frame_rate=frame_rate, score_threshold=settings.score_threshold
        )
    return settings.changed(changes) if changes else settings


def _from_metadata(metadata: Mapping[str, str], *, frame_rate: float) -> dict[str, object]:
    text = metadata.get(METADATA_KEY)
    if text is None:
        return {}
    try:
        values = json.loads(text)
    except ValueError as error:
        raise UserError(
            "The model's tracker settings are not JSON.", "Use another model."
        ) from error
    if not isinstance(values, dict):
        raise UserError("The model's tracker settings are no object.", "Use another model.")
    for key, name in _IN_SECONDS.items():
        seconds = values.pop(key, None)
        if seconds is None:
            continue
        if not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_S:
            raise UserError(
                f"The model's tracker settings have a {key} of {seconds!r}.", "Use another model."
            )
        values[name] = round(seconds * frame_rate)
    return values
