"""How bold the offline refinement is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementSettings:
    """Limits; times in seconds, so that they hold at any frame rate.

    Attributes:
        windows_s: tracklets are linked over gaps up to the first of these, then up to the next:
            what is certain is settled before what is far.
        link_score_min: log-likelihood ratio of one person against two that a link needs.
        link_margin_min: by how much it must be better than the best link it excludes.
        fill_s_max: gaps stay open over which nobody was seen for longer.
        duplicate_iou_min: a track that overlaps another by so much is its double...
        duplicate_share_min: ...if it does so in this share of its frames.
        ghost_s_max: a track that lives no longer may be of nobody.
        ghost_score_quantile: ...if its mean score lies below this quantile of all boxes.
    """

    windows_s: tuple[float, ...] = (0.5, 1.5, 4.0)
    link_score_min: float = 0.7
    link_margin_min: float = 0.5
    fill_s_max: float = 2.0
    duplicate_iou_min: float = 0.7
    duplicate_share_min: float = 0.8
    ghost_s_max: float = 0.3
    ghost_score_quantile: float = 0.2
