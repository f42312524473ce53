"""Paint the timeline: what changes rarely into a picture, what moves on top of it each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from trackmend_app.canvas.chips import draw_chip
from trackmend_app.ghosts import GhostStretch
from trackmend_app.theme import Theme, current_theme, ui_font
from trackmend_app.timeline.after_painter import AfterStretch, draw_after
from trackmend_app.timeline.cursor_painter import (
    draw_hover,
    draw_overview_cursor,
    draw_playhead,
    draw_range,
    hover_tab,
    playhead_tab,
)
from trackmend_app.timeline.ghost_lanes import draw_ghost_stretches
from trackmend_app.timeline.header_painter import (
    draw_overview,
    draw_overview_scale,
    draw_ruler_labels,
    draw_selected_stretches,
    draw_suspicion,
    draw_ticks,
    draw_verified,
    draw_window,
)
from trackmend_app.timeline.lane_layout import LaneLayout
from trackmend_app.timeline.lane_painter import (
    LaneLook,
    draw_edit_marks,
    draw_group_title,
    draw_lane_ground,
    draw_lane_number,
    draw_lane_spans,
    draw_pin,
)
from trackmend_app.timeline.lane_picture import LaneDetails
from trackmend_app.timeline.no_lanes import why_no_lanes
from trackmend_app.timeline.ticks import clock, shown_number
from trackmend_app.timeline.time_axis import TimeAxis
from trackmend_app.tracks.presence import is_in_frame
from trackmend_core.project import TrackSummary, VerifiedStretch
from trackmend_core.types import FloatArray, IntArray, TrackId

GUTTER_PX = 64.0
RIGHT_MARGIN_PX = 10.0
OVERVIEW_PX = 26.0
STRETCHES_PX = 4.0
VERIFIED_PX = 5.0
RULER_PX = 26.0
HEADER_PX = 8.0 + OVERVIEW_PX + STRETCHES_PX + VERIFIED_PX + RULER_PX
_LANE_GAP_PX = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneDrag:
    """A lane that is held over another one, to be merged into it.

    Attributes:
        dragged: whose lane is held.
        target: over which it is, None over none.
        y: of the pointer.
        note: what letting go would do, or why it cannot be done.
    """

    dragged: TrackId
    target: TrackId | None
    y: float
    note: str = ""
    possible: bool = True


@dataclass(slots=True, kw_only=True)
class TimelineContent:
    """Everything that the timeline was told to show."""

    frame_count: int = 0
    frame_rate: float = 0.0
    tracks: Sequence[TrackSummary] = ()
    all_tracks: Sequence[TrackSummary] = ()
    selected: frozenset[TrackId] = frozenset()
    edit_marks: dict[TrackId, list[int]] = field(default_factory=dict)
    details: Mapping[TrackId, LaneDetails] = field(default_factory=dict)
    as_barcode: bool = True
    groups: Mapping[int, str] = field(default_factory=dict)
    pinned: frozenset[TrackId] = frozenset()
    drag: LaneDrag | None = None
    verified: Sequence[VerifiedStretch] = ()
    after: Mapping[TrackId, Sequence[AfterStretch]] = field(default_factory=dict)
    suspicion: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    ghosts: Sequence[GhostStretch] = ()
    counts: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    current_frame: int = 0
    frames: tuple[int, int] | None = None
    awaits_run: bool = False


@dataclass(frozen=True, slots=True)
class Regions:
    """The parts of the view, all of the width of the time axis but for the gutter."""

    gutter: QRectF
    overview: QRectF
    stretches: QRectF
    verified: QRectF
    ruler: QRectF
    lanes: QRectF

    @classmethod
    def of(cls, view: QRectF) -> "Regions":
        """Divide a view."""
        left, width = view.left() + GUTTER_PX, max(1.0, view.width() - GUTTER_PX - RIGHT_MARGIN_PX)
        top = view.top() + 8.0
        stretches = top + OVERVIEW_PX
        verified = stretches + STRETCHES_PX
        ruler = verified + VERIFIED_PX
        lanes = ruler + RULER_PX
        return cls(
            gutter=QRectF(view.left(), lanes, GUTTER_PX, max(1.0, view.bottom() - lanes)),
            overview=QRectF(left, top, width, OVERVIEW_PX),
            stretches=QRectF(left, stretches + 1, width, STRETCHES_PX - 1),
            verified=QRectF(left, verified + 1, width, VERIFIED_PX - 2),
            ruler=QRectF(left, ruler, width, RULER_PX),
            lanes=QRectF(left, lanes, width, max(1.0, view.bottom() - lanes)),
        )


def lasting_picture(
    content: TimelineContent,
    *,
    axis: TimeAxis,
    layout: LaneLayout,
    regions: Regions,
    view: QRectF,
    ratio: float,
) -> QPixmap:
    """Return a picture of what does not depend on the current frame, in device pixels."""
    picture = QPixmap((view.size() * ratio).toSize())
    picture.setDevicePixelRatio(ratio)
    with QPainter(picture) as painter:
        paint_lasting(
            painter,
            content,
            axis=axis,
            layout=layout,
            regions=regions,
            view=view,
            theme=current_theme(),
        )
    return picture


def paint_lasting(
    painter: QPainter,
    content: TimelineContent,
    *,
    axis: TimeAxis,
    layout: LaneLayout,
    regions: Regions,
    view: QRectF,
    theme: Theme,
) -> None:
    """Paint what does not depend on the current frame."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(view, QColor(theme.panel))
    painter.save()
    for rows, clip in _parts(layout, regions.lanes.united(regions.gutter)):
        painter.setClipRect(clip)
        for row in rows:
            _paint_lane(
                painter, content, row, axis=axis, layout=layout, regions=regions, theme=theme
            )
    painter.restore()
    if layout.fixed:
        y = layout.moving_top - 1.5
        painter.fillRect(QRectF(view.left(), y, view.width(), 1.0), QColor(theme.faint))
    if not content.tracks:
        painter.setFont(ui_font(13))
        painter.setPen(QColor(theme.quiet))
        text = why_no_lanes(is_any=bool(content.all_tracks), awaits_run=content.awaits_run)
        painter.drawText(regions.lanes, int(Qt.AlignmentFlag.AlignCenter), text)
    draw_overview(painter, regions.overview, content.counts, theme=theme)
    draw_suspicion(painter, regions.overview, content.suspicion, theme=theme)
    draw_window(painter, regions.overview, axis=axis, theme=theme)
    scale_cell = QRectF(view.left(), regions.overview.top(), GUTTER_PX, OVERVIEW_PX)
    draw_overview_scale(painter, scale_cell, content.counts, theme=theme)
    draw_selected_stretches(
        painter,
        regions.stretches,
        [track for track in content.tracks if track.track_id in content.selected],
        frame_count=content.frame_count,
        theme=theme,
    )
    draw_verified(
        painter,
        regions.verified,
        [one for one in content.verified if one.track_id is None],
        axis=axis.fitted().placed(left=regions.verified.left(), width=regions.verified.width()),
        theme=theme,
    )
    if content.frame_count:
        draw_ticks(painter, regions.ruler, axis=axis, theme=theme)
    painter.setPen(QPen(QColor(theme.quiet)))
    painter.setFont(ui_font(10))
    cell = QRectF(view.left(), regions.ruler.top(), GUTTER_PX - 10, RULER_PX - 7)
    title = QCoreApplication.translate("Timeline", "frame")
    painter.drawText(cell, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), title)


