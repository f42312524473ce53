"""How many seeded errors the queue finds, how early, and how often its first proposal is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trackmend_core.review.bench.layer_labels import LayerLabels
from trackmend_core.review.bench.seeded import ErrorKind, SeededError
from trackmend_core.review.scene import Scene
from trackmend_core.review.suspicion import Suspicion

NEAR_S: Final = 0.5
"""A suspicion is about an error if it is about its tracks and so near in time."""

BLUR_S: Final = 0.2
"""A proposal may miss the exact moment of an error by so much."""

_LEAST_BLUR_FRAMES: Final = 2

_WORTH: Final = {ErrorKind.SWAP: 4, ErrorKind.FRAGMENTATION: 1, ErrorKind.MERGE: 1}
"""How many breaks (see `LayerLabels.breaks`) an error makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededScores:
    """Counts, so that videos and seeds can be added up.

    Attributes:
        errors: seeded, K.
        found_k: of them among the first K suspicions.
        found_2k: among the first 2K.
        right: found among the first 2K and mended exactly by the first proposal about them.
        false_alarms: suspicions about no error.
        minutes: of video.
    """

    errors: int
    found_k: int
    found_2k: int
    right: int
    false_alarms: int
    minutes: float

    def __add__(self, other: "SeededScores") -> "SeededScores":
        return SeededScores(
            errors=self.errors + other.errors,
            found_k=self.found_k + other.found_k,
            found_2k=self.found_2k + other.found_2k,
            right=self.right + other.right,
            false_alarms=self.false_alarms + other.false_alarms,
            minutes=self.minutes + other.minutes,
        )

    def to_dict(self) -> dict[str, float | int]:
        """Return shares of the errors, and the counts behind them."""
        share = 1 / max(1, self.errors)
        return {
            "errors": self.errors,
            "found_in_first_k": self.found_k * share,
            "found_in_first_2k": self.found_2k * share,
            "first_proposal_right": self.right * share,
            "right_of_found": self.right / max(1, self.found_2k),
            "false_alarms_per_minute": self.false_alarms / max(self.minutes, 1e-9),
        }


def score_queue(
    queue: Sequence[Suspicion],
    errors: Sequence[SeededError],
    *,
    scene: Scene,
    truth_of_box: Mapping[int, int],
) -> SeededScores:
    """Compare a queue with the errors that are known to be there."""
    labels = LayerLabels.read(scene, truth_of_box)
    first_about: dict[int, int] = {}
    false_alarms = 0
    for place, suspicion in enumerate(queue):
        about = [
            row for row, error in enumerate(errors) if is_about(suspicion, error, scene, labels)
        ]
        false_alarms += not about
        for row in about:
            first_about.setdefault(row, place)
    count = len(errors)
    right = sum(
        place < 2 * count and is_right(queue[place], errors[row], errors, scene, labels)
        for row, place in first_about.items()
    )
    return SeededScores(
        errors=count,
        found_k=sum(place < count for place in first_about.values()),
        found_2k=sum(place < 2 * count for place in first_about.values()),
        right=right,
        false_alarms=false_alarms,
        minutes=scene.frame_count / scene.frame_rate / 60,
    )


def is_about(suspicion: Suspicion, error: SeededError, scene: Scene, labels: LayerLabels) -> bool:
    """Return whether a suspicion is near an error in time and about tracks that it touched."""
    reach = NEAR_S * scene.frame_rate
    low, high = error.first_frame - reach, error.last_frame + reach
    if not any(low <= frame <= high for frame in suspicion.moments):
        return False
    touched = {
        track
        for person in error.people
        for frame in (error.first_frame, error.last_frame)
        if (track := labels.tracks.get((person, frame))) is not None
    }
    return bool(touched.intersection(map(int, suspicion.tracks)))


def is_right(
    suspicion: Suspicion,
    error: SeededError,
    errors: Sequence[SeededError],
    scene: Scene,
    labels: LayerLabels,
) -> bool:
    """Return whether the first proposal undoes an error and does no harm elsewhere."""
    if suspicion.proposal.edit is None:
        return False
    blur = blur_frames(scene.frame_rate)
    blurred = _blurred(errors, blur)
    before = labels.breaks(blurred)
    after = labels.after(scene, suspicion.proposal.edit)
    lost = len(labels.tracks) - len(after.tracks)
    return lost <= blur and after.breaks(blurred) <= before - _WORTH[error.kind]


def blur_frames(frame_rate: float) -> int:
    """Return by how many frames a proposal may miss an error: at few frames a second a few.

    Were it more, two errors a second apart would hide in one another, and what undoes one exactly
    would not count as right.
    """
    return max(_LEAST_BLUR_FRAMES, round(BLUR_S * frame_rate))


def _blurred(errors: Sequence[SeededError], blur: int) -> dict[int, list[tuple[int, int]]]:
    """Return the frames around each swap; ends of fragments and merges are exact."""
    blurred: dict[int, list[tuple[int, int]]] = {}
    for error in errors:
        if error.kind == ErrorKind.SWAP:
            for person in error.people:
                stretch = (error.last_frame - blur, error.last_frame + blur)
                blurred.setdefault(person, []).append(stretch)
    return blurred
