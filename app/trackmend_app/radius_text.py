"""Says in words how much an edit touches."""

from trackmend_app.wording import counted
from trackmend_core.project import Changes


def radius_text(changes: Changes) -> str:
    """Return, say, "412 boxes, 3 tracks, 2 verified stretches"."""
    parts = [
        boxes_text(changes.box_count),
        counted(changes.track_count, "1 track", "{count} tracks"),
    ]
    if changes.verified_changed:
        parts.append(
            counted(changes.verified_changed, "1 verified stretch", "{count} verified stretches")
        )
    return ", ".join(parts)


def boxes_text(count: int) -> str:
    """Return, say, "412 boxes"."""
    return counted(count, "1 box", "{count} boxes")
