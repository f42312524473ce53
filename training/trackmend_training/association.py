"""How the tracker should associate with a new model: a few choices, tried on corrected frames.

Corrections teach more than a network: they also show for how long people are out of sight here,
for how long somebody who is hidden goes on behind whoever is nearer, whether a place is enough to
know them again, how much the colours of clothes tell beside what the network has learnt of them,
and how sure a detection must be to be somebody new. Only coarse choices are tried,
so that a short clip cannot teach its accidents; a choice must clearly win here, make no more
switches, each of which is work for a person, and, if it is to hold elsewhere too, lose nothing
there. How sure a detection must be to take part at all is left as it is: of frames that it has
learnt a network is surer than of any other.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from trackmend_core.evaluation import evaluate_sequence
from trackmend_core.jobs import MemorySink
from trackmend_core.jobs.recommended import HIDDEN_KEY, MEMORY_KEY, METADATA_KEY
from trackmend_core.model import Detector
from trackmend_core.model.colours import COLOUR_SHARE, with_share
from trackmend_core.project import as_stored
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections
from trackmend_training.gaps import times_away
from trackmend_training.judging import JudgedStretch

BIRTH_RISES = (0.0, 0.1, 0.2, 0.3)
"""Never lower: what helps at one place brings false people at another, MOTA -.13 on TUD-Campus."""
RETURN_COSTS = (0.0, 0.1, 0.2)
MEMORY_FACTORS = (1.0, 2.0, 4.0)
HIDDEN_FACTORS = (1.0, 2.0, 4.0)
COLOUR_SHARES = (0.3, 0.5, 0.7)
MEMORIES_SEEN = 6
"""So many times as long as a memory must a stretch be to tell what it does: people have to leave
and return in it."""
RETURNS_SEEN = 3
"""Or so many returns must there be that only this memory would know."""
LONG_MEMORY_COST = 0.2
"""What a return costs at least where the memory is longer than usual: more of the lost compete."""
CLEAR_WIN = 0.01
NEAR_BEST = 0.02
"""Among choices so near the best the one with the fewest switches is taken."""
SMALL_LOSS = 0.01
"""So much may fewer switches cost."""
CLEARLY_FEWER = 0.1
"""A share of the switches: so many fewer count as a win of their own."""
FREE_LOSS = 0.01
MOST_ROUNDS = 2
SAME_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """What differs from the settings as they were.

    Attributes:
        memory_factor: how much longer a lost track is remembered.
        lost_match_by_overlap: whether lost tracks take part in the overlap stage.
        birth_rise: how much surer a detection must be that begins a track.
        return_cost: how much more a lost track pays than a seen one.
        hidden_factor: how much longer somebody who is hidden keeps a box.
        colour_share: of the cosine, None for what it was.
    """

    memory_factor: float
    lost_match_by_overlap: bool
    birth_rise: float = 0.0
    return_cost: float = 0.0
    hidden_factor: float = 1.0
    colour_share: float | None = None

    def changed(self, settings: TrackerSettings) -> TrackerSettings:
        """Return settings with these choices."""
        birth = settings.birth_score_threshold + self.birth_rise
        return replace(
            settings,
            max_frames_lost=round(settings.max_frames_lost * self.memory_factor),
            lost_match_by_overlap=self.lost_match_by_overlap,
            birth_score_threshold=min(1.0, max(settings.score_threshold, birth)),
            return_cost=max(
                self.return_cost,
                settings.return_cost,
                LONG_MEMORY_COST if self.memory_factor > 1 else 0.0,
            ),
            hidden_frames=round(settings.hidden_frames * self.hidden_factor),
        )

    def metadata(
        self, metadata: Mapping[str, str], settings: TrackerSettings, *, frame_rate: float
    ) -> dict[str, str]:
        """Return a model's metadata with these choices; times in seconds, for any frame rate."""
        values = json.loads(metadata.get(METADATA_KEY, "{}"))
        changed = self.changed(settings)
        for key, name in ((MEMORY_KEY, "max_frames_lost"), (HIDDEN_KEY, "hidden_frames")):
            if getattr(changed, name) != getattr(settings, name):
                values[key] = round(getattr(changed, name) / frame_rate, 3)
        if changed.lost_match_by_overlap != settings.lost_match_by_overlap:
            values["lost_match_by_overlap"] = changed.lost_match_by_overlap
        for name in ("birth_score_threshold", "return_cost"):
            if getattr(changed, name) != getattr(settings, name):
                values[name] = round(getattr(changed, name), 3)
        texts = {**metadata, METADATA_KEY: json.dumps(values)}
        if self.colour_share is not None:
            texts[COLOUR_SHARE] = str(self.colour_share)
        return texts


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SeenStretch:
    """A stretch with what a model sees in its frames, to be tracked again and again.

    Attributes:
        stretch: with the truth.
        frames: index and detections, in order.
        settings: as they were.
        colour_share: with which the frames were seen, None without colours.
    """

    stretch: JudgedStretch
    frames: Sequence[tuple[int, FrameDetections]]
    settings: TrackerSettings
    colour_share: float | None = None

    @property
    def other_shares(self) -> tuple[float, ...]:
        """Return the shares of colours that can be tried beside that as it was."""
        share = self.colour_share
        if share is None or not 0 < share < 1:
            return ()
        return tuple(one for one in COLOUR_SHARES if abs(one - share) > SAME_SHARE)

    def outcome(self, choice: Association) -> "Outcome":
        """Return what tracks made with a choice are worth."""
        self.stretch.ask_whether_to_go_on()
        tracker, sink = Tracker(choice.changed(self.settings)), MemorySink()
        for frame_index, as_seen in self.frames:
            seen = self._coloured(as_seen, choice.colour_share)
            sink.write(frame_index, seen, tracker.step(seen))
        truth = self.stretch.judged_part(self.stretch.bridged.truth)
        scores = evaluate_sequence(truth, self.stretch.judged_part(sink.table()))
        clear = scores.clear
        switches = clear.id_switches / max(1, clear.gt_boxes)
        return Outcome((clear.mota + clear.idf1 + scores.hota.assa) / 3, switches)

    def _coloured(self, seen: FrameDetections, share: float | None) -> FrameDetections:
        if share is None or self.colour_share is None:
            return seen
        embeddings = with_share(seen.embeddings, old=self.colour_share, new=share)
        return replace(seen, embeddings=embeddings)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way of associating gave.

    Attributes:
        worth: one figure for the tracks.
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
    return SeenStretch(
        stretch=stretch, frames=frames, settings=settings, colour_share=detector.colour_share
    )


