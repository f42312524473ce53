"""How alike the tracks of a run look, computed from a snapshot in a thread; no Qt."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.why.matrix_content import Header, MatrixContent
from trackmend_app.wording import say
from trackmend_core.project.records import BoxXyxy, frame_number
from trackmend_core.review.scatter import EmbeddingSamples, sample_embeddings
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_matrix import TrackMatrix, track_matrix
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Progress, TrackId


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

    @property
    def key(self) -> CropKey:
        """Return the picture."""
        return CropKey.around(self.frame_index, self.box_xyxy)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Likeness:
    """All that the panel shows of one state of the tracks."""

    matrix: TrackMatrix
    portraits: dict[TrackId, Portrait]
    samples: EmbeddingSamples


def compare_tracks(scene: Scene) -> Generator[Progress, None, Likeness]:
    """Compare all tracks of a snapshot."""
    yield Progress(done=0, total=3, message="Comparing tracks")
    matrix = track_matrix(scene)
    yield Progress(done=1, total=3, message="Comparing tracks")
    portraits = {track_id: portrait(scene.tracks[track_id]) for track_id in matrix.track_ids}
    yield Progress(done=2, total=3, message="Comparing tracks")
    return Likeness(matrix=matrix, portraits=portraits, samples=sample_embeddings(scene))


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


def matrix_content(likeness: Likeness) -> MatrixContent:
    """Return the matrix of cosines; pairs seen together, and a track with itself, are masked."""
    matrix = likeness.matrix
    merits = np.clip(matrix.cosines, 0.0, 1.0).astype(np.float32)
    merits[matrix.coexist] = np.nan
    np.fill_diagonal(merits, np.nan)
    headers = tuple(_header(likeness, track_id) for track_id in matrix.track_ids)
    return MatrixContent(
        rows=headers,
        columns=headers,
        merits=merits,
        text=lambda row, column: short_figure(float(matrix.cosines[row, column])),
        tip=lambda row, column: verdict(likeness, row, column),
    )


def short_figure(cosine: float) -> str:
    """Return a cosine in as little room as it takes, such as ".81"."""
    return f"{cosine:.2f}".replace("0.", ".").replace("-", "−")


def verdict(likeness: Likeness, row: int, column: int) -> str:
    """Return one sentence about two tracks."""
    matrix = likeness.matrix
    one, other = matrix.numbers[row], matrix.numbers[column]
    if row == column:
        return say("Track {number} itself.").format(number=one)
    if matrix.coexist[row, column]:
        text = say("Tracks {a} and {b} are seen in the same frame: they are two people.")
        return text.format(a=one, b=other)
    text = say("Tracks {a} and {b} are never seen together; cosine similarity {value}.")
    return text.format(a=one, b=other, value=f"{matrix.cosines[row, column]:.2f}")


def _header(likeness: Likeness, track_id: TrackId) -> Header:
    shown = likeness.portraits[track_id]
    return Header(
        label=str(shown.number),
        number=shown.number,
        crop=shown.key,
        tip=say("Track {number}, frames {first} to {last}").format(
            number=shown.number,
            first=frame_number(shown.first_frame),
            last=frame_number(shown.last_frame),
        ),
    )
