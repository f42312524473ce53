"""Keeps overlay and panel in step with the similarity that was found."""

import numpy as np
from PySide6.QtCore import QObject, Slot

from trackmend_app.canvas_presenter import CanvasPresenter
from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.model_shelf import choices
from trackmend_app.similarity.control import ReadingChoice
from trackmend_app.similarity.moment_finder import MomentFinder
from trackmend_app.similarity.panel import SimilarityPanel
from trackmend_app.similarity.query import SimilarityQuery
from trackmend_app.similarity.question import SimilarityAnswer, Stage
from trackmend_app.tool_bar import clock_text
from trackmend_app.workbench import Workbench
from trackmend_core.review.where_else import Moment
from trackmend_core.types import FloatArray, ImageArray

_ASKER, _OF_QUERY = "where else", "what is looked for"


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
        self._workbench = workbench
        self._session = workbench.session
        self._control = workbench.similarity
        self._canvas = canvas
        self._vector: FloatArray | None = None
        self._query_key: CropKey | None = None
        self.finder = MomentFinder(workbench.session, parent=self)
        self._control.map_changed.connect(canvas.show_overlay)
        self._control.neighbour_found.connect(self._on_neighbour_found)
        self._control.busy.connect(self._on_busy)
        self._control.query_changed.connect(self._on_query_changed)
        self._control.readings_changed.connect(self._on_readings_changed)
        self._session.frame_changed.connect(self._on_frame_changed)
        self._session.video_changed.connect(self._on_frame_changed)
        self._session.run_changed.connect(self._list_models)
        panel.readings_chosen.connect(self._on_readings_chosen)
        panel.offsets_chosen.connect(self._control.set_offsets)
        panel.frame_requested.connect(self._session.go_to)
        panel.page_changed.connect(self._look_elsewhere)
        panel.others_only_changed.connect(self._look_elsewhere)
        panel.moment_chosen.connect(self._on_moment_chosen)
        canvas.frame_shown.connect(self._control.show_again)
        self.finder.found.connect(self._on_moments_found)
        self.finder.failed.connect(workbench.failed)
        workbench.crops.crop_ready.connect(self._on_crop_ready)

    @Slot(object)
    def _on_query_changed(self, query: SimilarityQuery | None) -> None:
        self._vector = None
        if query is not None and query.is_place:
            self._panel.set_place(query.frame_index, self._query_crop(query))
        else:
            number = query.number if query is not None else None
            self._panel.set_query(number, self._query_crop(query))
        if query is not None and query.detection_id is not None:
            stored = self._session.required_project().embedding(query.detection_id)
            self._vector = stored if np.linalg.norm(stored) > 0 else None
        self._ask_for_query(query)
        self._look_elsewhere()

    def _ask_for_query(self, query: SimilarityQuery | None) -> None:
        """Have the picture of what was seen in another frame made."""
        self._query_key = None
        if query is None or query.frame_index == self._canvas.shown_frame:
            return
        self._query_key = CropKey.around(query.frame_index, query.box_xyxy)
        crops, path = self._workbench.crops, self._workbench.video_path()
        for crop in crops.ask(path, [self._query_key], for_whom=_OF_QUERY).values():
            self._panel.set_query_picture(crop)

    def _query_crop(self, query: SimilarityQuery | None) -> ImageArray | None:
        """Return the picture of what is looked for, while its frame is on the canvas."""
        image = self._canvas.shown_image
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

    @Slot()
    def _list_models(self) -> None:
        project = self._session.project
        if project is not None:
            run_model = self._control.run_model_path()
            self._panel.set_models(choices(project), run_model=run_model)

    @Slot()
    def _on_readings_chosen(self) -> None:
        self._control.set_readings(
            [
                ReadingChoice(model_path=path, sampler=sampler)
                for path, sampler in self._panel.readings
            ]
        )

    @Slot()
    def _on_readings_changed(self) -> None:
        self._panel.maps.forget()  # two ways of reading must not stand side by side unsaid
        self._panel.show_readings([(one.model_path, one.sampler) for one in self._control.readings])
        self._on_frame_changed()

    @Slot(object)
    def _on_neighbour_found(self, answer: SimilarityAnswer) -> None:
        self._panel.add_map(
            answer.frame_index, answer.image_bgr, answer.similarity, side=answer.side
        )
        of_the_run = self._control.readings[0].model_path is None
        if self._vector is None and answer.side == 0 and of_the_run:
            self._vector = answer.query
            self._look_elsewhere()

    @Slot(object, int)
    def _on_busy(self, stage: Stage, frame_index: int) -> None:
        if stage is Stage.LOADING:
            self._panel.maps.say_busy(self.tr("loading the network…"))
        else:
            self._panel.maps.say_busy(self.tr("reading the frame…"), frame_index)

    @Slot()
    def _look_elsewhere(self) -> None:
        """Look through the whole video while that page is on show."""
        query = self._control.query
        if query is None or not self._panel.shows_moments:
            return
        if self._vector is None:
            self._panel.moments.say(self.tr("Waiting for the model to read this place…"))
            return
        without = query.track_id if self._panel.moments.others_box.isChecked() else None
        self._panel.moments.others_box.setEnabled(not query.is_place)
        self.finder.ask(self._vector, without=without)

    @Slot(object)
    def _on_moments_found(self, moments: list[Moment]) -> None:
        if self._control.query is None:
            return
        if not moments:
            self._panel.moments.say(self.tr("Nothing else in this run can be compared with it."))
            return
        self._panel.moments.show_moments([(one, self._time(one.frame_index)) for one in moments])
        keys = [cell.key for cell in self._panel.moments.cells]
        path = self._workbench.video_path()
        self._panel.set_crops(self._workbench.crops.ask(path, keys, for_whom=_ASKER))

    def _time(self, frame_index: int) -> str:
        opened, video = self._workbench.opened_video, self._session.video
        if opened is not None and frame_index < len(opened.timestamps_s):
            return clock_text(float(opened.timestamps_s[frame_index]))
        return clock_text(frame_index / video.frame_rate) if video is not None else ""

    @Slot(object)
    def _on_moment_chosen(self, moment: Moment) -> None:
        """Go there; what is looked for stays, so that one can come back and compare."""
        self._workbench.travel.to(moment.frame_index)
        query, other = self._control.query, moment.track_id
        if query is None or query.track_id is None or other == query.track_id:
            return
        if other is not None:
            # The track that is looked for stays chosen last: it is whom the map is about.
            self._session.select_tracks((other, query.track_id))

    @Slot(object, object)
    def _on_crop_ready(self, key: CropKey, crop: ImageArray) -> None:
        self._panel.set_crops({key: crop})
        if key == self._query_key:
            self._panel.set_query_picture(crop)
