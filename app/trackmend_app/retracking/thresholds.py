"""The thresholds of the tracker that can be tried, in the reviewer's words."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from trackmend_core.tracking import TrackerSettings

_CONTEXT = "Thresholds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One value of the settings.

    Attributes:
        name: in `TrackerSettings`.
        title: in words.
        tip: what more of it does.
        least: the lowest that can be tried; `most` the highest.
        step: between two values.
    """

    name: str
    title: str
    tip: str
    least: float
    most: float
    step: float

    def text(self, value: float) -> str:
        """Return a value as people read it."""
        return f"{value:.0f}" if self.step >= 1 else f"{value:.2f}"


def _share(name: str, title: str, tip: str) -> Threshold:
    return Threshold(name=name, title=title, tip=tip, least=0.0, most=1.0, step=0.01)


def _all() -> tuple[Threshold, ...]:
    return (
        _share(
            "score_threshold",
            _tr("Score at least"),
            _tr("Detection score from which a box counts; higher: fewer doubtful boxes, more gaps"),
        ),
        _share(
            "low_score_threshold",
            _tr("Doubtful from"),
            _tr("Doubtful boxes above it may go on with a track"),
        ),
        _share(
            "appearance_cost_max",
            _tr("Looks differ by"),
            _tr(
                "Cosine distance at most; higher: tracks go on although the person looks different"
            ),
        ),
        _share(
            "cosine_max",
            _tr("Looks differ by"),
            _tr(
                "Cosine distance at most; higher: tracks go on although the person looks different"
            ),
        ),
        _share(
            "iou_cost_max",
            _tr("Place differs by"),
            _tr("1 - IoU at most; higher: tracks go on although the box has moved far"),
        ),
        _share(
            "first_iou_cost_max",
            _tr("Place differs by"),
            _tr("1 - IoU at most; higher: tracks go on although the box has moved far"),
        ),
        _share(
            "iou_min",
            _tr("Overlap at least"),
            _tr("IoU at least; lower: tracks go on although the box has moved far"),
        ),
        Threshold(
            name="max_frames_lost",
            title=_tr("Memory, frames"),
            tip=_tr(
                "How long a lost track is remembered; higher: people keep their id after longer"
            ),
            least=0,
            most=250,
            step=1,
        ),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)


def thresholds_of(settings: TrackerSettings) -> tuple[Threshold, ...]:
    """Return those that the method of these settings heeds."""
    known = settings.to_dict()
    return tuple(one for one in _all() if one.name in known)


def short_title(name: str) -> str:
    """Return the words for a value, also for one that cannot be tried here."""
    for one in _all():
        if one.name == name:
            return one.title
    return name.replace("_", " ")
