"""Association of detections into tracks: FairMOT's cascade, with and without its quirks."""

from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.tracker import Tracker

__all__ = ["Tracker", "TrackerSettings"]
