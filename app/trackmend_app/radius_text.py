"""Says in words how much an edit touches."""

from PySide6.QtCore import QCoreApplication

from trackmend_core.project import Changes


def radius_text(changes: Changes) -> str:
    """Return, say, "412 boxes, 3 tracks, 2 verified stretches"."""
    parts = [
        _counted(changes.box_count, "1 box", "{count} boxes"),
        _counted(changes.track_count, "1 track", "{count} tracks"),
    ]
    if changes.verified_changed:
        parts.append(
            _counted(changes.verified_changed, "1 verified stretch", "{count} verified stretches")
        )
    return ", ".join(parts)


def _counted(count: int, one: str, many: str) -> str:
    template = one if count == 1 else many
    return QCoreApplication.translate("BlastRadius", template).format(count=f"{count:,}")
