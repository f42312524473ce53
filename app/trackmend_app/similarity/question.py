"""What the similarity worker is asked and what it answers: plain values that cross threads."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from trackmend_core.similarity import SamplerName
from trackmend_core.types import FloatArray, ImageArray


class Stage(StrEnum):
    """What the worker is busy with before a map is there."""

    LOADING = "loading"
    READING = "reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A way of making embeddings.

    Attributes:
        model_path: whose features.
        sampler: where they are read; None as the model learnt it.
    """

    model_path: Path
    sampler: SamplerName | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SimilarityQuestion:
    """Asks where an appearance occurs in some frames, in one way or in two.

    Attributes:
        readings: side A and, to compare with it, side B.
        run_model_path: the model of the shown run, whose detector the window keeps anyhow.
        query: (D,) float32 as stored, for side A; None if there is none, or it is another model's.
        query_frame: where the appearance was seen.
        query_box_xyxy: read from the features of `query_frame` when there is no `query`.
        frames: answered in this order.
    """

    ticket: int
    video_path: Path
    readings: tuple[Reading, ...]
    run_model_path: Path
    query: FloatArray | None
    query_frame: int
    query_box_xyxy: tuple[float, float, float, float]
    frames: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SimilarityAnswer:
    """One frame of the answer.

    Attributes:
        side: which of the readings.
        similarity: (H, W) float32 cosine over the frame, at most `LONGEST_SIDE_PX` long.
        image_bgr: the frame itself.
        query: (D,) float32, what was looked for.
    """

    ticket: int
    side: int
    frame_index: int
    similarity: FloatArray
    image_bgr: ImageArray
    query: FloatArray
