"""How good boxes, tracks and embeddings are against ground truth; no torch."""

from trackmend_core.evaluation.bootstrap import Change, Changes, compare_results
from trackmend_core.evaluation.clear import evaluate_clear
from trackmend_core.evaluation.detection import (
    JudgedImage,
    PerImageAp,
    average_precision,
    fairmot_average_precision,
)
from trackmend_core.evaluation.events import SwitchEvent, count_by_size, find_switches
from trackmend_core.evaluation.hota import ALPHAS, HotaScores, evaluate_hota
from trackmend_core.evaluation.rules import ClearRules, GroundTruthRule
from trackmend_core.evaluation.scores import ClearScores, combine
from trackmend_core.evaluation.sequence import SequenceScores, evaluate_sequence, overall
from trackmend_core.evaluation.sizes import EVERY_SIZE, SIZE_BANDS, SizeBand
from trackmend_core.evaluation.verification import (
    IdentityPairs,
    identity_pairs,
    roc_curve,
    same_different_auc,
    tpr_at_far,
)

__all__ = [
    "ALPHAS",
    "EVERY_SIZE",
    "SIZE_BANDS",
    "Change",
    "Changes",
    "ClearRules",
    "ClearScores",
    "GroundTruthRule",
    "HotaScores",
    "IdentityPairs",
    "JudgedImage",
    "PerImageAp",
    "SequenceScores",
    "SizeBand",
    "SwitchEvent",
    "average_precision",
    "combine",
    "compare_results",
    "count_by_size",
    "evaluate_clear",
    "evaluate_hota",
    "evaluate_sequence",
    "fairmot_average_precision",
    "find_switches",
    "identity_pairs",
    "overall",
    "roc_curve",
    "same_different_auc",
    "tpr_at_far",
]
