"""Draws street scenes with exact ground truth, for the demo, the tests and training."""

from trackmend_core.synthetic.files import write_ground_truth, write_street_video, write_video
from trackmend_core.synthetic.settings import GroundTruth, StreetFrame, StreetSettings
from trackmend_core.synthetic.street import draw_street

__all__ = [
    "GroundTruth",
    "StreetFrame",
    "StreetSettings",
    "draw_street",
    "write_ground_truth",
    "write_street_video",
    "write_video",
]
