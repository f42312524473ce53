"""CLEAR and identity measures as counts, so that sequences can be added up."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Self

RATIOS = ("mota", "motp", "idf1", "idp", "idr", "precision", "recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearScores:
    """What was right and wrong; every ratio follows from the counts.

    Attributes:
        frames: that were judged.
        gt_boxes: true boxes that count.
        gt_tracks: true identities among them.
        result_boxes: boxes of the result, less those on what is not to be judged.
        result_tracks: identities among them.
        matches: result boxes on a true box.
        fp: result boxes on none.
        fn: true boxes without a result box.
        id_switches: matches whose identity differs from the object's last one.
        fragmentations: times an object was lost and found again.
        id_true_positives: boxes right under the best one-to-one pairing of identities.
        mt: objects followed in at least 80 percent of their frames.
        pt: objects between the two.
        ml: objects followed in less than 20 percent.
        transfers: result identities that go over to another object.
        ascends: switches to an identity never seen before.
        migrations: transfers to an object never matched before.
        distance_sum: of 1 - IoU over the matches.
    """

    frames: int
    gt_boxes: int
    gt_tracks: int
    result_boxes: int
    result_tracks: int
    matches: int
    fp: int
    fn: int
    id_switches: int
    fragmentations: int
    id_true_positives: int
    mt: int
    pt: int
    ml: int
    transfers: int
    ascends: int
    migrations: int
    distance_sum: float

    @property
    def mota(self) -> float:
        """Return 1 less errors per true box; below 0 if there are more errors than boxes."""
        return 1.0 - (self.fn + self.fp + self.id_switches) / self.gt_boxes

    @property
    def motp(self) -> float:
        """Return the mean of 1 - IoU over the matches (0 is perfect), 0 without a match."""
        return _share(self.distance_sum, self.matches)

    @property
    def idf1(self) -> float:
        """Return the share of boxes that carry the right identity, 0..1."""
        return _share(2 * self.id_true_positives, self.gt_boxes + self.result_boxes)

    @property
    def idp(self) -> float:
        """Return the share of result boxes with the right identity."""
        return _share(self.id_true_positives, self.result_boxes)

    @property
    def idr(self) -> float:
        """Return the share of true boxes found with the right identity."""
        return _share(self.id_true_positives, self.gt_boxes)

    @property
    def precision(self) -> float:
        """Return the share of result boxes on a true box."""
        return _share(self.matches, self.result_boxes)

    @property
    def recall(self) -> float:
        """Return the share of true boxes that were found."""
        return _share(self.matches, self.gt_boxes)

    def to_dict(self) -> dict[str, float | int]:
        """Return ratios and counts as plain values."""
        return {name: getattr(self, name) for name in RATIOS} | asdict(self)

    def __add__(self, other: Self) -> Self:
        return type(self)(
            **{
                field.name: getattr(self, field.name) + getattr(other, field.name)
                for field in fields(self)
            }
        )


def combine(scores: Iterable[ClearScores]) -> ClearScores:
    """Return the scores over several sequences, each box weighing the same.

    Raises:
        ValueError: there is no sequence.
    """
    total: ClearScores | None = None
    for one in scores:
        total = one if total is None else total + one
    if total is None:
        raise ValueError("no sequence to combine")
    return total


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
