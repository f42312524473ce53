"""What a reviewer gets to see: a suspicion, why, and what would mend it."""

from collections.abc import Mapping
from dataclasses import dataclass

from trackmend_core.project import BoxXyxy
from trackmend_core.project.edits import Edit
from trackmend_core.review.kinds import Action, Decision, SuspicionKind
from trackmend_core.types import BoxId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostBox:
    """A box as it would be after a proposal, for a preview.

    Attributes:
        frame: 0-based.
        box_xyxy: pixels of the source frame.
        from_track: that has it now; None for a box that would be new.
        to_track: that would have it; None for a new track or none.
        is_removed: the box would be deleted.
    """

    frame: int
    box_xyxy: BoxXyxy
    from_track: TrackId | None
    to_track: TrackId | None
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastRadius:
    """How far an edit reaches; verified stretches are told by `Project.preview`."""

    boxes: int
    tracks: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Proposal:
    """What could be done.

    Attributes:
        action: in one word.
        title: in the user's words, say "Swap track 2 and track 9 from frame 92 on".
        edit: to hand to `Project.edit`; None if the proposal is to leave all as it is.
        score: change in the log-likelihood of all links against leaving all as it is.
        gain_boxes: boxes that would carry the right id and do not now, if the proposal is right.
    """

    action: Action
    title: str
    edit: Edit | None
    score: float
    gain_boxes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A box worth showing as a picture: which, where, and what it stands for.

    Attributes:
        role: "before", "after", "partner_before" or "partner_after".
        box_id: of the layer.
    """

    role: str
    track_id: TrackId
    box_id: BoxId
    frame: int
    box_xyxy: BoxXyxy


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Suspicion:
    """An event that looks like an error.

    Attributes:
        key: the same for the same event as long as its tracks do not change.
        kind: what it looks like.
        sentence: why it is suspected, for the user.
        frame: where to look, 0-based.
        first_frame: of the stretch that matters.
        last_frame: of it.
        tracks: concerned, the main one first.
        numbers: of those tracks, as people read them.
        probability: that the proposal mends an error, 0..1.
        expected_gain: of IDF1 if the proposal is looked at and, where right, accepted, 0..1.
        review_seconds: that looking and answering is expected to take.
        evidence: numbers behind the sentence, by name.
        proposal: the best thing to do.
        runner_up: the next best, if there is one.
        crops: boxes to show.
        decision: what a person said of it before, None if nobody has.
        note: that went with the decision.
        until: the frame at which it is over again, if the proposal mends a stretch only.
    """

    key: str
    kind: SuspicionKind
    sentence: str
    frame: int
    first_frame: int
    last_frame: int
    tracks: tuple[TrackId, ...]
    numbers: tuple[int, ...]
    probability: float
    expected_gain: float
    review_seconds: float
    evidence: Mapping[str, float]
    proposal: Proposal
    runner_up: Proposal | None
    crops: tuple[Crop, ...] = ()
    decision: Decision | None = None
    note: str = ""
    until: int | None = None

    @property
    def moments(self) -> tuple[int, ...]:
        """Return the frames at which something goes wrong: of a stretch its two ends."""
        return (self.frame,) if self.until is None else (self.frame, self.until)

    @property
    def rank(self) -> float:
        """Return the expected gain of IDF1 per second of review."""
        return self.expected_gain / self.review_seconds
