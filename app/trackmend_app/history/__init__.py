"""The panel that tells who changed what and when, and goes back to named moments."""

from trackmend_app.history.history_panel import HistoryPanel

__all__ = ["HistoryPanel"]
