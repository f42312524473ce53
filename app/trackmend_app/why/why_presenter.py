"""Keeps the panel "why did it match?" in step with frame, selection and edits."""

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.panels import Panels
from trackmend_app.why.association_view import AssociationView, Measure, figure
from trackmend_app.why.pair_card import Figure, Side
from trackmend_app.why.path_plot import TrackPath
from trackmend_app.why.replay_loader import ExplainedFrame, ReplayLoader
from trackmend_app.why.why_panel import WhyPanel
from trackmend_app.wording import say, say_composed
from trackmend_app.wording.shown_keys import with_keys
from trackmend_app.workbench import Workbench
from trackmend_core.errors import UserError
from trackmend_core.project import RunStatus
from trackmend_core.project.records import frame_number
from trackmend_core.types import ImageArray, Progress, RunId

SETTLE_MS = 120
_ASKER = "why"


class WhyPresenter(QObject):
    """Between the workbench and the panel; a hidden panel costs nothing."""

    def __init__(
        self,
        panel: WhyPanel,
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
        self._explained: ExplainedFrame | None = None
        self._explained_run: RunId | None = None
        self._view: AssociationView | None = None
        self.loader = ReplayLoader(workbench.session, parent=self)
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self.refresh)
        session = self._session
        session.frame_changed.connect(self._settled.start)
        session.tracks_changed.connect(self._on_tracks_changed)
        session.run_changed.connect(self._on_tracks_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.frame_changed.connect(panel.plot.set_frame)
        panel.view_changed.connect(self.refresh)
        panel.cell_pointed.connect(self._on_cell_pointed)
        panel.cell_chosen.connect(self._on_cell_chosen)
        panel.frame_requested.connect(workbench.travel.to)
        panel.compare_requested.connect(self._compare)
        panel.matrix.crops_wanted.connect(self._ask_for_crops)
        self.loader.frame_explained.connect(self._on_frame_explained)
        self.loader.path_found.connect(self._on_path_found)
        self.loader.progressed.connect(self._on_progressed)
        self.loader.failed.connect(self._on_failed)
        workbench.crops.crop_ready.connect(self._on_crop_ready)

    @property
    def view(self) -> AssociationView | None:
        """Return the association on show."""
        return self._view

    @Slot(bool)
    def set_shown(self, shown: bool) -> None:
        """Say whether the panel is visible."""
        self._is_shown = shown
        self._settled.start()

    def show(self) -> None:
        """Show the panel and give it the keyboard."""
        self._panels.show("why")
        self._panel.matrix.setFocus()

    @Slot()
    def refresh(self) -> None:
        """Ask for what the panel shows: the frame, or the track chosen last."""
        if not self._is_shown:
            return
        run = self._session.run
        if run is None:
            self._panel.say(
                with_keys(self.tr("Run the tracker (‹run_model›) to see why it matches."))
            )
            return
        if not self._panel.shows_track:
            told, here = self._explained, self._session.frame_index
            if told is not None and told.association.frame_index == here:
                self._show_frame()  # at once, then anew: edits may have given boxes away
            self.loader.ask_frame(here)
        elif chosen := self._session.selection.track_ids:
            self.loader.ask_track(chosen[-1])
        else:
            self._panel.say(self.tr("Select a track to see how it was decided over time."))

    @Slot()
    def _on_tracks_changed(self) -> None:
        """Look anew, but not at every step of a run that goes on: what is decided stays so."""
        run, told = self._session.run, self._explained
        grows = run is not None and run.status is RunStatus.RUNNING
        is_known = told is not None and told.association.frame_index == self._session.frame_index
        is_same_run = run is not None and run.run_id == self._explained_run
        if not (grows and is_known and is_same_run):
            self._settled.start()

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._panel.shows_track or self._panel.only_chosen:
            self._settled.start()

    @Slot(object)
    def _on_frame_explained(self, told: ExplainedFrame) -> None:
        self._explained = told
        run = self._session.run
        self._explained_run = run.run_id if run is not None else None
        if self._panel.shows_track or not self._is_shown:
            return
        self._show_frame()

    def _show_frame(self) -> None:
        if self._explained is None:
            return
        told = self._explained.association
        number = frame_number(told.frame_index)
        chosen = self._session.selection.track_ids if self._panel.only_chosen else ()
        view = AssociationView(told, owners=self._explained.owners, chosen=chosen)
        self._view = view
        if not view.rows or not view.columns:
            self._view = None
            self._panel.say(self._nothing_text(number))
            return
        measure = self._panel.measure
        self._panel.show_frame(
            number,
            view.content(measure),
            ends=view.ends(measure),
            limit=view.limit_text(measure),
        )
        cell = self._panel.matrix.pointed_cell
        if cell is not None:
            self._show_pair(*cell)
        else:
            self._panel.card.show_nothing(
                self.tr("Point at a cell to see the two pictures and what decided between them.")
            )
        self._ask_for_crops()

    def _nothing_text(self, number: int) -> str:
        told = self._explained.association if self._explained is not None else None
        if told is not None and len(told.detection_ids) and not len(told.tracker_ids):
            return self.tr("In frame {n} every track begins: there was nothing to match.").format(
                n=number
            )
        return self.tr("Nobody was detected in frame {n} above the threshold.").format(n=number)

    @Slot(object)
    def _on_path_found(self, path: TrackPath) -> None:
        if self._panel.shows_track and self._is_shown:
            self._panel.show_track(path)
            self._panel.plot.set_frame(self._session.frame_index)

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        if self._panel.shows_track and progress.total:
            share = round(100 * progress.done / progress.total)
            text = self.tr("Replaying the decisions of the run: {share} %…")
            self._panel.say(text.format(share=share))

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            self._workbench.failed.emit(error)
            return
        self._explained = self._view = None
        self._panel.say(f"{say_composed(str(error))} {say_composed(error.hint)}".strip())

    @Slot(int, int)
    def _on_cell_pointed(self, row: int, column: int) -> None:
        self._show_pair(row, column)

    def _show_pair(self, row: int, column: int) -> None:
        view = self._view
        if view is None or row >= len(view.rows) or column >= len(view.columns):
            return
        sides = self._sides(view, row, column)
        one, other = view.row_owner(row), view.column_owner(column)
        may_compare = one is not None and other is not None and one.track_id != other.track_id
        self._panel.card.show_pair(
            sides,
            _figures(view, row, column),
            words=view.verdict(row, column),
            may_compare=may_compare,
        )
        self._ask_for_crops()

    def _sides(self, view: AssociationView, row: int, column: int) -> tuple[Side, Side]:
        sides = []
        for owner, (frame, box) in (
            (view.row_owner(row), view.row_box(row)),
            (view.column_owner(column), view.column_box(column)),
        ):
            sides.append(
                Side(
                    name=str(owner.number) if owner is not None else "–",
                    number=owner.number if owner is not None else 0,
                    frame_index=frame,
                    key=CropKey.around(frame, box),
                )
            )
        return sides[0], sides[1]

    @Slot(int, int)
    def _on_cell_chosen(self, row: int, column: int) -> None:
        """Select the tracks of the cell, the one that got the detection last."""
        if self._view is None or self._panel.only_chosen:
            return  # there, another selection would take the cell away from under the pointer
        owners = (self._view.row_owner(row), self._view.column_owner(column))
        chosen = dict.fromkeys(owner.track_id for owner in owners if owner is not None)
        if chosen:
            self._session.select_tracks(tuple(chosen))

    @Slot()
    def _compare(self) -> None:
        cell = self._panel.matrix.pointed_cell
        if cell is not None:
            self._on_cell_chosen(*cell)
            self._panels.show("film")

    @Slot()
    def _ask_for_crops(self) -> None:
        keys = [*self._panel.card.crop_keys(), *self._panel.matrix.crop_keys()]
        path = self._workbench.video_path()
        self._panel.set_crops(self._workbench.crops.ask(path, keys, for_whom=_ASKER))

    @Slot(object, object)
    def _on_crop_ready(self, key: CropKey, crop: ImageArray) -> None:
        self._panel.set_crops({key: crop})


def _figures(view: AssociationView, row: int, column: int) -> list[Figure]:
    """Return every figure of a cell with the limit it is held against."""
    told, values = view.association, {m: view.values(m)[row, column] for m in Measure}
    lines = [
        Figure(
            name=say("cosine"),
            value=figure(Measure.COSINE, float(values[Measure.COSINE])),
        )
    ]
    cost = float(values[Measure.COST])
    gate = float(told.gate_distances[view.rows[row], view.columns[column]])
    overlap = float(values[Measure.OVERLAP])
    lines.append(
        Figure(
            name=say("cost"),
            value=figure(Measure.COST, cost),
            limit=f"≤ {told.appearance_cost_max:.2f}",
            fits=bool(np.isfinite(cost) and cost < told.appearance_cost_max),
        )
    )
    lines.append(
        Figure(
            name=say("motion"),
            value=figure(Measure.GATE, gate),
            limit=f"≤ {told.gate:.1f}",
            fits=gate <= told.gate,
        )
    )
    least = told.overlap_min if told.confirmed[view.rows[row]] else told.newborn_overlap_min
    lines.append(
        Figure(
            name=say("overlap"),
            value=figure(Measure.OVERLAP, overlap),
            limit=f"≥ {least:.2f}",
            fits=bool(overlap > least),
        )
    )
    return lines
