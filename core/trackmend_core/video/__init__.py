"""Frame-exact reading of video files and image folders: frame n is frame n."""

from trackmend_core.video.fingerprint import fingerprint
from trackmend_core.video.frame_cache import CachedVideo, FrameCache
from trackmend_core.video.glimpses import Glimpses, coarse_to_fine
from trackmend_core.video.opening import open_video
from trackmend_core.video.source import VideoSource

__all__ = [
    "CachedVideo",
    "FrameCache",
    "Glimpses",
    "VideoSource",
    "coarse_to_fine",
    "fingerprint",
    "open_video",
]
