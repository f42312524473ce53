"""Says in words how much an edit touches."""

from trackmend_app.wording import counted
from trackmend_core.project import Changes


def radius_text(changes: Changes) -> str:
    """Return, say, "412 boxes, 3 tracks, 2 verified stretches"."""
    parts = [touched_text(boxes=changes.box_count, tracks=changes.track_count)]
    if changes.verified_changed:
        parts.append(
            counted(changes.verified_changed, "1 verified stretch", "{count} verified stretches")
        )
    return ", ".join(parts)


def touched_text(*, boxes: int, tracks: int) -> str:
    """Return, say, "412 boxes, 3 tracks"."""
    return f"{boxes_text(boxes)}, {counted(tracks, '1 track', '{count} tracks')}"


def boxes_text(count: int) -> str:
    """Return, say, "412 boxes"."""
    return counted(count, "1 box", "{count} boxes")
