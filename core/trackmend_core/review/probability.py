"""How likely a finding's proposal mends an error: one logistic model per family of events."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, log1p
from typing import Final

from trackmend_core.review.finding import Finding
from trackmend_core.review.fitted import Fitted
from trackmend_core.review.kinds import Action, SuspicionKind

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredNear:
    """What a person has answered about other events in these tracks at about that time.

    Where somebody has already looked and mended, what is odd is more often left over than wrong.

    Attributes:
        accepted: proposals about this run that were accepted.
        rejected: proposals that were rejected.
    """

    accepted: int = 0
    rejected: int = 0


NOTHING_NEAR: Final = AnsweredNear()


STARTLING: Final = 0.2
"""A leap of a body's height is shown, though it is seldom known what would mend it."""

_MOST_ANSWERS: Final = 3
_SCORE_CAP: Final = 14.0
_NEVER = 0.0


def features(finding: Finding, near: AnsweredNear = NOTHING_NEAR) -> dict[str, float]:
    """Return what the probability of a finding is judged by; all are of the order of 1."""
    repair = finding.repair
    if repair.action is Action.NOTHING:
        return {}
    evidence = finding.evidence
    others = [one.score for one in finding.alternatives if one is not repair]
    values = {
        "constant": 1.0,
        "score": _capped(repair.score) / 4,
        "loss": min(0.0, repair.score) / 2,
        "margin": _capped(repair.score - max(others, default=0.0)) / 4,
        "accepted_near": float(min(near.accepted, _MOST_ANSWERS)),
        "rejected_near": float(min(near.rejected, _MOST_ANSWERS)),
    }
    family = finding.kind.family
    if family == "continuity":
        itself = repair.links["self"]
        is_split, is_visit = repair.action is Action.SPLIT, "returns" in repair.links
        values |= {
            "self_score": _capped(itself.score) / 4,
            "is_split": float(is_split),
            "split_score": is_split * values["score"],
            "is_nobodys": float(is_visit and repair.partner is None),
            "is_swap": float(repair.action is Action.SWAP),
            "is_reassign": float(repair.action is Action.REASSIGN and repair.partner is not None),
            "is_visit": float(is_visit),
            "shorter_side": min(3.0, log1p(evidence["shorter_side"])) - 2,
            "hidden": evidence["hidden"],
            "gap": min(3.0, log(itself.gap)),
        }
    elif family == "fragmentation":
        link = repair.links["joins"]
        values |= {
            "rival": min(evidence["rival_score"], _SCORE_CAP) / 4,
            "gap": min(6.0, log(link.gap)),
            "shorter_side": min(3.0, log1p(evidence["shorter_side"])) - 2,
            "near": float(link.values[0]) / 4,
            "is_overlapping": float(evidence["overlap_frames"] > 0),
        }
    elif family == "duplicate":
        values |= {
            "overlap": 4 * (evidence["overlap"] - 0.7),
            "frames": log(evidence["doubled_frames"]) - 2,
            "share": evidence["share_of_shorter"],
            "alike": evidence["similarity_evidence"] / 4,
            "wobble": 10 * evidence["wobble_heights"],
        }
    elif family == "ghost":
        values |= {"doubt": 4 * evidence["doubt"], "life": evidence["life_s"] * 2}
    else:
        values |= {
            "self": _capped(evidence["score_self"]) / 4,
            "filled": evidence["filled"],
            "unseen": float(evidence["filled"] == 0),
            "border": evidence["at_border"],
            "shorter_side": min(3.0, log1p(evidence["shorter_side"])) - 2,
            "fit": 4 * (evidence["overlap"] - 0.7),
            "seen": 4 * (evidence["mean_score"] - 0.4),
            "inside": evidence["inside"],
            "alike": evidence["similarity_evidence"] / 4,
            "crowding": 4 * evidence["crowding"],
            "frames": min(4.0, log(evidence["boxes"])) - 2,
        }
    return values


def probability(finding: Finding, fitted: Fitted, near: AnsweredNear = NOTHING_NEAR) -> float:
    """Return how likely the proposal mends an error, 0..1."""
    values = features(finding, near)
    if not values:
        return _NEVER
    weights = fitted.events.get(finding.kind.family)
    if not weights:
        return 1 / (1 + exp(-values["score"]))
    total = sum(weights.get(name, 0.0) * value for name, value in values.items())
    likely = 1 / (1 + exp(-max(-30.0, min(30.0, total))))
    return max(likely, STARTLING) if _is_startling(finding) else likely


def _is_startling(finding: Finding) -> bool:
    """Return whether a track leaps from frame to frame, farther than anybody steps."""
    is_jump = finding.kind is SuspicionKind.MOTION_JUMP
    return is_jump and finding.evidence["miss_heights"] > 1 == finding.evidence["gap_frames"]


def _capped(score: float) -> float:
    return max(-_SCORE_CAP, min(_SCORE_CAP, score))
