"""Collects Python's cyclic garbage in the GUI thread only, where Qt's objects may be destroyed.

Python collects in whichever thread happens to allocate. A pixmap or a list item that is destroyed
in a thread that tracks or decodes can end the program, long after the line that dropped it.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500
_NAME = "garbage_collector"


class GarbageCollector(QObject):
    """Takes over from Python's automatic collection for as long as its parent lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(_NAME)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation that has reached Python's own threshold."""
        reached = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(reached) if count > limit > 0]
        if due:
            gc.collect(max(due))


def collect_in_this_thread(parent: QObject) -> None:
    """Collect in the thread of `parent` from now on; a second call changes nothing."""
    if parent.findChild(GarbageCollector, _NAME) is None:
        GarbageCollector(parent)


def keep_what_is_there() -> None:
    """Leave what the start has made out of later collections: it lives as long as the program."""
    gc.collect()
    gc.freeze()
