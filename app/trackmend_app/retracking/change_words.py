"""What becomes of a track, in words."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from trackmend_core.project.records import frame_number
from trackmend_core.review.retrack_diff import ChangeKind, TrackChange

NameOf = Callable[[int], str]


def kind_words(kind: ChangeKind) -> str:
    """Return the kind of a change."""
    words = {
        ChangeKind.UNCHANGED: _tr("unchanged"),
        ChangeKind.EXTENDED: _tr("extended"),
        ChangeKind.CUT: _tr("cut"),
        ChangeKind.REASSIGNED: _tr("re-assigned"),
        ChangeKind.NEW: _tr("new"),
    }
    return words[kind]


def change_words(change: TrackChange, name_of: NameOf) -> str:
    """Return, say, "gives 50 to 3 · gets 20 from 10 · 3 found"."""
    parts = []
    given, got = change.lost - change.dropped, change.gained - change.found
    if given:
        parts.append(
            _tr("gives {count} to {whom}").format(
                count=f"{given:,}", whom=_listed(change.given_to, name_of)
            )
        )
    if got:
        parts.append(
            _tr("gets {count} from {whom}").format(
                count=f"{got:,}", whom=_listed(change.got_from, name_of)
            )
        )
    if change.dropped:
        parts.append(_tr("loses {count} that nobody tracks").format(count=f"{change.dropped:,}"))
    if change.found:
        parts.append(_tr("{count} found").format(count=f"{change.found:,}"))
    return " · ".join(parts)


def place_words(change: TrackChange) -> str:
    """Return, say, "frames 38 to 178"."""
    if change.frames is None:
        return ""
    first, last = (frame_number(frame) for frame in change.frames)
    if first == last:
        return _tr("frame {first}").format(first=first)
    return _tr("frames {first} to {last}").format(first=first, last=last)


def _listed(targets: tuple[int, ...], name_of: NameOf) -> str:
    shown = [name_of(target) for target in targets[:3]]
    return ", ".join(shown) + (" …" if len(targets) > len(shown) else "")


def _tr(text: str) -> str:
    return QCoreApplication.translate("RetrackChanges", text)
