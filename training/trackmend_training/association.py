"""How the tracker should associate with a new model: a few choices, tried on corrected frames.

Corrections teach more than a network: they also show for how long people are out of sight here,
whether a place is enough to know them again, and how sure a detection must be to be somebody new.
Only coarse choices are tried, so that a short clip cannot teach its accidents; a choice must
clearly win here, make no more switches, each of which is work for a person, and lose nothing
elsewhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trackmend_core.evaluation import evaluate_sequence
from trackmend_core.jobs import MemorySink
from trackmend_core.jobs.recommended import MEMORY_KEY, METADATA_KEY
from trackmend_core.model import Detector
from trackmend_core.project import as_stored
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections
from trackmend_training.judging import JudgedStretch

BIRTH_RISES = (0.0, 0.1, 0.2)
MEMORY_FACTORS = (1.0, 2.0)
CLEAR_WIN = 0.01
FREE_LOSS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """What differs from the settings as they were.

    Attributes:
        memory_factor: how much longer a lost track is remembered.
        lost_match_by_overlap: whether lost tracks take part in the overlap stage.
        birth_rise: how much surer a detection must be that begins a track.
    """

    memory_factor: float
    lost_match_by_overlap: bool
    birth_rise: float = 0.0

    def changed(self, settings: TrackerSettings) -> TrackerSettings:
        """Return settings with these choices."""
        return replace(
            settings,
            max_frames_lost=round(settings.max_frames_lost * self.memory_factor),
            lost_match_by_overlap=self.lost_match_by_overlap,
            birth_score_threshold=min(1.0, settings.birth_score_threshold + self.birth_rise),
        )

    def metadata(
        self, metadata: Mapping[str, str], settings: TrackerSettings, *, frame_rate: float
    ) -> dict[str, str]:
        """Return a model's metadata with these choices; memory in seconds, for any frame rate."""
        values = json.loads(metadata.get(METADATA_KEY, "{}"))
        changed = self.changed(settings)
        if changed.max_frames_lost != settings.max_frames_lost:
            values[MEMORY_KEY] = round(changed.max_frames_lost / frame_rate, 3)
        if changed.lost_match_by_overlap != settings.lost_match_by_overlap:
            values["lost_match_by_overlap"] = changed.lost_match_by_overlap
        if changed.birth_score_threshold != settings.birth_score_threshold:
            values["birth_score_threshold"] = round(changed.birth_score_threshold, 3)
        return {**metadata, METADATA_KEY: json.dumps(values)}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SeenStretch:
    """A stretch with what a model sees in its frames, to be tracked again and again.

    Attributes:
        stretch: with the truth.
        frames: index and detections, in order.
        settings: as they were.
    """

    stretch: JudgedStretch
    frames: Sequence[tuple[int, FrameDetections]]
    settings: TrackerSettings

    def outcome(self, choice: Association) -> "Outcome":
        """Return what tracks made with a choice are worth."""
        tracker, sink = Tracker(choice.changed(self.settings)), MemorySink()
        for frame_index, seen in self.frames:
            sink.write(frame_index, seen, tracker.step(seen))
        scores = evaluate_sequence(self.stretch.truth, sink.table())
        clear = scores.clear
        switches = clear.id_switches / max(1, clear.gt_boxes)
        return Outcome((clear.mota + clear.idf1 + scores.hota.assa) / 3 - switches, switches)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way of associating gave.

    Attributes:
        worth: one figure for the tracks; each switch costs like a lost box.
        switches: of identity, for each true box.
    """

    worth: float
    switches: float


def see(detector: Detector, stretch: JudgedStretch, *, settings: TrackerSettings) -> SeenStretch:
    """Let a model look at every frame of a stretch.

    Raises:
        UserError: a frame cannot be read.
    """
    frames = [(index, as_stored(detector.detect(image))) for index, image in stretch.frames()]
    return SeenStretch(stretch=stretch, frames=frames, settings=settings)


def choose_association(here: SeenStretch, elsewhere: SeenStretch) -> Association | None:
    """Return what does clearly better on corrected frames and no worse elsewhere, None if nothing.

    How tracks begin and return is chosen first, and then for how long they are remembered: a long
    memory brings lost people back, and where tracks begin too easily takes them for others.
    Another paper's method is left as it is.
    """
    if here.settings.method is not None:
        return None
    unchanged = Association(
        memory_factor=1.0, lost_match_by_overlap=here.settings.lost_match_by_overlap
    )
    ways = [
        replace(unchanged, lost_match_by_overlap=by_overlap, birth_rise=rise)
        for by_overlap in dict.fromkeys((unchanged.lost_match_by_overlap, True))
        for rise in BIRTH_RISES
    ]
    kept = elsewhere.outcome(unchanged).worth - FREE_LOSS
    best = _climb(unchanged, ways, here=here, elsewhere=elsewhere, kept=kept)
    longer = [replace(best, memory_factor=factor) for factor in MEMORY_FACTORS]
    best = _climb(best, longer, here=here, elsewhere=elsewhere, kept=kept)
    return None if best == unchanged else best


def _climb(
    start: Association,
    choices: Sequence[Association],
    *,
    here: SeenStretch,
    elsewhere: SeenStretch,
    kept: float,
) -> Association:
    """Return the best of some choices that clearly beat the start, the start if none does."""
    before = here.outcome(start)
    least, best = before.worth + CLEAR_WIN, start
    for choice in choices:
        outcome = here.outcome(choice)
        wins = outcome.worth > least and outcome.switches <= before.switches
        if wins and elsewhere.outcome(choice).worth >= kept:
            least, best = outcome.worth, choice
    return best