def ways_to_associate(here: SeenStretch, elsewhere: SeenStretch | None) -> tuple[Association, ...]:
    """Return what does clearly better on corrected frames and no worse elsewhere, best first.

    From what was usual it climbs: how much colours tell, how sure a birth must be, how dear a
    return is, for how long tracks are remembered and the hidden shown, and once more, for each
    depends on the others. Behind the best stand those that it came by, each with a choice less, for
    the case that the last choice does not prove itself. Nothing is returned where nothing wins.
    Another paper's method is left as it is.

    Args:
        here: corrected frames.
        elsewhere: frames of another place; None where the choice holds here alone.
    """
    if here.settings.method is not None:
        return ()
    unchanged = Association(
        memory_factor=1.0, lost_match_by_overlap=here.settings.lost_match_by_overlap
    )
    search = _Search(unchanged, here=here, elsewhere=elsewhere)
    way = [unchanged]
    for _ in range(MOST_ROUNDS):
        start = way[-1]
        for choices in _STEPS:
            best = search.best_of(way[-1], choices(way[-1], here))
            if best != way[-1]:
                way.append(best)
        if way[-1] == start:
            break
    return tuple(one for one in reversed(way) if search.clearly_wins(one))


_Choices = Callable[[Association, SeenStretch], list[Association]]


def _shares(best: Association, here: SeenStretch) -> list[Association]:
    return [replace(best, colour_share=share) for share in (None, *here.other_shares)]


def _births(best: Association, _here: SeenStretch) -> list[Association]:
    return [replace(best, birth_rise=birth) for birth in BIRTH_RISES]


def _returns(best: Association, _here: SeenStretch) -> list[Association]:
    return [
        replace(best, return_cost=cost, lost_match_by_overlap=by_overlap)
        for cost in RETURN_COSTS
        for by_overlap in dict.fromkeys((best.lost_match_by_overlap, True))
    ]


def _memories(best: Association, here: SeenStretch) -> list[Association]:
    usual, seen = here.settings.max_frames_lost, len(here.frames)
    away = times_away(here.stretch.truth, left_out=here.stretch.left_out)
    returns = {
        factor: int(((away > usual) & (away <= factor * usual)).sum()) for factor in MEMORY_FACTORS
    }
    return [
        replace(best, memory_factor=factor)
        for factor in MEMORY_FACTORS
        if factor == 1 or seen >= MEMORIES_SEEN * factor * usual or returns[factor] >= RETURNS_SEEN
    ]


def _hidden(best: Association, _here: SeenStretch) -> list[Association]:
    return [replace(best, hidden_factor=factor) for factor in HIDDEN_FACTORS]


_STEPS: tuple[_Choices, ...] = (_shares, _births, _returns, _memories, _hidden)


class _Search:
    """What choices gave, each tried once.

    Args:
        unchanged: the way as it was.
        here: corrected frames.
        elsewhere: frames of another place, if anything counts there.
    """

    def __init__(
        self, unchanged: Association, *, here: SeenStretch, elsewhere: SeenStretch | None
    ) -> None:
        self._here, self._elsewhere = here, elsewhere
        self._outcomes: dict[Association, Outcome] = {}
        self._before = self._outcome(unchanged)
        self._kept = elsewhere.outcome(unchanged).worth - FREE_LOSS if elsewhere else 0.0

    def best_of(self, start: Association, choices: Sequence[Association]) -> Association:
        """Return the choice with the fewest switches among those about as good as the best.

        Each switch is work for a person. What makes more of them than the start, or is worth less
        than the way as it was, here by more than a little or elsewhere, is none of them. Nothing is
        changed that makes no difference.
        """
        allowed = [one for one in dict.fromkeys((start, *choices)) if self._is_fine(one, start)]
        worth = max(self._outcome(one).worth for one in allowed)
        least = max(worth - NEAR_BEST, self._before.worth - SMALL_LOSS)
        good = [one for one in allowed if self._outcome(one).worth >= least]
        return min(good, key=lambda one: (self._outcome(one).switches, -self._outcome(one).worth))

    def clearly_wins(self, choice: Association) -> bool:
        """Return whether a choice gives clearly better tracks or clearly fewer switches."""
        outcome, before = self._outcome(choice), self._before
        return outcome.worth >= before.worth + CLEAR_WIN or outcome.switches < before.switches * (
            1 - CLEARLY_FEWER
        )

    def _is_fine(self, choice: Association, start: Association) -> bool:
        if choice == start:
            return True
        outcome = self._outcome(choice)
        is_worse = outcome.worth < self._before.worth - SMALL_LOSS
        if is_worse or outcome.switches > self._outcome(start).switches:
            return False
        return self._elsewhere is None or self._elsewhere.outcome(choice).worth >= self._kept

    def _outcome(self, choice: Association) -> Outcome:
        if choice not in self._outcomes:
            self._outcomes[choice] = self._here.outcome(choice)
        return self._outcomes[choice]
