"""The table of tracks: find one, see how long and how sure, select several."""

from trackmend_app.tracks.track_table import TrackTable

__all__ = ["TrackTable"]
