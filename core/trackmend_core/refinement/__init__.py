"""Mends tracks after the online pass, as a proposal: links, filled gaps, doubles, ghosts."""

from trackmend_core.refinement.proposal import ItemKind, RefinementItem, RefinementProposal
from trackmend_core.refinement.propose import propose_refinement
from trackmend_core.refinement.settings import RefinementSettings
from trackmend_core.refinement.view import RefinementView, refinement_view

__all__ = [
    "ItemKind",
    "RefinementItem",
    "RefinementProposal",
    "RefinementSettings",
    "RefinementView",
    "propose_refinement",
    "refinement_view",
]
