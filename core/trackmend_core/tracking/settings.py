"""How a tracker decides: thresholds, memory, and which habits of the official code it keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Self

from trackmend_core.errors import UserError
from trackmend_core.tracking.method_settings import METHODS, MethodSettings

FAIRMOT = "fairmot"

DEFAULT_SCORE_THRESHOLD = 0.4
"""FairMOT's own; a model that is calibrated otherwise says so in its file."""

HIDDEN_BUFFER = 12
"""Frames at 30 per second for which the default shows a track that somebody nearer hides."""

USUAL_TURNS = 6
"""How often the default lets two tracks take turns on one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """Everything that decides what a tracker does; stored with each run.

    Without a method these are the settings of FairMOT's cascade. A method of another paper brings
    settings of its own and heeds those of the cascade that it names in `uses`.

    Attributes:
        score_threshold: detections at or below it take no part, 0..1.
        birth_score_threshold: an unmatched detection below it starts no track, 0..1.
        max_frames_lost: frames a track may be missing and still return under its id.
        appearance_cost_max: pairs at or above it stay unmatched in the appearance stage.
        motion_weight: share of the squared Mahalanobis distance in that cost, 0..1.
        gate: squared Mahalanobis distance beyond which a pair is impossible.
        iou_cost_max: limit of 1 - IoU for tracks that were seen in the last frame.
        unconfirmed_iou_cost_max: the same for tracks that were born in the last frame.
        duplicate_iou_min: of a seen and a lost track overlapping more, the younger is dropped.
        feature_momentum: share of the old appearance in the running mean of a track, 0..1.
        match_across_classes: whether a person may continue the track of a car.
        predict_unconfirmed: whether a track born in the last frame is moved before matching.
        zombie_frame: whether an expired track can return for one frame more, and then is lost
            for good at its next miss.
        refresh_score_on_return: whether a track that returns takes the score of its detection.
        number_at_birth: whether tracks that are never confirmed use up ids.
        inclusive_iou: whether IoU counts the border pixel, as `cython_bbox` does.
        confirm_births: whether a new track must be seen again before it is shown.
        lost_match_by_overlap: whether lost tracks take part in the overlap stage.
        return_cost: how much more a lost track pays than a seen one where both would go on with a
            detection by appearance; what is possible at all stays the same.
        use_appearance: whether there is an appearance stage; without it lost tracks, too, are
            matched by overlap.
        use_motion: whether the Kalman filter predicts and gates; without it a track stays at its
            last detection.
        use_overlap: whether there are overlap stages; without them new tracks are matched by
            appearance.
        hidden_frames: frames for which a track that is lost keeps its expected place in the output,
            as long as somebody nearer hides it there.
        turns_max: how often two tracks that are never seen together may take turns on a person
            before the younger one is dropped; 0 for as often as they like.
        method: of another paper; None is FairMOT's.

    Raises:
        ValueError: a value is outside its range.
    Source: FairMOT sections 3.4 and 3.5; values and habits of its released code.
    """

    score_threshold: float
    birth_score_threshold: float
    max_frames_lost: int
    appearance_cost_max: float = 0.4
    motion_weight: float = 0.02
    gate: float = 9.4877
    iou_cost_max: float = 0.5
    unconfirmed_iou_cost_max: float = 0.7
    duplicate_iou_min: float = 0.85
    feature_momentum: float = 0.9
    match_across_classes: bool = False
    predict_unconfirmed: bool = True
    zombie_frame: bool = False
    refresh_score_on_return: bool = True
    number_at_birth: bool = False
    inclusive_iou: bool = False
    confirm_births: bool = True
    lost_match_by_overlap: bool = False
    return_cost: float = 0.0
    use_appearance: bool = True
    use_motion: bool = True
    use_overlap: bool = True
    hidden_frames: int = 0
    turns_max: int = 0
    method: MethodSettings | None = None

    def __post_init__(self) -> None:
        shares = ("score_threshold", "birth_score_threshold", "motion_weight", "feature_momentum")
        limits = (
            "appearance_cost_max",
            "gate",
            "iou_cost_max",
            "unconfirmed_iou_cost_max",
            "duplicate_iou_min",
            "return_cost",
        )
        for name in shares:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie between 0 and 1, not {getattr(self, name)}")
        for name in limits:
            value = getattr(self, name)
            if not (isfinite(value) and value >= 0):
                raise ValueError(f"{name} must be a number from 0 up, not {value}")
        for name in ("max_frames_lost", "hidden_frames", "turns_max"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, not {getattr(self, name)}")
        if not (self.use_appearance or self.use_overlap):
            raise ValueError("use_appearance or use_overlap must be on, or nothing is matched")
        if self.method is not None:
            _check_method(self.method)

    @property
    def method_name(self) -> str:
        """Return the name of the method."""
        return self.method.name if self.method is not None else FAIRMOT

    @classmethod
    def official(
        cls,
        score_threshold: float = 0.4,
        frame_rate: float = 30,
        track_buffer: int = 30,
    ) -> Self:
        """Return the cascade of FairMOT's released code, equal in every id.

        It keeps that code's habits: unconfirmed tracks are not predicted, an expired track has a
        zombie frame, a returning track shows its old score, discarded tracks use up ids, classes
        are ignored, and IoU counts the border pixel. Two habits that change no output are left
        out: the list of removed tracks and the list of all embeddings, which grow for ever.
        Ids are counted per tracker, not per process, and boxes without area take no part.

        Args:
            score_threshold: `conf_thres` of the official options; also the birth threshold.
            frame_rate: of the video.
            track_buffer: frames at 30 per second that a lost track is remembered.

        Raises:
            ValueError: a value is outside its range.
        """
        return cls(
            score_threshold=score_threshold,
            birth_score_threshold=score_threshold,
            max_frames_lost=buffer_frames(frame_rate=frame_rate, track_buffer=track_buffer),
            match_across_classes=True,
            predict_unconfirmed=False,
            zombie_frame=True,
            refresh_score_on_return=False,
            number_at_birth=True,
            inclusive_iou=True,
        )

    @classmethod
    def default(
        cls,
        frame_rate: float,
        *,
        score_threshold: float = DEFAULT_SCORE_THRESHOLD,
        track_buffer: int = 30,
    ) -> Self:
        """Return the same cascade with the habits mended.

        - A track born in the last frame is predicted like every other.
        - A lost track returns within `max_frames_lost` missed frames, or never.
        - A track that returns takes the score of the detection it returns with.
        - Ids are given when a track is confirmed, so that they run 1, 2, 3 without holes.
        - Detections never continue the track of another class.
        - IoU is the plain one, so that small boxes are not favoured.
        - A seen and a lost track that overlap both stay: dropping the younger took people out of
          sight who walk before others.
        - A lost track may return by overlap with where it is expected, not by appearance alone.
        - Somebody who walks behind a nearer person keeps a box there for 0.4 seconds.
        - Of two tracks that keep taking turns on one person, the younger one ends.

        Raises:
            ValueError: a value is outside its range.
        """
        return cls(
            score_threshold=score_threshold,
            birth_score_threshold=score_threshold,
            max_frames_lost=buffer_frames(frame_rate=frame_rate, track_buffer=track_buffer),
            duplicate_iou_min=1.0,
            lost_match_by_overlap=True,
            hidden_frames=buffer_frames(frame_rate=frame_rate, track_buffer=HIDDEN_BUFFER),
            turns_max=USUAL_TURNS,
        )

    def to_dict(self) -> dict[str, float | int | bool | str]:
        """Return plain values that survive JSON: those that the method heeds."""
        values: dict[str, float | int | bool | str] = {"method": self.method_name}
        for name in _kinds(self.method_name):
            holder = self if name in _CASCADE_KINDS and not _is_own(self.method, name) else None
            values[name] = getattr(holder or self.method, name)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self:
        """Build settings from `to_dict`'s values.

        Raises:
            UserError: a name is unknown, a required one is missing, or a value does not fit.
        """
        method_name = str(values.get("method", FAIRMOT))
        kinds = _kinds(method_name)
        given = {name: value for name, value in values.items() if name != "method"}
        unknown = sorted(set(given) - set(kinds))
        if unknown:
            raise UserError(
                f"Unknown tracker setting: {', '.join(unknown)}.",
                f"Known settings of {method_name}: {', '.join(kinds)}.",
            )
        for name, value in given.items():
            _check_kind(name, kind=kinds[name], value=value)
        kind = METHODS.get(method_name)
        own = {field.name for field in fields(kind)} if kind is not None else set()
        shared = {name: value for name, value in given.items() if name not in own}
        try:
            if kind is not None:
                if "max_frames_lost" not in kinds:
                    shared["max_frames_lost"] = 0  # a method without a memory
                # The kinds of all values were checked one by one.
                shared["method"] = kind(**{name: given[name] for name in own & set(given)})  # type: ignore[arg-type]
            return cls(**shared)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise UserError(f"The tracker settings do not fit: {error}.") from error

    def changed(self, texts: Mapping[str, str]) -> Self:
        """Return settings with some values replaced by what a person wrote.

        Args:
            texts: by name; flags are `true` or `false`.

        Raises:
            UserError: the method has no such setting, or the text is no value for it.
        """
        kinds = _kinds(self.method_name)
        values: dict[str, object] = dict(self.to_dict())
        for name, text in texts.items():
            values[name] = _parsed(name, kind=kinds.get(name, float), text=text)
        return self.from_dict(values)


_CASCADE_KINDS = {
    field.name: field.type for field in fields(TrackerSettings) if field.name != "method"
}


def _kinds(method_name: str) -> dict[str, object]:
    """Return the names and types of all values that a method heeds, its own last."""
    if method_name == FAIRMOT:
        return dict(_CASCADE_KINDS)
    kind = METHODS.get(method_name)
    if kind is None:
        raise UserError(
            f"Unknown tracking method: {method_name}.", f"Known: {', '.join([FAIRMOT, *METHODS])}."
        )
    return {name: _CASCADE_KINDS[name] for name in kind.uses} | {
        field.name: field.type for field in fields(kind)
    }


def _is_own(method: MethodSettings | None, name: str) -> bool:
    return method is not None and name in {field.name for field in fields(method)}


def _check_method(method: MethodSettings) -> None:
    for field in fields(method):
        value = getattr(method, field.name)
        least = 1 if field.type is int else 0
        if not (isfinite(value) and value >= least):
            raise ValueError(f"{field.name} must be a number from {least} up, not {value}")


def _parsed(name: str, *, kind: object, text: str) -> float | int | bool:
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.strip().lower()]
        return int(text) if kind is int else float(text)
    except (KeyError, ValueError) as error:
        wanted = {bool: "true or false", int: "a whole number"}.get(kind, "a number")  # type: ignore[call-overload]
        raise UserError(f"The tracker setting {name} takes {wanted}, not {text!r}.") from error


def _check_kind(name: str, *, kind: object, value: object) -> None:
    allowed: tuple[type, ...] = {bool: (bool,), int: (int,)}.get(kind, (int, float))  # type: ignore[call-overload]
    is_flag = isinstance(value, bool)
    if not isinstance(value, allowed) or (is_flag and kind is not bool):
        raise UserError(f"The tracker setting {name} has the value {value!r}, which does not fit.")


def buffer_frames(*, frame_rate: float, track_buffer: int = 30) -> int:
    """Return how many frames of a video a memory of `track_buffer` frames at 30 per second lasts.

    Raises:
        ValueError: the frame rate is none.
    """
    if not (isfinite(frame_rate) and frame_rate > 0):
        raise ValueError(f"the frame rate must be positive, not {frame_rate}")
    return int(frame_rate / 30.0 * track_buffer)
