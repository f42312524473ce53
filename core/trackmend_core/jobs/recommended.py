"""Which tracker settings suit a model: its own file says where it differs from the default."""

import json
from collections.abc import Mapping

from trackmend_core.errors import UserError
from trackmend_core.tracking import Preset, TrackerSettings, preset_settings

METADATA_KEY = "tracker_settings"
"""A JSON object of `TrackerSettings` names and values, written when the checkpoint is saved."""
MEMORY_KEY = "memory_s"
"""Beside them: seconds for which a lost track is remembered, whatever the frame rate."""
LONGEST_MEMORY_S = 3600


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
    memory_s = values.pop(MEMORY_KEY, None)
    if memory_s is not None:
        if not isinstance(memory_s, int | float) or not 0 <= memory_s <= LONGEST_MEMORY_S:
            raise UserError(
                f"The model's tracker settings have a {MEMORY_KEY} of {memory_s!r}.",
                "Use another model.",
            )
        values["max_frames_lost"] = round(memory_s * frame_rate)
    return values
