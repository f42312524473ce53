"""The widget that shows every track over time and takes people to a frame, a track or a range."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QToolTip, QWidget

from trackmend_app.canvas.canvas_painter import paint_focus_frame
from trackmend_app.ghosts import GhostStretch
from trackmend_app.theme import current_theme
from trackmend_app.timeline.after_painter import AfterStretch
from trackmend_app.timeline.header_painter import tracks_per_frame
from trackmend_app.timeline.lane_layout import LaneLayout
from trackmend_app.timeline.lane_order import pinned_on_top
from trackmend_app.timeline.lane_picture import LaneDetails
from trackmend_app.timeline.time_scroll_area import TimeScrollArea
from trackmend_app.timeline.timeline_keys import TimelineKeys
from trackmend_app.timeline.timeline_painter import (
    HEADER_PX,
    LaneDrag,
    Regions,
    TimelineContent,
    describe_place,
    lasting_picture,
    paint_moving,
)
from trackmend_app.timeline.timeline_pointer import TimelinePointer
from trackmend_core.project import TrackSummary, VerifiedStretch
from trackmend_core.types import FloatArray, TrackId


class TimelineView(TimeScrollArea):
    """Shows lanes over frames; knows no project.

    Signals:
        frame_requested(frame_index): a person wants to see this frame.
        track_clicked(track_id, additive): a lane was chosen; additive with Ctrl.
        range_selected(first, last): frames were chosen with Shift held, both included.
        merge_considered(dragged, target): a lane is held over another; answer by `set_drag_note`.
        merge_asked(dragged, target): it was let go there.
        track_activated(track_id): the id of a lane was double-clicked.
        menu_requested(track_id, position): a menu is wanted there; -1 where no lane is.
        lanes_shown(track_ids): these lanes are in view now (to load `set_lane_details` for).
    """

    frame_requested = Signal(int)
    track_clicked = Signal(int, bool)
    range_selected = Signal(int, int)
    merge_considered = Signal(int, int)
    merge_asked = Signal(int, int)
    track_activated = Signal(int)
    menu_requested = Signal(int, QPoint)
    lanes_shown = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = TimelineContent()
        self._rows: dict[TrackId, int] = {}
        self._lasting: QPixmap | None = None
        self._shown: list[TrackId] = []
        self._hover_x: float | None = None
        self._pointer = TimelinePointer(self)
        self._keys = TimelineKeys(self, self._pointer)
        self._focus_came_by_key = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setMinimumHeight(int(HEADER_PX) + 60)
        self.setAccessibleName(self.tr("Timeline"))
        self.setAccessibleDescription(
            self.tr(
                "One lane per track. Click to go to a frame, wheel to zoom, Shift+drag for a range."
            )
        )

    # What is shown

    def set_awaits_run(self, awaits: bool) -> None:
        """Say whether a model is about to find tracks."""
        self._content.awaits_run = awaits
        self.forget_picture()

    def set_video(self, frame_count: int, frame_rate: float) -> None:
        """Show the time of a video, all of it."""
        self._content.frame_count, self._content.frame_rate = max(0, frame_count), frame_rate
        self._content.current_frame, self._content.frames = 0, None
        self._axis = replace(self._axis, frame_count=self._content.frame_count).fitted()
        self._count_tracks()
        self.forget_picture()

    def set_tracks(
        self,
        tracks: Sequence[TrackSummary],
        *,
        all_tracks: Sequence[TrackSummary] | None = None,
        groups: Mapping[int, str] | None = None,
        pinned: frozenset[TrackId] = frozenset(),
    ) -> None:
        """Show one lane per track, in this order.

        Args:
            tracks: of the lanes.
            all_tracks: counted in the overview, also those without a lane.
            groups: row to the name of the group that begins there.
            pinned: lanes that are kept on top.
        """
        counted = [track.spans for track in self._content.all_tracks]
        self._content.tracks = list(tracks)
        self._content.all_tracks = list(tracks if all_tracks is None else all_tracks)
        self._content.groups, self._content.pinned = groups or {}, pinned
        self._rows = {track.track_id: row for row, track in enumerate(self._content.tracks)}
        if [track.spans for track in self._content.all_tracks] != counted:
            self._count_tracks()
        self._lay_out()
        self.forget_picture()

    def set_drag(self, drag: LaneDrag | None) -> None:
        """Show a lane held over another, or none."""
        self._content.drag = drag
        self.viewport().update()

    def set_drag_note(self, text: str, *, possible: bool) -> None:
        """Say what letting the held lane go would do."""
        if self._content.drag is not None:
            self.set_drag(replace(self._content.drag, note=text, possible=possible))

    @property
    def drag(self) -> LaneDrag | None:
        """The lane that is held."""
        return self._content.drag

    def set_lane_details(self, details: Mapping[TrackId, LaneDetails]) -> None:
        """Give lanes what they show over time; lanes without keep their mean."""
        self._content.details = dict(details)
        self.forget_picture()

    def set_barcode(self, on: bool) -> None:
        """Show whom each track looks like over time, or how sure the model was."""
        self._content.as_barcode = on
        self.forget_picture()

    def set_current_frame(self, frame_index: int) -> None:
        """Move the playhead, turning the page when it leaves the view."""
        self._content.current_frame = frame_index
        axis = self._axis.showing(frame_index)
        if axis != self._axis and not self._pointer.is_scrubbing:
            self.show_axis(axis)
        self.viewport().update()

    def set_selection(self, track_ids: Iterable[TrackId]) -> None:
        """Mark lanes as selected; scroll to the first of them when none is in view."""
        chosen = frozenset(track_ids)
        if chosen == self._content.selected:
            return
        self._content.selected = chosen
        rows = sorted(self._rows[track] for track in chosen if track in self._rows)
        if rows and not any(self._is_wholly_shown(row) for row in rows):
            self.verticalScrollBar().setValue(round(self._layout.scroll_to_show(rows[0])))
        self.forget_picture()

    def set_edit_marks(self, marks: Iterable[tuple[TrackId, int]]) -> None:
        """Mark the frames where people changed a track."""
        by_track: dict[TrackId, list[int]] = {}
        for track_id, frame_index in marks:
            by_track.setdefault(track_id, []).append(frame_index)
        if by_track != self._content.edit_marks:
            self._content.edit_marks = by_track
            self.forget_picture()

    def set_verified(self, stretches: Sequence[VerifiedStretch]) -> None:
        """Show what was verified: over the ruler for all tracks, on its lane for one."""
        if stretches != self._content.verified:
            self._content.verified = stretches
            self.forget_picture()

    def set_after(self, stretches: Sequence[AfterStretch]) -> None:
        """Show at the foot of the lanes whose boxes would be whose; empty takes it away."""
        by_lane: dict[TrackId, list[AfterStretch]] = {}
        for one in stretches:
            by_lane.setdefault(one.lane, []).append(one)
        if by_lane != self._content.after:
            self._content.after = by_lane
            self.forget_picture()

    def set_suspicion(self, suspicion: FloatArray) -> None:
        """Show in the overview how suspicious each frame is, (frame_count,) 0..1."""
        self._content.suspicion = suspicion
        self.forget_picture()

    def set_ghosts(self, ghosts: Sequence[GhostStretch]) -> None:
        """Show on the lanes what an edit would change."""
        if ghosts or self._content.ghosts:
            self._content.ghosts = tuple(ghosts)
            self.forget_picture()

    @property
    def ghosts(self) -> Sequence[GhostStretch]:
        """The stretches that are shown as they would be."""
        return self._content.ghosts

    def set_range(self, frames: tuple[int, int] | None) -> None:
        """Show a chosen range (first and last frame, both included); None takes it away."""
        self._content.frames = frames
        self.viewport().update()

    # Where it is shown

    @property
    def lane_layout(self) -> LaneLayout:
        """The lanes in view."""
        return self._layout

    @property
    def regions(self) -> Regions:
        """The parts of the viewport."""
        return Regions.of(QRectF(self.viewport().rect()))

    @property
    def current_frame(self) -> int:
        """The frame under the playhead."""
        return self._content.current_frame

    @property
    def selected(self) -> frozenset[TrackId]:
        """The selected tracks."""
        return frozenset(self._content.selected)

    @property
    def frame_range(self) -> tuple[int, int] | None:
        """The chosen range, both frames included."""
        return self._content.frames

    def track_at(self, y: float) -> TrackSummary | None:
        """Return the track whose lane is at a y of the viewport."""
        row = self._layout.row_at(y)
        return None if row is None else self._content.tracks[row]

    def describe(self, point: QPointF) -> str:
        """Return in words what is at a point of the viewport: the track, the frame, the time."""
        return describe_place(self._content, axis=self._axis, layout=self._layout, point=point)

    # Painting and events

    def sizeHint(self) -> QSize:
        """Ask for room for about ten lanes."""
        return QSize(900, int(HEADER_PX) + 220)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the stored picture of the lanes and what moves on top of it."""
        theme, regions, view = current_theme(), self.regions, QRectF(self.viewport().rect())
        if self._lasting is None:
            self._lasting = lasting_picture(
                self._content,
                axis=self._axis,
                layout=self._layout,
                regions=regions,
                view=view,
                ratio=self.devicePixelRatioF(),
            )
            self._announce_lanes()
        with QPainter(self.viewport()) as painter:
            painter.drawPixmap(0, 0, self._lasting)
            paint_moving(
                painter,
                self._content,
                axis=self._axis,
                layout=self._layout,
                regions=regions,
                hover_x=self._hover_x,
                theme=theme,
            )
            if self.hasFocus() and self._focus_came_by_key:
                paint_focus_frame(painter, view, theme=theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the frames and lanes over the new size."""
        super().resizeEvent(event)
        self._lay_out()
        self.forget_picture()

    def changeEvent(self, event: QEvent) -> None:
        """Paint anew when the theme changes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.forget_picture()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Move the lanes under the fixed header."""
        self._layout = replace(self._layout, scrolled=float(self.verticalScrollBar().value()))
        self.forget_picture()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to scrub, pan, choose a range or click."""
        self._pointer.pressed(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on, or hover."""
        self._pointer.moved(event)
        over_time = self._axis.left <= event.position().x() <= self._axis.right
        below = event.position().y() >= self.regions.ruler.top()
        self._hover_x = event.position().x() if over_time and below else None
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what was begun."""
        self._pointer.released(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole video, or go to where the track of the id begins."""
        self._pointer.double_clicked(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a lane, zoom, call a drag off."""
        if not self._keys.pressed(event):
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Keep Esc for a drag under way."""
        if self._keys.claims(event):
            event.accept()
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the lane under the pointer, or of the timeline."""
        self._pointer.menu_asked(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether the focus frame is wanted: it is when a key brought the focus."""
        self._focus_came_by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        super().focusInEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what is under the pointer; forget it when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover_x = None
            self.viewport().update()
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.describe(QPointF(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def choose_neighbour(self, step: int) -> None:
        """Choose the lane so many lanes below the chosen ones, or above."""
        rows = sorted(self._rows[track] for track in self._content.selected if track in self._rows)
        last = len(self._content.tracks) - 1
        row = (rows[0] + step if step < 0 else rows[-1] + step) if rows else 0
        chosen = self._content.tracks[min(last, max(0, row))]
        self.track_clicked.emit(int(chosen.track_id), False)

    def _is_wholly_shown(self, row: int) -> bool:
        return self._layout.scroll_to_show(row) == self._layout.scrolled

    def _lay_out(self) -> None:
        lanes = self.regions.lanes
        self._axis = self._axis.placed(left=lanes.left(), width=lanes.width())
        self._layout = LaneLayout(
            count=len(self._content.tracks),
            top=lanes.top(),
            height=lanes.height(),
            scrolled=self._layout.scrolled,
        ).holding(pinned_on_top(self._content.tracks, self._content.pinned))
        bar = self.verticalScrollBar()
        bar.setRange(0, self._layout.overflow)
        bar.setPageStep(int(lanes.height()))
        bar.setSingleStep(int(self._layout.pitch))
        self._layout = replace(self._layout, scrolled=float(bar.value()))

    def _count_tracks(self) -> None:
        content = self._content
        content.counts = tracks_per_frame(content.all_tracks, content.frame_count)

    def _announce_lanes(self) -> None:
        shown = [self._content.tracks[row].track_id for row in self._layout.visible_rows]
        if shown != self._shown:
            self._shown = shown
            self.lanes_shown.emit(list(shown))

    def forget_picture(self) -> None:
        """Paint the lanes anew."""
        self._lasting = None
        self.viewport().update()
