"""Keeps the filmstrip in step with the selection."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Slot

from trackmend_app.filmstrip.film_panel import FilmPanel
from trackmend_app.filmstrip.film_picks import (
    SAMPLES,
    Choice,
    Pair,
    chosen_boxes,
    evenly,
    likeness_to_mean,
    paired,
)
from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.session import Selection
from trackmend_app.workbench import Workbench
from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxId, DetectionId, FloatArray, ImageArray, TrackId

SETTLE_MS = 150


class FilmPresenter(QObject):
    """Between the workbench and the panel; a hidden panel costs nothing."""

    def __init__(
        self, panel: FilmPanel, *, workbench: Workbench, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._workbench = workbench
        self._session = workbench.session
        self._is_shown = False
        self._told: tuple[object, ...] = ()
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self.refresh)
        for signal in (
            self._session.selection_changed,
            self._session.tracks_changed,
            panel.choice_changed,
        ):
            signal.connect(self._settled.start)
        panel.box_chosen.connect(self._on_box_chosen)
        workbench.crops.crop_ready.connect(self._on_crop_ready)

    @Slot(bool)
    def set_shown(self, shown: bool) -> None:
        """Say whether the panel is visible."""
        self._is_shown = shown
        self._settled.start()

    @Slot()
    def refresh(self) -> None:
        """Show the selected track, or the two chosen last."""
        chosen = self._session.selection.track_ids[-2:]
        if not self._is_shown:
            return
        summaries = tuple(self._session.track(track_id) for track_id in chosen)
        told = (*summaries, self._panel.choice)
        if told == self._told:
            return
        self._told = told
        if not chosen:
            self._panel.show_nothing()
        elif len(chosen) == 1:
            self._show_track(chosen[0])
        else:
            self._show_pair(*chosen)
            QTimer.singleShot(0, self, self._scroll)
        keys = [cell.key for cell in self._panel.cells]
        self._panel.set_crops(
            self._workbench.crops.ask(self._workbench.video_path(), keys, for_whom="film")
        )

    def _show_track(self, track_id: TrackId) -> None:
        boxes = self._session.required_project().boxes_of_track(track_id)
        if not boxes:
            self._panel.show_nothing()
            return
        likeness = self._likeness(boxes) if self._panel.choice is not Choice.EVEN else {}
        picked = chosen_boxes(boxes, self._panel.choice, likeness)
        self._panel.show_track(boxes[0].number, picked, likeness)

    def _show_pair(self, a: TrackId, b: TrackId) -> None:
        project = self._session.required_project()
        left, right = project.boxes_of_track(a), project.boxes_of_track(b)
        if left and right:
            pairs = self._with_similarity(paired(left, right))
            self._panel.show_pairs(left[0].number, right[0].number, pairs)

    @Slot()
    def _scroll(self) -> None:
        """Show the two where the person stands: often one of them begins long after the other."""
        self._panel.scroll_to(self._session.frame_index)

    def _likeness(self, boxes: Sequence[BoxRecord]) -> Mapping[BoxId, float]:
        known = [box for box in boxes if box.detection_id is not None]
        sampled = evenly(known, SAMPLES) if known else []
        vectors = self._embeddings(sampled)
        if not len(vectors):
            return {}
        alike = likeness_to_mean(vectors)
        return {box.box_id: float(one) for box, one in zip(sampled, alike, strict=True)}

    def _with_similarity(self, pairs: Sequence[Pair]) -> list[Pair]:
        both = [
            (row, pair.a, pair.b)
            for row, pair in enumerate(pairs)
            if pair.a and pair.b and pair.a.detection_id and pair.b.detection_id
        ]
        left = self._embeddings([a for _, a, _ in both])
        right = self._embeddings([b for _, _, b in both])
        found = list(pairs)
        for (row, _, _), one, other in zip(both, left, right, strict=True):
            if one.shape == other.shape:
                found[row] = replace(found[row], similarity=float(one @ other))
        return found

    def _embeddings(self, boxes: Sequence[BoxRecord]) -> FloatArray:
        wanted = [DetectionId(box.detection_id) for box in boxes if box.detection_id is not None]
        return self._session.required_project().embeddings(wanted)

    @Slot(object)
    def _on_box_chosen(self, box: BoxRecord) -> None:
        self._workbench.travel.to(box.frame_index)
        kept = self._session.selection.track_ids
        if box.track_id not in kept:
            self._session.select(Selection((box.track_id,), box.box_id))

    @Slot(object, object)
    def _on_crop_ready(self, key: CropKey, crop: ImageArray) -> None:
        self._panel.set_crops({key: crop})
