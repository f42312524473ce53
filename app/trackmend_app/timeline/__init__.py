"""The whole video at a glance: one lane per track, over a ruler of frames."""

from trackmend_app.timeline.lane_picture import LaneDetails, LaneScores
from trackmend_app.timeline.timeline_view import TimelineView

__all__ = ["LaneDetails", "LaneScores", "TimelineView"]
