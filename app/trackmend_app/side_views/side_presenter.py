"""Keeps one side view on its frame: in step with the session, or on its own."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot

from trackmend_app.jobs.frame_loader import FrameLoader
from trackmend_app.side_views.link import Pace, same_time
from trackmend_app.side_views.side_view import SideView
from trackmend_app.workbench import Workbench
from trackmend_core.errors import UserError
from trackmend_core.project import RunRecord, VideoRecord
from trackmend_core.types import ImageArray, TrackId, VideoId


class SidePresenter(QObject):
    """Between the session and one side view; reads frames in a thread of its own."""

    def __init__(
        self,
        view: SideView,
        *,
        workbench: Workbench,
        video: VideoRecord,
        offset: int,
        visible: Mapping[str, bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.view = view
        self._workbench = workbench
        self._session = workbench.session
        self._loader = FrameLoader(
            workbench.frames, glimpses=workbench.glimpses, way=workbench.way, parent=self
        )
        self._video = video
        self._run: RunRecord | None = None
        self._offset: int | None = offset
        self._frame_index = 0
        self._shown_frame = -1
        self.set_visible(visible)
        self._listen()
        self._show_video(video)

    def _listen(self) -> None:
        session, view = self._session, self.view
        session.frame_changed.connect(self._on_frame_changed)
        session.tracks_changed.connect(self._on_tracks_changed)
        session.selection_changed.connect(self._show_selection)
        self._loader.video_opened.connect(lambda _video: self._loader.request(self._frame_index))
        self._loader.open_failed.connect(self._on_video_lost)
        self._loader.frame_ready.connect(self._on_frame_ready)
        self._loader.near_ready.connect(self._on_near_ready)
        view.step_asked.connect(self.step)
        view.frame_asked.connect(self.go_to)
        view.link_asked.connect(self.set_linked)
        view.video_asked.connect(self._on_video_asked)
        view.go_asked.connect(self.take_main_here)
        view.canvas.box_clicked.connect(self._on_box_clicked)

    @property
    def frame_index(self) -> int:
        """Return the frame that this view is on."""
        return self._frame_index

    @property
    def shown_frame(self) -> int:
        """Return the frame on its canvas, -1 before any."""
        return self._shown_frame

    @property
    def offset(self) -> int | None:
        """Return how many frames it stays from the main view; None when it is not linked."""
        return self._offset

    @property
    def video_id(self) -> VideoId:
        """Return the video that this view shows."""
        return self._video.video_id

    def set_linked(self, linked: bool) -> None:
        """Keep the present distance from the main view, or stay on this frame."""
        self._offset = self._frame_index - self._beside_main() if linked else None
        self.view.show_link(self._offset)

    def step(self, frames: int) -> None:
        """Go so many frames on, or back; a linked view keeps the new distance."""
        self.go_to(self._frame_index + frames)

    def go_to(self, frame_index: int) -> None:
        """Show another frame; a linked view keeps the new distance."""
        self._to(frame_index)
        if self._offset is not None:
            self.set_linked(True)

    def set_visible(self, visible: Mapping[str, bool]) -> None:
        """Show or hide boxes and scores as in the main view; there are no trails here."""
        self.view.canvas.set_visibility(
            boxes=visible["boxes"], trails=False, confidence=visible["confidence"]
        )

    @Slot()
    def take_main_here(self) -> None:
        """Let the main view show this video and frame."""
        session = self._session
        frame_index = self._frame_index
        if session.video is None or session.video.video_id != self._video.video_id:
            session.show_video(self._video.video_id)
        self._workbench.travel.to(frame_index)

    def refresh_videos(self) -> None:
        """Offer the videos that the project has now."""
        videos = self._session.required_project().videos()
        names = [(int(one.video_id), one.name) for one in videos]
        self.view.show_videos(names, int(self._video.video_id))

    def shut_down(self) -> None:
        """End the reading thread."""
        self._loader.shut_down()

    def _show_video(self, video: VideoRecord) -> None:
        project = self._session.required_project()
        self._video, self._shown_frame = video, -1
        self._run = project.active_run(video.video_id)
        self.refresh_videos()
        self.view.canvas.set_frame(None, 0)
        self._to(self._beside_main() + (self._offset or 0))
        self.view.show_link(self._offset)
        try:
            self._loader.open(project.locate_video(video.video_id))
        except UserError as error:
            self._loader.close_video()
            self._on_video_lost(error)

    def _to(self, frame_index: int) -> None:
        pace = self._pace(self._video)
        self._frame_index = pace.bounded(frame_index)
        self.view.show_place(self._frame_index, pace.frame_count)
        if self._frame_index != self._shown_frame:
            self._loader.request(self._frame_index)

    def _beside_main(self) -> int:
        """Return the frame of this video at the time of the main view."""
        main = self._session.video
        if main is None:
            return self._frame_index
        return same_time(
            self._session.frame_index, main=self._pace(main), view=self._pace(self._video)
        )

    def _pace(self, video: VideoRecord) -> Pace:
        return Pace(frame_count=video.frame_count, frame_rate=video.frame_rate)

    @Slot(int)
    def _on_frame_changed(self, _frame_index: int) -> None:
        if self._offset is not None and self._session.project is not None:
            self._to(self._beside_main() + self._offset)

    @Slot()
    def _on_tracks_changed(self) -> None:
        project = self._session.project
        if project is not None:
            self._run = project.active_run(self._video.video_id)
            self._show_boxes()

    @Slot(int)
    def _on_video_asked(self, video_id: int) -> None:
        videos = self._session.required_project().videos()
        self._offset = None if self._offset is None else 0
        self._show_video(next(video for video in videos if video.video_id == video_id))

    @Slot(object)
    def _on_video_lost(self, error: Exception) -> None:
        hint = error.hint if isinstance(error, UserError) else ""
        self.view.canvas.set_empty_text(str(error), hint)

    @Slot(int, object)
    def _on_frame_ready(self, frame_index: int, image: ImageArray) -> None:
        self._show(frame_index, image)

    @Slot(int, object)
    def _on_near_ready(self, frame_index: int, image: ImageArray) -> None:
        if self._shown_frame != self._frame_index:
            self._show(frame_index, image)

    def _show(self, frame_index: int, image: ImageArray) -> None:
        self._shown_frame = frame_index
        self.view.canvas.set_frame(image, frame_index)
        near = self.tr("near frame {number}").format(number=self._frame_index + 1)
        self.view.canvas.set_stand_in("" if frame_index == self._frame_index else near)
        self._show_boxes()

    def _show_boxes(self) -> None:
        project = self._session.project
        if project is None or self._run is None or self._shown_frame < 0:
            self.view.canvas.set_boxes([])
            return
        boxes = project.boxes_in_frame(self._run.run_id, self._shown_frame)
        self.view.canvas.set_boxes(boxes)
        self._show_selection()

    @Slot()
    def _show_selection(self) -> None:
        tracks = self._session.selection.track_ids if self._is_run_of_session() else ()
        self.view.canvas.set_selection(tracks)

    def _is_run_of_session(self) -> bool:
        run = self._session.run
        return run is not None and self._run is not None and run.run_id == self._run.run_id

    @Slot(int, int, bool)
    def _on_box_clicked(self, _box_id: int, track_id: int, additive: bool) -> None:
        self.view.used.emit()
        if self._is_run_of_session():
            self._workbench.corrections.pick(TrackId(track_id), None, additive=additive)
        else:
            self._workbench.said.emit(
                self.tr("This is another video: ‹go_to_view› takes the main view there")
            )
