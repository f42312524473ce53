"""The video with what was found on it: boxes, ids, trails, similarity; and the hand that mends them."""

from trackmend_app.canvas.modes import CanvasMode
from trackmend_app.canvas.records import BoxLike
from trackmend_app.canvas.video_canvas import VideoCanvas

__all__ = ["BoxLike", "CanvasMode", "VideoCanvas"]
