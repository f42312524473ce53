"""The very first start: the sample opens by itself, with the tour."""

from PySide6.QtCore import QSettings

from trackmend_app.help.tour import Tour
from trackmend_app.recent import recent_projects

_SEEN = "start/seen"


def begin_first_time(tour: Tour, settings: QSettings) -> bool:
    """Start the tour if this person has never been here; tell whether it was started."""
    if settings.value(_SEEN) is not None:
        return False
    settings.setValue(_SEEN, "yes")
    if recent_projects(settings):
        return False
    tour.start()
    return True
