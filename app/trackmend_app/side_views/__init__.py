"""More canvases beside the first: other frames, or other videos, in step with it or not."""

from trackmend_app.side_views.side_views import SideViews

__all__ = ["SideViews"]
