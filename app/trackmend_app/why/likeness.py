"""How alike the tracks of a run look, as the matrix of the panel and in words."""

import numpy as np

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.why.matrix_content import Header, MatrixContent
from trackmend_app.wording import say
from trackmend_core.project.records import frame_number
from trackmend_core.review.likeness import Likeness, Portrait
from trackmend_core.types import TrackId


def portrait_key(portrait: Portrait) -> CropKey:
    """Return the picture of a portrait."""
    return CropKey.around(portrait.frame_index, portrait.box_xyxy)


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


def are_all_together(likeness: Likeness) -> bool:
    """Tell whether every pair of tracks is seen in the same frame, so that none is compared."""
    coexist = likeness.matrix.coexist.copy()
    np.fill_diagonal(coexist, True)
    return bool(coexist.all())


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
        crop=portrait_key(shown),
        tip=say("Track {number}, frames {first} to {last}").format(
            number=shown.number,
            first=frame_number(shown.first_frame),
            last=frame_number(shown.last_frame),
        ),
    )
