"""Which tracks the table shows: by id, by label, only those in the current frame."""

import re
from collections.abc import Callable

from PySide6.QtCore import QObject, QSortFilterProxyModel, Qt

from trackmend_app.tracks.conditions import condition
from trackmend_app.tracks.track_model import AnyIndex, TrackModel
from trackmend_app.wording import say
from trackmend_core.project import TrackSummary

_AROUND_SIGNS = re.compile(r"\s*([<>=]+)\s*")
SUSPICIOUS = "suspicious"
_FEWEST_LETTERS = 4


class TrackFilter(QSortFilterProxyModel):
    """Sorts by number and filters by what was typed.

    Terms are separated by blanks or commas and any of them may fit: a number fits ids that begin
    with it, a range such as 3-7 fits ids within, "suspicious" fits tracks that the review queue
    suspects, anything else fits labels that contain it.
    Conditions such as boxes>50, score<0.6, start>=100, end<20 or gaps>0 must all hold as well.
    """

    def __init__(self, model: TrackModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tracks = model
        self._terms: tuple[str, ...] = ()
        self._conditions: tuple[Callable[[TrackSummary], bool], ...] = ()
        self._only_here = False
        self.setSourceModel(model)
        self.sort(0, Qt.SortOrder.AscendingOrder)

    @property
    def only_here(self) -> bool:
        """Whether tracks outside the current frame are hidden."""
        return self._only_here

    @property
    def is_on(self) -> bool:
        """Whether any track may be hidden."""
        return self._only_here or bool(self._terms) or bool(self._conditions)

    def set_text(self, text: str) -> None:
        """Show the tracks that fit what was typed; all of them when nothing was."""
        terms = _AROUND_SIGNS.sub(r"\1", text.replace(",", " ").casefold()).split()
        found = {term: condition(term) for term in terms}
        self._terms = tuple(term for term in terms if found[term] is None)
        self._conditions = tuple(test for test in found.values() if test is not None)
        self.invalidate()

    def set_only_here(self, on: bool) -> None:
        """Show only the tracks in the current frame, or all."""
        self._only_here = on
        self.invalidate()

    def lessThan(self, source_left: AnyIndex, source_right: AnyIndex) -> bool:
        """Return whether one row stands before another: asked thousands of times in a sort."""
        keys = self._tracks.sort_keys(source_left.column())
        return keys[source_left.row()] < keys[source_right.row()]

    def filterAcceptsRow(self, source_row: int, _source_parent: AnyIndex) -> bool:
        """Return whether a track is shown."""
        return self.accepts(self._tracks.tracks[source_row])

    def accepts(self, track: TrackSummary) -> bool:
        """Return whether a track passes."""
        if not self.is_on:
            return True
        if self._only_here and not self._tracks.is_here(track):
            return False
        if not all(test(track) for test in self._conditions):
            return False
        is_suspicious = self._tracks.suspicion_of(track) > 0
        return not self._terms or any(
            fits(track, term) or (is_suspicious and asks_for_suspicious(term))
            for term in self._terms
        )

    @property
    def asks_for_suspicious(self) -> bool:
        """Whether suspicious tracks are wanted."""
        return any(asks_for_suspicious(term) for term in self._terms)


def asks_for_suspicious(term: str) -> bool:
    """Return whether a search term (in lower case) means suspicious tracks; in either language."""
    words = (SUSPICIOUS, say("suspicious").casefold())
    return len(term) >= _FEWEST_LETTERS and any(word.startswith(term) for word in words)


def fits(track: TrackSummary, term: str) -> bool:
    """Return whether a track fits one search term (in lower case)."""
    first, dash, last = term.partition("-")
    if dash and first.isdigit() and last.isdigit():
        return int(first) <= track.number <= int(last)
    if term.isdigit() and str(track.number).startswith(term):
        return True
    return term in track.label.casefold()
