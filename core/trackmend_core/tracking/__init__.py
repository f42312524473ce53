"""Association of detections into tracks: FairMOT's cascade, and the methods it is compared with."""

from trackmend_core.tracking.presets import INGREDIENTS, Preset, preset_settings
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.tracker import Tracker

__all__ = ["INGREDIENTS", "Preset", "Tracker", "TrackerSettings", "preset_settings"]
