"""How the tracker should associate with a new model: a few choices, tried on corrected frames.

Corrections teach more than a network: they also show for how long people are out of sight here, and
whether a place is enough to know them again. Only coarse choices are tried, so that a short clip
cannot teach its accidents, and a choice must clearly win here and lose nothing elsewhere.
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

MEMORY_FACTORS = (1.0, 2.0)
CLEAR_WIN = 0.01
FREE_LOSS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """What differs from the settings as they were.

    Attributes:
        memory_factor: how much longer a lost track is remembered.
        lost_match_by_overlap: whether lost tracks take part in the overlap stage.
    """

    memory_factor: float
    lost_match_by_overlap: bool

    def changed(self, settings: TrackerSettings) -> TrackerSettings:
        """Return settings with these choices."""
        return replace(
            settings,
            max_frames_lost=round(settings.max_frames_lost * self.memory_factor),
            lost_match_by_overlap=self.lost_match_by_overlap,
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

    def worth(self, choice: Association) -> float:
        """Return one figure for tracks made with a choice; each switch costs like a lost box."""
        tracker, sink = Tracker(choice.changed(self.settings)), MemorySink()
        for frame_index, seen in self.frames:
            sink.write(frame_index, seen, tracker.step(seen))
        scores = evaluate_sequence(self.stretch.truth, sink.table())
        clear = scores.clear
        switches = clear.id_switches / max(1, clear.gt_boxes)
        return (clear.mota + clear.idf1 + scores.hota.assa) / 3 - switches


def see(detector: Detector, stretch: JudgedStretch, *, settings: TrackerSettings) -> SeenStretch:
    """Let a model look at every frame of a stretch.

    Raises:
        UserError: a frame cannot be read.
    """
    frames = [(index, as_stored(detector.detect(image))) for index, image in stretch.frames()]
    return SeenStretch(stretch=stretch, frames=frames, settings=settings)


def choose_association(here: SeenStretch, elsewhere: SeenStretch) -> Association | None:
    """Return what does clearly better on corrected frames and no worse elsewhere, None if nothing.

    Another paper's method is left as it is.
    """
    if here.settings.method is not None:
        return None
    unchanged = Association(
        memory_factor=1.0, lost_match_by_overlap=here.settings.lost_match_by_overlap
    )
    least = here.worth(unchanged) + CLEAR_WIN
    kept = elsewhere.worth(unchanged) - FREE_LOSS
    best: Association | None = None
    for by_overlap in dict.fromkeys((unchanged.lost_match_by_overlap, True)):
        for factor in MEMORY_FACTORS:
            choice = Association(memory_factor=factor, lost_match_by_overlap=by_overlap)
            worth = here.worth(choice)
            if worth > least and elsewhere.worth(choice) >= kept:
                least, best = worth, choice
    return best
