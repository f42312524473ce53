"""Checks that several edits share; each says what is wrong and what to do instead."""

import math
from collections.abc import Sequence

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import Names
from trackmend_core.project.records import BoxXyxy, frame_number
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId

_MOST_NAMED = 6


def check_box(transaction: Transaction, run_id: RunId, box_xyxy: BoxXyxy) -> None:
    """Refuse a box that is not finite, has no area, or lies outside the picture.

    Raises:
        UserError: with what to draw instead.
    """
    if len(box_xyxy) != 4 or not all(math.isfinite(side) for side in box_xyxy):
        raise UserError("A box needs four finite corners.", "Draw it again.")
    x1, y1, x2, y2 = box_xyxy
    if x2 <= x1 or y2 <= y1:
        raise UserError("The box has no area.", "Draw it from one corner to the opposite one.")
    width, height, _ = transaction.frame_size(run_id)
    if x2 <= 0 or y2 <= 0 or x1 >= width or y1 >= height:
        raise UserError("The box lies outside the picture.", "Draw it where the picture is.")


def check_stretch(first_frame: int, last_frame: int | None) -> None:
    """Refuse a stretch that ends before it begins.

    Raises:
        UserError: it does.
    """
    if first_frame < 0 or (last_frame is not None and last_frame < first_frame):
        raise UserError(
            "A stretch of frames must begin inside the video and not end before it begins.",
            "Give the first frame first.",
        )


def say_frames(first_frame: int, last_frame: int | None) -> str:
    """Return "from frame 3 on", "in frame 3" or "in frames 3 to 7", counted from 1."""
    first = frame_number(first_frame)
    if last_frame is None:
        return f"from frame {first} on"
    if last_frame == first_frame:
        return f"in frame {first}"
    return f"in frames {first} to {frame_number(last_frame)}"


def say_shared(frames: Sequence[int]) -> str:
    """Return "frame 12" or "12 frames, the first is 40", counted from 1."""
    first = frame_number(frames[0])
    if len(frames) == 1:
        return f"frame {first}"
    return f"{len(frames)} frames, the first is {first}"


def one_run_of(transaction: Transaction, track_ids: Sequence[TrackId]) -> RunId:
    """Return the run that all of these tracks belong to.

    Raises:
        UserError: none is given, one twice, one is gone, or they are of different runs.
    """
    if not track_ids:
        raise UserError("No track is selected.", "Select the tracks first.")
    if len(set(track_ids)) < len(track_ids):
        raise UserError("A track is named twice.", "Pick each track once.")
    found = {transaction.track(track_id).run_id for track_id in track_ids}
    if len(found) > 1:
        raise UserError("These tracks belong to different runs.", "Pick tracks of the same run.")
    return found.pop()


def say_tracks(names: Names, track_ids: Sequence[TrackId]) -> str:
    """Return "track 3", "track 3 and track 4", or for many "track 3, ... and 12 more"."""
    said = [names.track(track_id) for track_id in track_ids[:_MOST_NAMED]]
    more = len(track_ids) - len(said)
    if more:
        said.append(f"{more} more")
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} and {said[-1]}"
