"""All that tells how alike the tracks of a run look: matrix, portraits, samples."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.project.records import BoxXyxy
from trackmend_core.review.index import ReviewIndex
from trackmend_core.review.scatter import EmbeddingSamples, sample_embeddings
from trackmend_core.review.track_matrix import TrackMatrix, track_matrix
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """The clearest box of a track, and when the track is there.

    Attributes:
        number: what people call the track.
        frame_index: of the box.
        box_xyxy: pixels.
        first_frame: of the track.
        last_frame: of the track.
    """

    number: int
    frame_index: int
    box_xyxy: BoxXyxy
    first_frame: int
    last_frame: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Likeness:
    """How alike the tracks look in one state of them."""

    matrix: TrackMatrix
    portraits: dict[TrackId, Portrait]
    samples: EmbeddingSamples


def likeness_of(index: ReviewIndex) -> Likeness:
    """Compare all tracks that a review index knows."""
    scene = index.scene
    matrix = track_matrix(scene)
    return Likeness(
        matrix=matrix,
        portraits={track_id: portrait(scene.tracks[track_id]) for track_id in matrix.track_ids},
        samples=sample_embeddings(scene),
    )


def portrait(track: TrackView) -> Portrait:
    """Return the box of a track that is hidden least; among such, that of the highest score."""
    row = int(np.lexsort((-track.scores, np.round(track.coverage, 1)))[0])
    x1, y1, x2, y2 = track.boxes_xyxy[row].tolist()
    return Portrait(
        number=track.number,
        frame_index=int(track.frames[row]),
        box_xyxy=(x1, y1, x2, y2),
        first_frame=track.first_frame,
        last_frame=track.last_frame,
    )
