"""A model on frames whose truth is known: what it tracks, and how alike it finds people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from trackmend_core.evaluation import (
    IdentityPairs,
    SequenceScores,
    evaluate_sequence,
    identity_pairs,
)
from trackmend_core.exchange import mot_table
from trackmend_core.jobs import MemorySink
from trackmend_core.model import Detector
from trackmend_core.project import as_stored
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FloatArray, ImageArray, IntArray, MotTable
from trackmend_training.gaps import bridged

LEAST_VISIBLE = 0.3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JudgedStretch:
    """Consecutive frames and who is in them.

    Attributes:
        frames: gives (frame index, image) in order; may be called again.
        truth: boxes and identities, frames from 1.
        frame_rate: per second.
        left_out: first and last frame, 0-based, in which nobody says what is true; None for none.
        ask_whether_to_go_on: is called before every look at it; may raise.
    """

    frames: Callable[[], Iterator[tuple[int, ImageArray]]]
    truth: MotTable
    frame_rate: float
    left_out: tuple[int, int] | None = None
    ask_whether_to_go_on: Callable[[], None] = lambda: None

    def judged_part(self, table: MotTable) -> MotTable:
        """Return a table without the frames left out.

        Nothing is said of what happens in them; who is who before and after them is.
        """
        if self.left_out is None:
            return table
        first, last = self.left_out
        return table.select((table.frames - 1 < first) | (table.frames - 1 > last))

    @property
    def bridged(self) -> Self:
        """Return it with the truth that tracks are judged by: who was hidden a moment was there."""
        return replace(self, truth=bridged(self.truth, longest=round(self.frame_rate)))

    def true_boxes(self, frame_index: int) -> tuple[FloatArray, IntArray]:
        """Return (N, 4) corners and (N,) identities of a frame."""
        here = self.truth.select(self.truth.frames == frame_index + 1)
        low = here.boxes_xywh[:, :2]
        corners = np.concatenate([low, low + here.boxes_xywh[:, 2:]], axis=1)
        return corners.astype(np.float32), here.ids


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Answer:
    """What a model makes of a stretch.

    Attributes:
        tracked: boxes with ids, frames from 1.
        scores: of these tracks by the truth.
        embeddings: (N, D) float32, one per true box.
        identities: (N,) whose.
        frame_indices: (N,) where.
    """

    tracked: MotTable
    scores: SequenceScores
    embeddings: FloatArray
    identities: IntArray
    frame_indices: IntArray

    def pairs(self, *, least_gap: int) -> IdentityPairs:
        """Return the cosines of true boxes that are at least so many frames apart."""
        return identity_pairs(
            self.embeddings, self.identities, frames=self.frame_indices, least_gap=least_gap
        )


def answer(detector: Detector, stretch: JudgedStretch, *, settings: TrackerSettings) -> Answer:
    """Let a model track a stretch, and read its embeddings of the true boxes.

    Raises:
        UserError: a frame cannot be read, or the truth is empty.
    """
    tracker, sink = Tracker(settings), MemorySink()
    embeddings: list[FloatArray] = []
    identities: list[IntArray] = []
    where: list[IntArray] = []
    for frame_index, image in stretch.frames():
        boxes, owners = stretch.true_boxes(frame_index)
        seen, read = detector.detect_and_read(image, boxes)
        sink.write(frame_index, seen, tracker.step(as_stored(seen)))
        embeddings.append(read)
        identities.append(owners)
        where.append(np.full(len(owners), frame_index, np.int64))
    tracked = sink.table()
    return Answer(
        tracked=tracked,
        scores=evaluate_sequence(stretch.bridged.truth, tracked),
        embeddings=np.concatenate(embeddings),
        identities=np.concatenate(identities),
        frame_indices=np.concatenate(where),
    )


def drawn_stretch(*, frame_count: int, seed: int) -> JudgedStretch:
    """Return a drawn street with look-alikes, to see what a model has forgotten elsewhere."""
    settings = StreetSettings(frame_count=frame_count, walkers=8, lookalikes=2, seed=seed)
    drawn = list(draw_street(settings))
    rows = [
        (index + 1, int(identity), box)
        for index, frame in enumerate(drawn)
        for identity, box, visible in zip(
            frame.identities, frame.boxes_xyxy, frame.visibilities, strict=True
        )
        if visible >= LEAST_VISIBLE
    ]
    corners = np.array([box for _, _, box in rows], np.float64).reshape(-1, 4)
    return JudgedStretch(
        frames=lambda: ((index, frame.image) for index, frame in enumerate(drawn)),
        truth=mot_table(
            frames=[frame for frame, _, _ in rows],
            ids=[identity for _, identity, _ in rows],
            boxes_xywh=np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1),
        ),
        frame_rate=settings.frame_rate,
    )
