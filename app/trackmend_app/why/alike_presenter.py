"""Keeps the panel "who looks alike" in step with the tracks and the selection."""

from collections.abc import Generator
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.jobs.runner import JobRunner
from trackmend_app.panels import Panels
from trackmend_app.review.queue_state import QueueState
from trackmend_app.session import Selection
from trackmend_app.why.alike_panel import AlikePanel
from trackmend_app.why.likeness import (
    are_all_together,
    matrix_content,
    portrait_key,
    verdict,
)
from trackmend_app.why.pair_card import Figure, Side
from trackmend_app.wording.shown_keys import with_keys
from trackmend_app.workbench import Workbench
from trackmend_core.project.records import frame_number
from trackmend_core.review.likeness import Likeness, likeness_of
from trackmend_core.review.scatter import Projection, Scatter, scatter
from trackmend_core.types import BoxId, ImageArray, Progress, TrackId

SETTLE_MS: Final = 400
_ASKER: Final = "alike"


class AlikePresenter(QObject):
    """Between the workbench and the panel; a hidden panel costs nothing.

    The review index compares the tracks, for it has them, wherever it lives; laying the points out
    takes a thread of its own, so that the queue need not wait.
    """

    def __init__(
        self,
        panel: AlikePanel,
        *,
        workbench: Workbench,
        panels: Panels,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._workbench = workbench
        self._panels = panels
        self._session = workbench.session
        self._is_shown = False
        self._is_stale = True
        self._is_asked = False
        self._changes = self._asked_at = 0
        self._likeness: Likeness | None = None
        self._scatter: Scatter | None = None
        self._first: int | None = None
        self.runner = JobRunner(self)
        self.runner.finished.connect(self._on_finished)
        self.runner.failed.connect(workbench.failed)
        self.runner.ended.connect(self._on_ended)
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self.refresh)
        session = self._session
        for signal in (session.tracks_changed, session.run_changed):
            signal.connect(self._on_tracks_changed)
        workbench.review.changed.connect(self._settled.start)
        session.selection_changed.connect(self._on_selection_changed)
        session.project_closing.connect(self.stop)
        panel.page_changed.connect(self.refresh)
        panel.projection_chosen.connect(self._on_projection_chosen)
        panel.frame_requested.connect(workbench.travel.to)
        panel.compare_requested.connect(self._compare)
        panel.matrix.pointed.connect(self._on_cell_pointed)
        panel.matrix.chosen.connect(self._on_cell_chosen)
        panel.matrix.crops_wanted.connect(self._ask_for_crops)
        panel.scatter.pointed.connect(self._on_point_pointed)
        panel.scatter.chosen.connect(self._on_point_chosen)
        panel.scatter.lassoed.connect(self._on_lassoed)
        workbench.crops.crop_ready.connect(self._on_crop_ready)

    @property
    def likeness(self) -> Likeness | None:
        """Return what is on show."""
        return self._likeness

    @Slot(bool)
    def set_shown(self, shown: bool) -> None:
        """Say whether the panel is visible."""
        self._is_shown = shown
        if shown:
            self.refresh()

    def show(self) -> None:
        """Show the panel and give it the keyboard."""
        self._panels.show("alike")
        (self._panel.scatter if self._panel.shows_points else self._panel.matrix).setFocus()

    @Slot()
    def stop(self) -> None:
        """End the comparison and wait for it: the project is about to be closed."""
        self._settled.stop()
        self._is_asked = False
        self.runner.stop_and_wait()
        self._likeness = self._scatter = None
        self._is_stale = True

    @Slot()
    def refresh(self) -> None:
        """Compare the tracks if they have changed, and show the page that is wanted."""
        if not self._is_shown:
            return
        if not self._is_stale:
            self._show()
            return
        state = self._workbench.review.state
        if self._session.run is None or state is QueueState.NO_RUN:
            self._panel.say(with_keys(self.tr("Run the tracker (‹run_model›) to compare tracks.")))
        elif state is QueueState.RUN_GOES_ON:
            self._panel.say(self.tr("Tracks are compared once the run has ended."))
        elif state is QueueState.FAILED:
            self._panel.say(self.tr("The tracks could not be read; see the review queue."))
        elif not self.runner.is_running and not self._is_asked:
            if self._likeness is None:
                self._panel.say(self.tr("Comparing all tracks…"))
            if state is QueueState.READY:  # before, the index does not know of the last edit yet
                self._asked_at = self._changes
                self._is_asked = self._workbench.review.ask(likeness_of, self._on_likeness)

    def _on_likeness(self, likeness: object) -> None:
        """Lay out what the review index compared."""
        if not self._is_asked or not isinstance(likeness, Likeness):
            return
        self._is_asked = False
        if self._asked_at != self._changes or self.runner.is_running:
            self._settled.start()  # an edit came in between, or other points are being laid out
            return
        self._is_stale = False
        self.runner.start("Comparing tracks", partial(_compare, likeness, self._panel.projection))

    @Slot(object)
    def _on_finished(self, found: tuple[Likeness | None, Scatter]) -> None:
        likeness, points = found
        self._scatter = points
        self._likeness = likeness or self._likeness
        self._first = None
        self._panel.matrix.set_content(
            matrix_content(self._likeness) if self._likeness is not None else None
        )
        self._panel.scatter.set_scatter(points)
        self._on_selection_changed()
        self._show()

    @Slot()
    def _on_ended(self) -> None:
        if self._is_stale:
            self._settled.start()
        elif self._scatter is not None and self._scatter.projection != self._panel.projection:
            self._on_projection_chosen()  # it was chosen while others were being laid out

    @Slot()
    def _on_tracks_changed(self) -> None:
        self._is_stale = True
        self._changes += 1
        self._settled.start()

    def _show(self) -> None:
        likeness, points = self._likeness, self._scatter
        if likeness is None or points is None:
            return
        if not likeness.matrix.track_ids:
            self._panel.say(
                self.tr("No track of this run has an embedding: there is nothing to compare.")
            )
            return
        self._panel.say("")
        self._panel.set_note(self._note(likeness, points))
        if self._panel.card.words == "" and not self._panel.card.crop_keys():
            self._panel.card.show_nothing(
                self.tr("Point at a cell or at a point to see the pictures behind it.")
            )
        self._ask_for_crops()

    def _note(self, likeness: Likeness, points: Scatter) -> str:
        if not self._panel.shows_points:
            if are_all_together(likeness):
                return self.tr(
                    "All {count} tracks are seen together, each with every other: nobody here "
                    "can have two numbers."
                ).format(count=len(likeness.matrix.track_ids))
            return self.tr(
                "Cosine similarity of {count} tracks, alike ones side by side; hatched pairs are "
                "seen in the same frame, so they are two people."
            ).format(count=len(likeness.matrix.track_ids))
        text = self.tr("{count} boxes of {tracks} tracks; drag a line around points to select.")
        words = text.format(count=len(points.samples), tracks=len(likeness.matrix.track_ids))
        if points.explained is not None:
            share = self.tr(" The plane shows {share} % of the differences.")
            words += share.format(share=round(100 * points.explained))
        return words

    @Slot()
    def _on_projection_chosen(self) -> None:
        likeness = self._likeness
        if likeness is not None and not self.runner.is_running:
            projection = self._panel.projection
            self.runner.start("Laying out points", partial(_lay_out, likeness, projection))

    @Slot()
    def _on_selection_changed(self) -> None:
        self._panel.scatter.set_selected(self._session.selection.track_ids)

    # The matrix

    @Slot(int, int)
    def _on_cell_pointed(self, row: int, column: int) -> None:
        likeness = self._likeness
        if likeness is None:
            return
        ids = likeness.matrix.track_ids
        one, other = (likeness.portraits[ids[place]] for place in (row, column))
        met = bool(likeness.matrix.coexist[row, column])
        figures = [
            Figure(
                name=self.tr("cosine"),
                value=f"{likeness.matrix.cosines[row, column]:.2f}",
            ),
            Figure(
                name=self.tr("together"),
                value=self.tr("yes") if met or row == column else self.tr("never"),
                fits=not met if row != column else None,
            ),
        ]
        figures += [
            Figure(
                name=self.tr("track {number}").format(number=shown.number),
                value=f"{frame_number(shown.first_frame)}–{frame_number(shown.last_frame)}",
            )
            for shown in (one, other)
        ]
        sides = (
            Side(
                name=str(one.number),
                number=one.number,
                frame_index=one.frame_index,
                key=portrait_key(one),
            ),
            Side(
                name=str(other.number),
                number=other.number,
                frame_index=other.frame_index,
                key=portrait_key(other),
            ),
        )
        self._panel.card.show_pair(
            sides, figures, words=verdict(likeness, row, column), may_compare=row != column
        )
        self._ask_for_crops()

    @Slot(int, int)
    def _on_cell_chosen(self, row: int, column: int) -> None:
        """Select both tracks: A shows them over time, Shift+M makes them one."""
        if self._likeness is not None:
            ids = self._likeness.matrix.track_ids
            self._session.select_tracks(tuple(dict.fromkeys((ids[row], ids[column]))))

    # The points

    def _side(self, row: int) -> Side:
        assert self._scatter is not None
        samples = self._scatter.samples
        x1, y1, x2, y2 = samples.boxes_xyxy[row].tolist()
        frame, number = int(samples.frames[row]), int(samples.numbers[row])
        return Side(
            name=str(number),
            number=number,
            frame_index=frame,
            key=CropKey.around(frame, (x1, y1, x2, y2)),
        )

    @Slot(int)
    def _on_point_pointed(self, row: int) -> None:
        if self._scatter is None:
            return
        samples = self._scatter.samples
        first = self._first if self._first is not None else row
        cosine = float(samples.embeddings[first] @ samples.embeddings[row])
        same = samples.track_ids[first] == samples.track_ids[row]
        self._panel.card.show_pair(
            (self._side(first), self._side(row)),
            [Figure(name=self.tr("cosine"), value=f"{cosine:.2f}")],
            words=self.tr(
                "A click goes to the box and keeps it as A; Ctrl+click selects its track as well."
            ),
            may_compare=not same,
        )
        self._ask_for_crops()

    @Slot(int, bool)
    def _on_point_chosen(self, row: int, additive: bool) -> None:
        """Go to the box and select its track; with Ctrl beside those chosen before."""
        if self._scatter is None:
            return
        samples = self._scatter.samples
        track_id = TrackId(int(samples.track_ids[row]))
        self._workbench.travel.to(int(samples.frames[row]))
        if not additive:
            self._first = row
            self._session.select(Selection((track_id,), BoxId(int(samples.box_ids[row]))))
            return
        before = [one for one in self._session.selection.track_ids if one != track_id]
        self._session.select_tracks((*before, track_id))
        self._panel.scatter.pointed.emit(row)

    @Slot(list, bool)
    def _on_lassoed(self, tracks: list[int], additive: bool) -> None:
        before = self._session.selection.track_ids if additive else ()
        new = tuple(TrackId(one) for one in tracks if TrackId(one) not in before)
        self._session.select_tracks((*before, *new))

    @Slot()
    def _compare(self) -> None:
        """Select the two tracks of the card and show them over time."""
        cell, row = self._panel.matrix.pointed_cell, self._panel.scatter.pointed_row
        if not self._panel.shows_points and cell is not None:
            self._on_cell_chosen(*cell)
        elif self._scatter is not None and row is not None and self._first is not None:
            tracks = self._scatter.samples.track_ids
            pair = (TrackId(int(tracks[self._first])), TrackId(int(tracks[row])))
            self._session.select_tracks(tuple(dict.fromkeys(pair)))
        self._panels.show("film")

    # Pictures

    @Slot()
    def _ask_for_crops(self) -> None:
        keys = [*self._panel.card.crop_keys()]
        if not self._panel.shows_points:
            keys += dict.fromkeys(self._panel.matrix.crop_keys())
        path = self._workbench.video_path()
        self._panel.set_crops(self._workbench.crops.ask(path, keys, for_whom=_ASKER))

    @Slot(object, object)
    def _on_crop_ready(self, key: CropKey, crop: ImageArray) -> None:
        self._panel.set_crops({key: crop})


def _compare(
    likeness: Likeness, projection: Projection
) -> Generator[Progress, None, tuple[Likeness, Scatter]]:
    yield Progress(done=0, total=1, message="Comparing tracks")
    return likeness, scatter(likeness.samples, projection)


def _lay_out(
    likeness: Likeness, projection: Projection
) -> Generator[Progress, None, tuple[None, Scatter]]:
    yield Progress(done=0, total=1, message="Laying out points")
    return None, scatter(likeness.samples, projection)
