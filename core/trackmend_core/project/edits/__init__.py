"""The edits a person can make, and their form in the log."""

import dataclasses
import json
from typing import Any, Final

from trackmend_core.project.edits.add_box import AddBox
from trackmend_core.project.edits.base import Edit, Names
from trackmend_core.project.edits.carry_over import CarryOver
from trackmend_core.project.edits.confirm_box import ConfirmBox
from trackmend_core.project.edits.delete_box import DeleteBox
from trackmend_core.project.edits.delete_stretch import DeleteStretch
from trackmend_core.project.edits.delete_track import DeleteTrack
from trackmend_core.project.edits.delete_track_from import DeleteTrackFrom
from trackmend_core.project.edits.delete_tracks import DeleteTracks
from trackmend_core.project.edits.describe_tracks import DescribeTracks
from trackmend_core.project.edits.join_overlapping import JoinOverlapping
from trackmend_core.project.edits.mark_outside import MarkOutside
from trackmend_core.project.edits.merge_many import MergeMany
from trackmend_core.project.edits.merge_tracks import MergeTracks
from trackmend_core.project.edits.place_boxes import PlaceBoxes
from trackmend_core.project.edits.reassign_boxes import ReassignBoxes
from trackmend_core.project.edits.reassign_pieces import NEW_TRACK, ReassignPieces
from trackmend_core.project.edits.refine_tracks import RefineTracks
from trackmend_core.project.edits.retrack import Retrack
from trackmend_core.project.edits.revert_to import RevertTo
from trackmend_core.project.edits.set_box import SetBox
from trackmend_core.project.edits.set_occlusion import SetOcclusion
from trackmend_core.project.edits.split_track import SplitTrack
from trackmend_core.project.edits.swap_tracks import SwapTracks
from trackmend_core.project.records import JsonObject

__all__ = [
    "EDIT_KINDS",
    "NEW_TRACK",
    "AddBox",
    "CarryOver",
    "ConfirmBox",
    "DeleteBox",
    "DeleteStretch",
    "DeleteTrack",
    "DeleteTrackFrom",
    "DeleteTracks",
    "DescribeTracks",
    "Edit",
    "JoinOverlapping",
    "MarkOutside",
    "MergeMany",
    "MergeTracks",
    "Names",
    "PlaceBoxes",
    "ReassignBoxes",
    "ReassignPieces",
    "RefineTracks",
    "Retrack",
    "RevertTo",
    "SetBox",
    "SetOcclusion",
    "SplitTrack",
    "SwapTracks",
    "from_payload",
    "kind_of",
    "to_payload",
]

EDIT_KINDS: Final[dict[str, type[Edit]]] = {
    "swap_tracks": SwapTracks,
    "reassign_boxes": ReassignBoxes,
    "merge_tracks": MergeTracks,
    "split_track": SplitTrack,
    "delete_box": DeleteBox,
    "delete_track_from": DeleteTrackFrom,
    "delete_track": DeleteTrack,
    "set_box": SetBox,
    "add_box": AddBox,
    "delete_tracks": DeleteTracks,
    "merge_many": MergeMany,
    "confirm_box": ConfirmBox,
    "place_boxes": PlaceBoxes,
    "set_occlusion": SetOcclusion,
    "mark_outside": MarkOutside,
    "describe_tracks": DescribeTracks,
    "revert_to": RevertTo,
    "refine_tracks": RefineTracks,
    "delete_stretch": DeleteStretch,
    "join_overlapping": JoinOverlapping,
    "reassign_pieces": ReassignPieces,
    "retrack": Retrack,
    "carry_over": CarryOver,
}
"""The name of each edit in the log. A name stays for ever: old projects hold it."""

_KIND_OF: Final = {edit_type: kind for kind, edit_type in EDIT_KINDS.items()}


def kind_of(edit: Edit) -> str:
    """Return the name of an edit in the log.

    Raises:
        ValueError: it is not in `EDIT_KINDS`.
    """
    kind = _KIND_OF.get(type(edit))
    if kind is None:
        raise ValueError(f"{type(edit).__name__} is not listed in EDIT_KINDS")
    return kind


def to_payload(edit: Edit) -> dict[str, Any]:
    """Return the fields of an edit as JSON values (Any); numbers of numpy become plain ones."""
    fields = {field.name: getattr(edit, field.name) for field in dataclasses.fields(edit)}  # type: ignore[arg-type]
    values: dict[str, Any] = json.loads(json.dumps(fields, default=_plain))
    return values


def from_payload(kind: str, payload: JsonObject) -> Edit:
    """Rebuild an edit from the log.

    Raises:
        ValueError: the kind or its fields are unknown.
    """
    edit_type = EDIT_KINDS.get(kind)
    if edit_type is None:
        raise ValueError(f"the log has an edit of unknown kind {kind!r}")
    fields = {name: _frozen(value) for name, value in payload.items()}
    try:
        return edit_type(**fields)
    except TypeError as error:
        raise ValueError(f"the log has a {kind!r} with unknown fields: {payload}") from error


def _frozen(value: object) -> object:
    """Return lists as tuples, so that an edit from the log equals the one that was made."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _plain(value: object) -> object:
    for name in ("tolist", "item"):
        convert = getattr(value, name, None)
        if convert is not None:
            return convert()
    raise TypeError(f"{value!r} has no place in the log")
