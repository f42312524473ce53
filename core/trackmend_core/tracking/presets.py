"""Tracker settings by name: ours, FairMOT's, and the methods that one compares with."""

from enum import StrEnum

from trackmend_core.tracking.method_settings import (
    BotSortSettings,
    ByteTrackSettings,
    DeepSortSettings,
    IouSettings,
    MethodSettings,
    OcSortSettings,
    SortSettings,
)
from trackmend_core.tracking.settings import (
    DEFAULT_SCORE_THRESHOLD,
    TrackerSettings,
    buffer_frames,
)

BIRTH_MARGIN = 0.1
"""ByteTrack and BoT-SORT start a track only with a score so much above the threshold."""


class Preset(StrEnum):
    """Which way of tracking.

    - `default`: ours, FairMOT's released cascade with its habits mended.
    - `official`: FairMOT's released cascade, equal in every id.
    - `fairmot`: FairMOT as the paper words it. Source: Zhang et al., FairMOT (IJCV 2021), 3.5.2.
    - `iou`: Source: Bochinski et al. (AVSS 2017).
    - `sort`: Source: Bewley et al. (ICIP 2016).
    - `deepsort`: Source: Wojke et al. (ICIP 2017).
    - `bytetrack`: Source: Zhang et al., ByteTrack (ECCV 2022).
    - `ocsort`: Source: Cao et al. (CVPR 2023).
    - `botsort`: Source: Aharon et al. (2022); follows the camera, so it needs the frames.
    """

    DEFAULT = "default"
    OFFICIAL = "official"
    FAIRMOT = "fairmot"
    IOU = "iou"
    SORT = "sort"
    DEEPSORT = "deepsort"
    BYTETRACK = "bytetrack"
    OCSORT = "ocsort"
    BOTSORT = "botsort"


def preset_settings(
    preset: Preset, *, frame_rate: float, score_threshold: float = DEFAULT_SCORE_THRESHOLD
) -> TrackerSettings:
    """Return the settings of a preset for a video.

    Args:
        preset: by name.
        frame_rate: of the video; memories of 30 frames are a second long.
        score_threshold: of the model; above it a detection is sure.

    Raises:
        ValueError: a value is outside its range.
    """
    if preset is Preset.DEFAULT:
        return TrackerSettings.default(frame_rate, score_threshold=score_threshold)
    if preset is Preset.OFFICIAL:
        return TrackerSettings.official(score_threshold=score_threshold, frame_rate=frame_rate)
    if preset is Preset.FAIRMOT:
        return _as_worded_in_the_paper(frame_rate=frame_rate, score_threshold=score_threshold)
    method, birth_margin = _METHODS[preset]
    memory = _MEMORIES.get(preset)
    return TrackerSettings(
        score_threshold=score_threshold,
        birth_score_threshold=min(1.0, score_threshold + birth_margin),
        max_frames_lost=buffer_frames(frame_rate=frame_rate) if memory is None else memory,
        method=method,
    )


def _as_worded_in_the_paper(*, frame_rate: float, score_threshold: float) -> TrackerSettings:
    """Return FairMOT's two stages without what only its code has.

    Tracks begin with their first box, all unmatched tracks take part in the overlap stage, and
    nothing is dropped as a duplicate.

    Source: Zhang et al., FairMOT (IJCV 2021), section 3.5.2.
    """
    return TrackerSettings(
        score_threshold=score_threshold,
        birth_score_threshold=score_threshold,
        max_frames_lost=buffer_frames(frame_rate=frame_rate),
        confirm_births=False,
        lost_match_by_overlap=True,
        duplicate_iou_min=1.0,
    )


_METHODS: dict[Preset, tuple[MethodSettings, float]] = {
    Preset.IOU: (IouSettings(), 0.0),
    Preset.SORT: (SortSettings(), 0.0),
    Preset.DEEPSORT: (DeepSortSettings(), 0.0),
    Preset.BYTETRACK: (ByteTrackSettings(), BIRTH_MARGIN),
    Preset.OCSORT: (OcSortSettings(), 0.0),
    Preset.BOTSORT: (BotSortSettings(), BIRTH_MARGIN),
}
_MEMORIES = {Preset.IOU: 0, Preset.SORT: 1}
"""Frames that a lost track is remembered, where it is not about a second."""

INGREDIENTS: dict[str, dict[str, bool]] = {
    "IoU only": {"use_appearance": False, "use_motion": False},
    "re-ID only": {"use_motion": False, "use_overlap": False},
    "re-ID and Kalman": {"use_overlap": False},
    "re-ID, Kalman and IoU": {},
}
"""The rows of FairMOT's table 6, as changes to the settings of the cascade."""
