"""How good tracks are against ground truth: CLEAR and identity measures."""

from trackmend_core.evaluation.clear import evaluate_clear
from trackmend_core.evaluation.rules import ClearRules, GroundTruthRule
from trackmend_core.evaluation.scores import ClearScores, combine

__all__ = ["ClearRules", "ClearScores", "GroundTruthRule", "combine", "evaluate_clear"]
