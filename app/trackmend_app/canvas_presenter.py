"""Keeps the canvas in step with the session: frames come when read, boxes belong to that frame."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.canvas import CanvasMode, VideoCanvas
from trackmend_app.corrections import Corrections
from trackmend_app.jobs.frame_loader import FrameLoader
from trackmend_app.session import Selection, Session
from trackmend_app.situation import Mode
from trackmend_app.trails import Trails, keep_trail_frames, kept_trail_frames, next_length
from trackmend_core.types import BoxId, FloatArray, ImageArray, TrackId

FOLLOWED_ZOOM = 2.5
"""A picture that is shown whole is enlarged so much to follow a track in it."""

STALE_MS = 50
"""After so long a frame that is not the current one is marked as such."""


class CanvasPresenter(QObject):
    """Between the session and the canvas.

    Signals:
        frame_shown(frame_index): after a frame and its boxes are on the canvas.
        said(sentence).
        visibility_changed(dict): whether "boxes", "trails" and "confidence" are shown.
        following_changed(follows): a track is kept in the middle, or none any more.
    """

    frame_shown = Signal(int)
    said = Signal(str)
    following_changed = Signal(bool)
    visibility_changed = Signal(object)

    def __init__(
        self,
        canvas: VideoCanvas,
        *,
        session: Session,
        corrections: Corrections,
        loader: FrameLoader,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._session = session
        self._corrections = corrections
        self._loader = loader
        self._trails = Trails(kept_trail_frames())
        self._shown_frame = -1
        self._overlay_frame = -1
        self._shown_image: ImageArray | None = None
        self._followed: TrackId | None = None
        self._visible = {"boxes": True, "trails": True, "confidence": False}
        self._stale = QTimer(self, singleShot=True, interval=STALE_MS)
        self._stale.timeout.connect(self._mark_stand_in)
        session.frame_changed.connect(loader.request)
        session.frame_changed.connect(self._stale.start)
        session.video_changed.connect(self._on_video_changed)
        session.tracks_changed.connect(self._on_tracks_changed)
        session.selection_changed.connect(self._on_selection_changed)
        loader.frame_ready.connect(self._on_frame_ready)
        loader.near_ready.connect(self._on_near_ready)
        corrections.mode_changed.connect(self._on_mode_changed)
        self._listen_to_canvas()
        self._apply_visibility()

    def _listen_to_canvas(self) -> None:
        canvas = self._canvas
        canvas.box_clicked.connect(self._on_box_clicked)
        canvas.point_hovered.connect(self._on_point_hovered)
        canvas.empty_clicked.connect(self._on_empty_clicked)
        canvas.box_edited.connect(self._on_box_edited)
        canvas.box_drawn.connect(self._on_box_drawn)
        canvas.draw_cancelled.connect(self._corrections.leave)
        canvas.zoomed_to_rectangle.connect(self._on_zoomed_to_rectangle)
        canvas.lassoed.connect(self._on_lassoed)
        canvas.follow_requested.connect(self._on_follow_requested)

    @property
    def shown_frame(self) -> int:
        """Return the frame on the canvas, -1 before any; it may lag behind the session's."""
        return self._shown_frame

    @property
    def shown_image(self) -> ImageArray | None:
        """Return the frame on the canvas, BGR, not to be written to."""
        return self._shown_image

    def choose_for_menu(self, box_id: int) -> None:
        """Select the box that a menu was asked for, unless it is selected with others already."""
        boxes = self._session.boxes_at(self._shown_frame)
        box = next((box for box in boxes if box.box_id == box_id), None)
        if box is not None and box.track_id not in self._session.selection.track_ids:
            self._session.select(Selection((box.track_id,), box.box_id))

    def set_visible(self, what: str, visible: bool) -> None:
        """Show or hide "boxes", "trails" or "confidence"."""
        self._visible[what] = visible
        self._apply_visibility()
        self._refresh_trails()
        self.visibility_changed.emit(dict(self._visible))

    def change_trails(self, step: int) -> None:
        """Draw longer (1) or shorter (-1) trails, and show them."""
        frames = next_length(self._trails.frames, step)
        self._trails.frames = frames
        keep_trail_frames(frames)
        self.said.emit(self.tr("Trails go back {count} frames").format(count=frames))
        self._refresh_trails()

    def _apply_visibility(self) -> None:
        self._canvas.set_visibility(
            boxes=self._visible["boxes"],
            trails=self._visible["trails"],
            confidence=self._visible["confidence"],
        )

    @Slot()
    def _on_video_changed(self) -> None:
        self._shown_frame = -1
        self._shown_image = None
        self._overlay_frame = -1
        self._canvas.set_frame(None, 0)
        self._canvas.set_boxes([])
        self._canvas.set_trails({})
        self._canvas.set_overlay(None)
        self._canvas.set_stand_in("")

    @Slot(int, object)
    def _on_frame_ready(self, frame_index: int, image: ImageArray) -> None:
        self._show(frame_index, image)
        if frame_index == self._session.frame_index:
            self._canvas.set_stand_in("")
        elif self._canvas.stands_in:
            self._mark_stand_in()
        self._keep_in_the_middle()
        self.frame_shown.emit(frame_index)

    @Slot(int, object)
    def _on_near_ready(self, frame_index: int, image: ImageArray) -> None:
        """Show a near frame, marked as such, until the wanted one has been read."""
        if self._shown_frame != self._session.frame_index:
            self._show(frame_index, image)
            self._mark_stand_in()

    @Slot()
    def _mark_stand_in(self) -> None:
        shown, wanted = self._shown_frame, self._session.frame_index
        if shown in (-1, wanted):
            return
        text = self.tr("Frame {shown} · frame {wanted} is being read…")
        self._canvas.set_stand_in(text.format(shown=shown + 1, wanted=wanted + 1))

    def _show(self, frame_index: int, image: ImageArray) -> None:
        self._shown_frame = frame_index
        self._shown_image = image
        if self._overlay_frame not in (-1, frame_index):
            self._overlay_frame = -1
            self._canvas.set_overlay(None)
        self._canvas.set_frame(image, frame_index)
        self._refresh_boxes()

    def _keep_in_the_middle(self) -> None:
        """Move the picture so that the followed track stays where the eye is."""
        if self._followed is None:
            return
        for box in self._session.boxes_at(self._shown_frame):
            if box.track_id == self._followed:
                x1, y1, x2, y2 = box.box_xyxy
                self._canvas.centre_on((x1 + x2) / 2, (y1 + y2) / 2)

    def set_following(self, follows: bool) -> None:
        """Keep the selected track in the middle of the view, or let it go."""
        chosen = self._session.selection.track_ids
        if not follows or not chosen:
            self._follow(None)
            return
        if self._canvas.is_fitted:
            self._canvas.set_zoom(FOLLOWED_ZOOM * self._canvas.zoom)
        self._follow(chosen[-1])
        self._keep_in_the_middle()

    def _follow(self, track_id: TrackId | None) -> None:
        if track_id == self._followed:
            return
        self._followed = track_id
        if track_id is not None:
            self.said.emit(self.tr("The picture follows this track · Esc lets it go"))
        self.following_changed.emit(track_id is not None)

    @Slot(int)
    def _on_follow_requested(self, track_id: int) -> None:
        self._follow(TrackId(track_id))

    @Slot(object, int)
    def show_overlay(self, similarity: FloatArray | None, frame_index: int) -> None:
        """Lay a similarity map over its frame; one for another frame is late and dropped."""
        if similarity is not None and frame_index != self._shown_frame:
            return
        self._overlay_frame = frame_index if similarity is not None else -1
        self._canvas.set_overlay(similarity)

    @Slot()
    def _on_tracks_changed(self) -> None:
        self._trails.forget(self._session.touched_frames)
        if self._shown_frame >= 0:
            self._refresh_boxes()

    def _refresh_boxes(self) -> None:
        self._canvas.set_boxes(self._session.boxes_at(self._shown_frame))
        self._on_selection_changed()
        self._refresh_trails()

    def _refresh_trails(self) -> None:
        run = self._session.run
        if not self._visible["trails"] or run is None or self._shown_frame < 0:
            return
        trails, numbers = self._trails.until(
            self._session.required_project(), run.run_id, self._shown_frame
        )
        self._canvas.set_trails(trails, numbers)

    @Slot()
    def _on_selection_changed(self) -> None:
        selection = self._session.selection
        if self._followed not in selection.track_ids:
            self._follow(None)
        self._canvas.set_selection(selection.track_ids, selection.box_id)

    @Slot()
    def _on_zoomed_to_rectangle(self) -> None:
        if self._corrections.mode is Mode.ZOOM:
            self._corrections.leave()

    @Slot(object)
    def _on_mode_changed(self, mode: Mode) -> None:
        modes = {
            Mode.NEW_BOX: CanvasMode.DRAW_BOX,
            Mode.ZOOM: CanvasMode.ZOOM,
            Mode.LASSO: CanvasMode.LASSO,
        }
        self._canvas.set_mode(modes.get(mode, CanvasMode.SELECT))

    @Slot(int, int, bool)
    def _on_box_clicked(self, box_id: int, track_id: int, additive: bool) -> None:
        self._corrections.pick(TrackId(track_id), BoxId(box_id), additive=additive)

    @Slot(float, float)
    def _on_point_hovered(self, x: float, y: float) -> None:
        """In the swap mode, tell whom a click here would mean: the smallest box under it."""
        if self._corrections.mode is not Mode.SWAP:
            return
        under = [
            ((x2 - x1) * (y2 - y1), box.track_id)
            for box in self._session.boxes_at(self._shown_frame)
            for x1, y1, x2, y2 in (box.box_xyxy,)
            if x1 <= x <= x2 and y1 <= y <= y2 and box.track_id >= 0
        ]
        self._corrections.consider(min(under)[1] if under else None)

    @Slot()
    def _on_empty_clicked(self) -> None:
        if self._corrections.mode is Mode.REVIEW:
            self._session.select(Selection())

    @Slot(list, bool)
    def _on_lassoed(self, track_ids: list[TrackId], additive: bool) -> None:
        before = self._session.selection.track_ids if additive else ()
        new = tuple(track for track in track_ids if track not in before and track >= 0)
        if self._corrections.mode is Mode.LASSO:
            self._corrections.leave()
        self._session.select_tracks((*before, *new))

    @Slot(int, float, float, float, float)
    def _on_box_edited(self, box_id: int, x1: float, y1: float, x2: float, y2: float) -> None:
        self._corrections.move_box(BoxId(box_id), (x1, y1, x2, y2))
        self._refresh_boxes()

    @Slot(float, float, float, float)
    def _on_box_drawn(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self._corrections.add_box((x1, y1, x2, y2))
