"""Where two tracks come so near to each other that one may be taken for the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoolArray, Float64Array, TrackId

TOUCH: Final = 0.15
"""Share of the smaller box that must be common to both."""

PAUSE_S: Final = 0.4
"""Contacts that are nearer in time are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Frames first..last in which two tracks overlap, with short pauses.

    Attributes:
        first: 0-based.
        last: 0-based.
        depth: the largest share of the smaller box that both have in common, 0..1.
    """

    first: int
    last: int
    depth: float


def contacts(scene: Scene, a: TrackView, b: TrackView) -> list[Contact]:
    """Return the contacts of two tracks in the order of time."""
    frames, rows_a, rows_b = a.common_frames(b)
    if not len(frames):
        return []
    depth = common_share(a.boxes_xyxy[rows_a], b.boxes_xyxy[rows_b])
    touching = np.flatnonzero(depth >= TOUCH)
    if not len(touching):
        return []
    pause = max(2.0, PAUSE_S * scene.frame_rate)
    breaks = np.flatnonzero(np.diff(frames[touching]) > pause) + 1
    return [
        Contact(
            first=int(frames[part[0]]), last=int(frames[part[-1]]), depth=float(depth[part].max())
        )
        for part in np.split(touching, breaks)
    ]


def common_share(boxes_a: Float64Array, boxes_b: Float64Array) -> Float64Array:
    """Return (N,) the intersection of paired boxes as a share of the smaller one."""
    smaller = np.minimum(areas(boxes_a), areas(boxes_b))
    share: Float64Array = shared_areas(boxes_a, boxes_b) / np.maximum(smaller, 1e-9)
    return share


class Neighbours:
    """Finds the tracks that could touch a track, without looking at every box of every track."""

    def __init__(self, tracks: Mapping[TrackId, TrackView]) -> None:
        self._rows: dict[TrackId, tuple[float, ...]] = {}
        self.update(tracks, frozenset(tracks))

    def update(self, tracks: Mapping[TrackId, TrackView], touched: Collection[TrackId]) -> None:
        """Take over tracks that changed, are new, or are gone."""
        for track_id in touched:
            if track_id in tracks:
                self._rows[track_id] = _reach(tracks[track_id])
            else:
                self._rows.pop(track_id, None)
        in_order = sorted(self._rows)  # whatever was edited last: of equals the first is taken
        self._tracks = [tracks[track_id] for track_id in in_order]
        self._reach = np.array([self._rows[one] for one in in_order], np.float64).reshape(-1, 6)

    def spans(self, tracks: Collection[TrackId]) -> list[tuple[int, int]]:
        """Return first and last frame of those of some tracks that are known."""
        known = [self._rows[track_id] for track_id in tracks if track_id in self._rows]
        return [(int(row[0]), int(row[1])) for row in known]

    def within(self, spans: Sequence[tuple[int, int]], *, reach: float) -> list[TrackId]:
        """Return the tracks that live at most so many frames from one of the spans."""
        firsts, lasts = self._reach[:, 0], self._reach[:, 1]
        near = np.zeros(len(self._reach), np.bool_)
        for first, last in spans:
            near |= (firsts <= last + reach) & (lasts >= first - reach)
        return [self._tracks[row].track_id for row in np.flatnonzero(near).tolist()]

    def of(self, track: TrackView) -> list[TrackView]:
        """Return other tracks that share frames and ground with this one."""
        reach = self._reach
        x1, y1 = track.boxes_xyxy[:, :2].min(axis=0)
        x2, y2 = track.boxes_xyxy[:, 2:].max(axis=0)
        near = self._together(track) & (reach[:, 2] < x2) & (reach[:, 4] > x1)
        near &= (reach[:, 3] < y2) & (reach[:, 5] > y1)
        return self._chosen(near, track.track_id)

    def around(
        self, *, first_frame: int, last_frame: int, box_xyxy: tuple[float, ...], but: TrackId
    ) -> list[TrackView]:
        """Return other tracks that could be in a part of the picture during some frames."""
        reach, (x1, y1, x2, y2) = self._reach, box_xyxy
        near = (reach[:, 0] <= last_frame) & (reach[:, 1] >= first_frame)
        near &= (reach[:, 2] < x2) & (reach[:, 4] > x1)
        near &= (reach[:, 3] < y2) & (reach[:, 5] > y1)
        return self._chosen(near, but)

    def across(self, frame: int, *, but: TrackId) -> list[TrackView]:
        """Return other tracks that live before a frame and go on from it, wherever they are."""
        return self._chosen((self._reach[:, 0] < frame) & (self._reach[:, 1] >= frame), but)

    def ending_or_beginning(
        self, last_before: int, first_after: int, *, reach: float, but: TrackId
    ) -> list[TrackView]:
        """Return other tracks that end before or begin behind a cut, at most so many frames away.

        Args:
            last_before: the last frame before the cut.
            first_after: the first one behind it.
            reach: in frames.
            but: the track that is cut.
        """
        firsts, lasts = self._reach[:, 0], self._reach[:, 1]
        ends = (lasts >= first_after - reach) & (lasts < first_after)
        begins = (firsts > last_before) & (firsts <= last_before + reach)
        return self._chosen(ends | begins, but)

    def _together(self, track: TrackView) -> BoolArray:
        together: BoolArray = (self._reach[:, 0] <= track.last_frame) & (
            self._reach[:, 1] >= track.first_frame
        )
        return together

    def _chosen(self, mask: BoolArray, but: TrackId) -> list[TrackView]:
        tracks = [self._tracks[row] for row in mask.nonzero()[0].tolist()]
        return [track for track in tracks if track.track_id != but]


def _reach(track: TrackView) -> tuple[float, ...]:
    """Return first and last frame, and the outermost x1, y1, x2, y2."""
    return (
        track.first_frame,
        track.last_frame,
        *track.boxes_xyxy[:, :2].min(axis=0).tolist(),
        *track.boxes_xyxy[:, 2:].max(axis=0).tolist(),
    )


def shared_areas(boxes_a: Float64Array, boxes_b: Float64Array) -> Float64Array:
    """Return (N,) the intersections of paired boxes, square pixels."""
    a, b = boxes_a.T, boxes_b.T  # column by column: to multiply along rows of two takes longer
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    np.maximum(sides, 0.0, out=sides)
    shared: Float64Array = sides[0] * sides[1]
    return shared


def areas(boxes: Float64Array) -> Float64Array:
    """Return (N,) square pixels."""
    columns = boxes.T
    sides = np.maximum(columns[2:] - columns[:2], 0.0)
    found: Float64Array = sides[0] * sides[1]
    return found
