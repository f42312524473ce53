"""Which boxes and frames are judged: as MOTChallenge says, or as FairMOT's script does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

PEDESTRIAN = 1
DISTRACTORS = (2, 7, 8, 12)
"""Person on a vehicle, static person, distractor, reflection: neither right nor wrong."""
MOT20_DISTRACTORS = (*DISTRACTORS, 6)
"""In MOT20 the kit also excuses boxes on vehicles."""


class GroundTruthRule(StrEnum):
    """Which rows of the ground truth count."""

    MOTCHALLENGE = "motchallenge"
    """Marked pedestrians count. Result boxes that fit a distractor better than any pedestrian are
    taken out."""
    DISTRACTORS_FIRST = "distractors-first"
    """The same, but distractors choose their result boxes before the pedestrians may."""
    EVERY_ROW = "every-row"
    """Marks and classes are ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearRules:
    """What is judged.

    Attributes:
        ground_truth: which rows count.
        result_frames_only: leave out frames in which the result has no box, so that what was
            missed there costs nothing. Only for comparison with figures made that way.
        distractors: classes on which a result box is neither right nor wrong.
    """

    ground_truth: GroundTruthRule = GroundTruthRule.MOTCHALLENGE
    result_frames_only: bool = False
    distractors: tuple[int, ...] = DISTRACTORS

    @classmethod
    def motchallenge(cls, sequence_name: str) -> Self:
        """Return the rules of the MOTChallenge kit for a sequence; MOT20 has a class more."""
        is_mot20 = sequence_name.startswith("MOT20-")
        return cls(distractors=MOT20_DISTRACTORS if is_mot20 else DISTRACTORS)

    @classmethod
    def fairmot(cls, sequence_name: str) -> Self:
        """Return the rules of FairMOT's evaluation script, which go by the sequence's name."""
        has_classes = "MOT16-" in sequence_name or "MOT17-" in sequence_name
        return cls(
            ground_truth=(
                GroundTruthRule.DISTRACTORS_FIRST if has_classes else GroundTruthRule.EVERY_ROW
            ),
            result_frames_only=True,
        )
