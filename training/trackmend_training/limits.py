"""Which numbers settings may be; others would ruin a run or quietly do nothing; no torch."""

import math
from collections.abc import Mapping

from trackmend_core.errors import UserError

NOT_NEGATIVE = (0.0, math.inf)
AT_LEAST_ONE = (1.0, math.inf)
SHARE = (0.0, 1.0)
Limits = Mapping[str, tuple[float, float]]
_RATES = (0.0, 1000.0)
"""Far above any use; a rate that float32 cannot hold ends in the optimiser's own words."""
_PROCESSES = (0.0, 1024.0)
_SLOTS = (1.0, 100_000.0)
_LENGTH = (0.0, 1e9)
"""No run ends that is longer; a number with a slip of the hand in it does not begin one."""
_SEEDS = (0.0, 1e18)
"""All that torch takes, in a round number."""
_OF_ANY_RUN: Limits = {
    **dict.fromkeys(("learning_rate", "backbone_rate"), _RATES),
    "threads": _PROCESSES,
    "seed": _SEEDS,
}
TRAIN_LIMITS: Limits = {
    **_OF_ANY_RUN,
    **dict.fromkeys(("reid_dim", "max_objects"), _SLOTS),
    **dict.fromkeys(("steps", "epochs", "warmup_steps", "drop_at"), _LENGTH),
    "weight_decay": NOT_NEGATIVE,
    **dict.fromkeys(("size_weight", "overlap_weight", "teacher_weight"), NOT_NEGATIVE),
    **dict.fromkeys(("frozen_blocks", "gradient_clip"), NOT_NEGATIVE),
    "drop_factor": SHARE,
    "workers": _PROCESSES,
    "ema_decay": (0.0, 0.999999),
}
FINETUNE_LIMITS: Limits = {
    **_OF_ANY_RUN,
    **dict.fromkeys(("batch_size", "max_frames", "check_frames"), AT_LEAST_ONE),
    **dict.fromkeys(("frozen_blocks", "replay_frames", "fewest_boxes"), NOT_NEGATIVE),
    "steps": _LENGTH,
    **dict.fromkeys(("frames_around_edit", "keep_weight", "apart_weight"), NOT_NEGATIVE),
    **dict.fromkeys(("held_out_share", "replay_share", "blends"), SHARE),
    "max_minutes": (0.01, math.inf),
}


def require_within(settings: object, limits: Limits, *, where: str) -> None:
    """Check numbers, and every entry of a list of numbers.

    Args:
        settings: has an attribute of each name.
        limits: lowest and highest value by name; none may be infinite or no number.
        where: what the settings are, for messages.

    Raises:
        UserError: one is outside.
    """
    for name, (low, high) in limits.items():
        value = getattr(settings, name)
        entries = value if isinstance(value, tuple) else (value,)
        if all(math.isfinite(entry) and low <= entry <= high for entry in entries):
            continue
        wanted = f"{low:g} or more" if math.isinf(high) else f"between {low:g} and {high:g}"
        shown = list(value) if isinstance(value, tuple) else value
        raise UserError(f"In {where}, {name} must be {wanted}, not {shown}.")


def require_ranges(settings: object, *names: str, where: str) -> None:
    """Check pairs of a lowest and a highest value, both above 0.

    Raises:
        UserError: one is not.
    """
    for name in names:
        low, high = getattr(settings, name)
        if not 0 < low <= high < math.inf:
            raise UserError(
                f"In {where}, {name} must be a lowest and a highest value above 0, "
                f"not {[low, high]}."
            )
