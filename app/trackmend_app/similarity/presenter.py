"""Keeps overlay and panel in step with the similarity that was found."""

from PySide6.QtCore import QObject, Slot

from trackmend_app.canvas_presenter import CanvasPresenter
from trackmend_app.similarity.panel import SimilarityPanel
from trackmend_app.similarity.worker import SimilarityAnswer
from trackmend_app.workbench import Workbench
from trackmend_core.types import ImageArray


class SimilarityPresenter(QObject):
    """Between the similarity control and the two places that show what it found."""

    def __init__(
        self,
        panel: SimilarityPanel,
        *,
        workbench: Workbench,
        canvas: CanvasPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._session = workbench.session
        self._control = workbench.similarity
        self._canvas = canvas
        self._control.map_changed.connect(canvas.show_overlay)
        self._control.neighbour_found.connect(self._on_neighbour_found)
        self._control.query_changed.connect(self._on_query_changed)
        self._session.frame_changed.connect(self._on_frame_changed)
        self._session.video_changed.connect(self._on_frame_changed)
        self._control.sampler_changed.connect(panel.set_sampler)
        panel.sampler_chosen.connect(self._control.set_sampler)
        panel.frame_requested.connect(self._session.go_to)
        canvas.frame_shown.connect(self._control.show_again)

    @Slot(object)
    def _on_query_changed(self, number: int | None) -> None:
        self._panel.set_query(number, self._query_crop())

    def _query_crop(self) -> ImageArray | None:
        """Return the picture of the box that is looked for, while its frame is on the canvas."""
        query, image = self._control.query, self._canvas.shown_image
        if query is None or image is None or query.frame_index != self._canvas.shown_frame:
            return None
        x1, y1, x2, y2 = (max(0, round(value)) for value in query.box_xyxy)
        crop = image[y1:y2, x1:x2]
        return crop.copy() if crop.size else None

    @Slot()
    def _on_frame_changed(self) -> None:
        video = self._session.video
        count = video.frame_count if video is not None else 0
        self._panel.set_current_frame(self._session.frame_index, count)

    @Slot(object)
    def _on_neighbour_found(self, answer: SimilarityAnswer) -> None:
        self._panel.add_map(answer.frame_index, answer.image_bgr, answer.similarity)
