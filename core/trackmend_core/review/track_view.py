"""One track of a layer as arrays, ready to be compared with others."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.types import BoolArray, Float64Array, IntArray, TrackId

NO_ROW = -1
"""Stands for the embedding of a box that has none."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrackView:
    """The boxes of one track in the order of frames; N is at least 1.

    Attributes:
        track_id: row of the project.
        number: what people read.
        box_ids: (N,) int64.
        frames: (N,) int64, 0-based, rising.
        boxes_xyxy: (N, 4) float64, pixels of the source frame.
        scores: (N,) float64, 0..1.
        by_person: (N,) whether a person placed or confirmed the box.
        embedding_rows: (N,) int64, rows of the store of embeddings, `NO_ROW` without one.
        coverage: (N,) float64, share of the box that boxes nearer to the camera hide, 0..1.
    """

    track_id: TrackId
    number: int
    box_ids: IntArray
    frames: IntArray
    boxes_xyxy: Float64Array
    scores: Float64Array
    by_person: BoolArray
    embedding_rows: IntArray
    coverage: Float64Array

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def first_frame(self) -> int:
        """Return the frame of the first box."""
        return int(self.frames[0])

    @property
    def last_frame(self) -> int:
        """Return the frame of the last box."""
        return int(self.frames[-1])

    @property
    def centres(self) -> Float64Array:
        """Return (N, 2) centres in pixels."""
        return (self.boxes_xyxy[:, :2] + self.boxes_xyxy[:, 2:]) / 2

    @property
    def heights(self) -> Float64Array:
        """Return (N,) heights in pixels, at least 1."""
        return np.maximum(self.boxes_xyxy[:, 3] - self.boxes_xyxy[:, 1], 1.0)

    def centres_of(self, rows: IntArray) -> Float64Array:
        """Return (R, 2) centres of some boxes: of a long track that is far less than all."""
        boxes = self.boxes_xyxy[rows]
        return (boxes[:, :2] + boxes[:, 2:]) / 2

    def heights_of(self, rows: IntArray) -> Float64Array:
        """Return (R,) heights of some boxes in pixels, at least 1."""
        boxes = self.boxes_xyxy[rows]
        return np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)

    def common_frames(self, other: "TrackView") -> tuple[IntArray, IntArray, IntArray]:
        """Return the frames that both tracks have, and the rows of either track in them."""
        first = max(self.first_frame, other.first_frame)
        last = min(self.last_frame, other.last_frame)
        low, there_low = self.index_at(first), other.index_at(first)
        mine = self.frames[low : self.index_at(last + 1)]
        theirs = other.frames[there_low : other.index_at(last + 1)]
        if not len(mine) or not len(theirs):
            return mine[:0], np.zeros(0, np.int64), np.zeros(0, np.int64)
        places = theirs.searchsorted(mine)
        rows = np.flatnonzero(theirs[np.minimum(places, len(theirs) - 1)] == mine)
        return mine[rows], rows + low, places[rows] + there_low

    def index_at(self, frame: int) -> int:
        """Return the row of the first box at or after a frame; N if there is none."""
        return int(self.frames.searchsorted(frame))

    def part(self, first_row: int, end_row: int) -> "TrackView":
        """Return a track of these rows only, by the same name."""
        rows = slice(first_row, end_row)
        return TrackView(
            track_id=self.track_id,
            number=self.number,
            box_ids=self.box_ids[rows],
            frames=self.frames[rows],
            boxes_xyxy=self.boxes_xyxy[rows],
            scores=self.scores[rows],
            by_person=self.by_person[rows],
            embedding_rows=self.embedding_rows[rows],
            coverage=self.coverage[rows],
        )

    def rows_in(self, frames: IntArray) -> IntArray:
        """Return the rows of frames in which the track has a box."""
        rows: IntArray = self.frames.searchsorted(frames)
        return rows
