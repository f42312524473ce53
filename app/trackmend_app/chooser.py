"""Chooses boxes of the frame by number, and ranks the tracks that a box may be assigned to."""

from PySide6.QtCore import QObject, Signal

from trackmend_app.corrections import Corrections
from trackmend_app.radius_text import boxes_text
from trackmend_app.session import Session
from trackmend_app.similarity.lookalikes import Lookalike, Spans, free_first, rank_lookalikes
from trackmend_core.project import BoxRecord, TrackSummary
from trackmend_core.types import TrackId

LISTED = 9


class Chooser(QObject):
    """Selection by key.

    Signals: said(sentence).
    """

    said = Signal(str)

    def __init__(
        self, session: Session, corrections: Corrections, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._corrections = corrections

    def select_nth_box(self, n: int) -> None:
        """Select the n-th box of the frame, counted from 1 by id."""
        boxes = self._boxes_here()
        if n <= len(boxes):
            self._pick(boxes[n - 1])
        else:
            self.said.emit(
                self.tr("This frame has {boxes}").format(boxes=boxes_text(len(boxes)))
                if boxes
                else self.tr("This frame has no box")
            )

    def select_next_box(self) -> None:
        """Select the box after the selected one; after the last, the first."""
        boxes = self._boxes_here()
        if not boxes:
            return
        chosen = self._session.selection.track_ids[-1:]
        at = next((i for i, box in enumerate(boxes) if (box.track_id,) == chosen), -1)
        self._pick(boxes[(at + 1) % len(boxes)])

    def lookalikes(self) -> list[Lookalike]:
        """Return the tracks that the selected one may belong to, most alike first.

        Those that are seen beside it in the stretch that would be handed over come last.
        """
        run, chosen = self._session.run, self._session.selection.track_ids[-1:]
        if run is None or not chosen:
            return []
        first, last = self._stretch(self._session.track(chosen[0]))
        ranked = rank_lookalikes(
            self._session.required_project(),
            run_id=run.run_id,
            track_id=chosen[0],
            frame_index=self._session.frame_index,
        )
        return free_first(
            ranked,
            spans_of=self._spans_of,
            track_id=chosen[0],
            first=first,
            last=last,
            count=LISTED,
        )

    def _spans_of(self, track_id: TrackId) -> Spans:
        track = self._session.track(track_id)
        return track.spans if track is not None else ()

    def _stretch(self, track: TrackSummary | None) -> tuple[int, int]:
        """Return first and last frame of what an assignment would hand over."""
        here = self._session.frame_index
        return self._session.frame_range or (here, track.last_frame if track else here)

    def boxes_to_assign(self) -> int:
        """Return how many boxes an assignment would hand over now."""
        chosen = self._session.selection.track_ids[-1:]
        track = self._session.track(chosen[0]) if chosen else None
        if track is None:
            return 0
        first, last = self._stretch(track)
        return sum(max(0, min(b, last) - max(a, first) + 1) for a, b in track.spans)

    def assign_to_lookalike(self, n: int) -> None:
        """Give the selected track, from here on or in the range, to the n-th look-alike."""
        found = self.lookalikes()
        if n <= len(found):
            self._corrections.assign(found[n - 1].track_id)
        else:
            self.said.emit(f"Only {len(found)} tracks are free to take these boxes here")

    def _boxes_here(self) -> list[BoxRecord]:
        boxes = self._session.boxes_at(self._session.frame_index)
        return sorted(boxes, key=lambda box: box.number)

    def _pick(self, box: BoxRecord) -> None:
        self._corrections.pick(box.track_id, box.box_id, additive=False)
