"""The numbers behind a suspicion as bars and one line of figures, in the reviewer's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from trackmend_app.radius_text import boxes_text
from trackmend_core.review import Action, Suspicion, SuspicionKind


class Speaks(StrEnum):
    """What a bar speaks for."""

    ITSELF = "itself"
    OTHER = "other"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A similarity or a share, 0..1, with its name."""

    label: str
    value: float
    speaks: Speaks = Speaks.NEITHER


def evidence_rows(suspicion: Suspicion) -> list[EvidenceRow]:
    """Return what can be drawn as bars; where nobody was detected there is nothing to compare."""
    told = suspicion.evidence
    if _nobody_seen(told):
        return []
    rows = list[EvidenceRow]()
    if "similarity_self" in told:
        rows.append(
            EvidenceRow(label=_tr("to itself"), value=told["similarity_self"], speaks=Speaks.ITSELF)
        )
    other = _similarity_to_other(suspicion)
    if other is not None:
        rows.append(other)
    for name, label in _shares(suspicion.kind):
        if name in told:
            rows.append(EvidenceRow(label=label, value=told[name]))
    return rows


def _shares(kind: SuspicionKind) -> tuple[tuple[str, str], ...]:
    """Return which other numbers between 0 and 1 speak for a kind of event."""
    if kind is SuspicionKind.DUPLICATE:
        return (
            ("overlap", _tr("overlap of the boxes")),
            ("share_of_shorter", _tr("share of the shorter")),
        )
    if kind is SuspicionKind.GHOST:
        return (("mean_score", _tr("mean score")),)
    if kind is SuspicionKind.MISSED:
        return (
            ("overlap", _tr("fits the way")),
            ("mean_score", _tr("mean score")),
            ("filled", _tr("share of the gap")),
        )
    return ()


def evidence_line(evidence: Mapping[str, float]) -> str:
    """Return the other figures in one line."""
    parts = []
    if _nobody_seen(evidence):
        parts.append(_tr("nobody detected in between: on the straight line"))
    if evidence.get("gap_frames", 1) > 1:
        parts.append(_tr("gap of {count} frames").format(count=int(evidence["gap_frames"])))
    if "miss_heights" in evidence:
        parts.append(_tr("{value:.2f} heights off course").format(value=evidence["miss_heights"]))
    if evidence.get("hidden", 0.0) >= 0.05:
        parts.append(_tr("{share:.0f} % hidden").format(share=100 * evidence["hidden"]))
    if "life_s" in evidence:
        parts.append(_tr("{seconds:.1f} s long").format(seconds=evidence["life_s"]))
    if "boxes" in evidence:
        parts.append(boxes_text(int(evidence["boxes"])))
    return " · ".join(parts)


def _nobody_seen(evidence: Mapping[str, float]) -> bool:
    """Tell whether a gap would be filled without any detection: the figures are usual ones."""
    return evidence.get("filled", 1.0) <= 0


def _similarity_to_other(suspicion: Suspicion) -> EvidenceRow | None:
    """Return the similarity across the tracks, as the sentence tells it."""
    told = suspicion.evidence
    name = "similarity_joins"
    if suspicion.proposal.action is Action.SWAP and "similarity_partner_joins" in told:
        name = "similarity_partner_joins"
    if name not in told:
        return None
    if len(suspicion.numbers) > 1:
        label = _tr("to track {number}").format(number=suspicion.numbers[1])
    else:
        label = _tr("looks alike")
    return EvidenceRow(label=label, value=told[name], speaks=Speaks.OTHER)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Evidence", text)
