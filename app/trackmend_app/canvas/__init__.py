"""The video with what was found on it, boxes, ids, trails, similarity; and the hand that mends."""

from trackmend_app.canvas.modes import CanvasMode
from trackmend_app.canvas.video_canvas import VideoCanvas

__all__ = ["CanvasMode", "VideoCanvas"]
