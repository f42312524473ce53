"""Says in words how much an edit touches."""

from PySide6.QtCore import QCoreApplication

from trackmend_core.project import Changes


def radius_text(changes: Changes) -> str:
    """Return, say, "412 boxes, 3 tracks, 2 verified stretches"."""
    parts = [
        boxes_text(changes.box_count),
        _counted(changes.track_count, "1 track", "{count} tracks"),
    ]
    if changes.verified_changed:
        parts.append(
            _counted(changes.verified_changed, "1 verified stretch", "{count} verified stretches")
        )
    return ", ".join(parts)


def boxes_text(count: int) -> str:
    """Return, say, "412 boxes"."""
    return _counted(count, "1 box", "{count} boxes")


def _counted(count: int, one: str, many: str) -> str:
    template = one if count == 1 else many
    return QCoreApplication.translate("BlastRadius", template).format(count=f"{count:,}")
