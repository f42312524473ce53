"""Long work off the GUI thread: one runner for core's generators, one loader for frames."""

from trackmend_app.jobs.frame_loader import FrameLoader, OpenedVideo
from trackmend_app.jobs.runner import JobRunner

__all__ = ["FrameLoader", "JobRunner", "OpenedVideo"]