def paint_moving(
    painter: QPainter,
    content: TimelineContent,
    *,
    axis: TimeAxis,
    layout: LaneLayout,
    regions: Regions,
    hover_x: float | None,
    theme: Theme,
) -> None:
    """Paint what follows the current frame and the pointer."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_numbers(painter, content, layout=layout, regions=regions, theme=theme)
    if not content.frame_count:
        return
    if content.drag is not None:
        draw_lane_drag(
            painter,
            content.drag,
            content.tracks,
            layout=layout,
            lanes=regions.lanes.united(regions.gutter),
            theme=theme,
        )
    lanes, ruler, frame = regions.lanes, regions.ruler, content.current_frame
    tabs = [playhead_tab(ruler, axis=axis, frame_index=frame)]
    if hover_x is not None:
        tabs.append(hover_tab(ruler, axis=axis, x=hover_x))
    draw_ruler_labels(
        painter,
        ruler,
        axis=axis,
        frame_rate=content.frame_rate,
        beside=[tab for tab in tabs if tab is not None],
        theme=theme,
    )
    if content.frames is not None:
        draw_range(
            painter,
            lanes,
            ruler,
            axis=axis,
            frames=content.frames,
            frame_rate=content.frame_rate,
            theme=theme,
        )
    if hover_x is not None:
        draw_hover(painter, lanes, ruler, axis=axis, x=hover_x, theme=theme)
    draw_overview_cursor(
        painter,
        regions.overview,
        frame_index=frame,
        frame_count=content.frame_count,
        theme=theme,
    )
    draw_playhead(painter, lanes, ruler, axis=axis, frame_index=frame, theme=theme)


def draw_lane_drag(
    painter: QPainter,
    drag: LaneDrag,
    tracks: Sequence[TrackSummary],
    *,
    layout: LaneLayout,
    lanes: QRectF,
    theme: Theme,
) -> None:
    """Draw which lane would be merged into which, and how much that is."""
    colour = QColor(theme.focus if drag.possible else theme.error)
    for row in layout.visible_rows:
        if tracks[row].track_id not in (drag.dragged, drag.target):
            continue
        is_target = tracks[row].track_id == drag.target
        frame = QRectF(lanes.left() + 2, layout.y_of(row), lanes.width() - 4, layout.pitch - 2)
        style = Qt.PenStyle.SolidLine if is_target else Qt.PenStyle.DashLine
        painter.setPen(QPen(colour, 1.6, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 4, 4)
    if drag.note:
        draw_chip(
            painter,
            drag.note,
            top_left=QPointF(lanes.left() + GUTTER_PX + 8, min(drag.y + 10, lanes.bottom() - 28)),
            theme=theme,
        )


def describe_place(
    content: TimelineContent, *, axis: TimeAxis, layout: LaneLayout, point: QPointF
) -> str:
    """Return in words what is at a point: the track, the frame, the time."""
    translate = QCoreApplication.translate
    row = layout.row_at(point.y())
    track = None if row is None else content.tracks[row]
    parts = []
    if track is not None:
        text = translate("Timeline", "Track {number}").format(number=track.number)
        parts += [text, track.label]
    if content.frame_count and axis.left <= point.x() <= axis.right:
        index = axis.index_at(point.x())
        text = translate("Timeline", "frame {number}").format(number=shown_number(index))
        time = clock(index / content.frame_rate) if content.frame_rate > 0 else ""
        doubt = float(content.suspicion[index]) if index < len(content.suspicion) else 0.0
        suspected = translate("Timeline", "suspicion {value}").format(value=f"{doubt:.2f}")
        absent = track is not None and not is_in_frame(track, index)
        parts += [text, time, translate("Timeline", "no box here") if absent else ""]
        parts += [suspected if doubt and track is None else ""]
    return " · ".join(filter(None, parts))


def _paint_numbers(
    painter: QPainter,
    content: TimelineContent,
    *,
    layout: LaneLayout,
    regions: Regions,
    theme: Theme,
) -> None:
    """Paint the ids beside the lanes."""
    painter.save()
    for rows, clip in _parts(layout, regions.gutter):
        painter.setClipRect(clip)
        for row in rows:
            track = content.tracks[row]
            cell = QRectF(0, layout.y_of(row), GUTTER_PX, layout.pitch - _LANE_GAP_PX)
            here = is_in_frame(track, content.current_frame)
            look = LaneLook(selected=track.track_id in content.selected, subdued=False)
            draw_lane_number(painter, cell, track, look=look, here=here, theme=theme)
            if track.track_id in content.pinned:
                draw_pin(painter, cell, theme=theme)
    painter.restore()


def _parts(layout: LaneLayout, area: QRectF) -> tuple[tuple[range, QRectF], ...]:
    """Return the lanes that stay and those that move under them, each with its place."""
    split = min(layout.moving_top, area.bottom()) if layout.fixed else area.top()
    above = QRectF(area.left(), area.top(), area.width(), split - area.top())
    below = QRectF(area.left(), split, area.width(), area.bottom() - split)
    return (layout.fixed_rows, above), (layout.moving_rows, below)


def _paint_lane(
    painter: QPainter,
    content: TimelineContent,
    row: int,
    *,
    axis: TimeAxis,
    layout: LaneLayout,
    regions: Regions,
    theme: Theme,
) -> None:
    track = content.tracks[row]
    selected = track.track_id in content.selected
    look = LaneLook(selected=selected, subdued=bool(content.selected) and not selected)
    lane = QRectF(axis.left, layout.y_of(row), axis.width, layout.pitch - _LANE_GAP_PX)
    draw_lane_ground(painter, lane, look=look, theme=theme)
    painter.save()
    painter.setClipRect(lane.intersected(regions.lanes))
    inner = lane.adjusted(0, 2, 0, -1)
    draw_lane_spans(
        painter,
        inner,
        track,
        axis=axis,
        details=content.details.get(track.track_id),
        as_barcode=content.as_barcode,
        look=look,
        theme=theme,
    )
    draw_verified(
        painter,
        QRectF(lane.left(), lane.bottom() - 2.5, lane.width(), 2.5),
        [one for one in content.verified if one.track_id == track.track_id],
        axis=axis,
        theme=theme,
    )
    after = content.after.get(track.track_id, ())
    draw_after(painter, inner, after, axis=axis, theme=theme)
    marks = content.edit_marks.get(track.track_id, [])
    draw_edit_marks(painter, inner, marks, axis=axis, theme=theme)
    ghosts = [one for one in content.ghosts if one.lane == track.track_id]
    draw_ghost_stretches(painter, lane, ghosts, axis=axis, theme=theme)
    painter.restore()
    if row in content.groups:
        draw_group_title(painter, lane, content.groups[row], theme=theme)
