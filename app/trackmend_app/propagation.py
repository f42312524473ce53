"""Carries a box forward with the motion that the tracker would give it; no Qt."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.project import BoxRecord, BoxXyxy
from trackmend_core.project.edits import PlaceBoxes
from trackmend_core.tracking.kalman import MotionStates
from trackmend_core.types import Float64Array, TrackId

HISTORY_FRAMES = 30
"""So many frames before the box teach the filter how it moves."""

LEAST_SEEN = 0.2
"""Carrying on ends where less than this share of the box would be in the picture."""


def plan_propagation(
    boxes: Sequence[BoxRecord],
    *,
    frame_index: int,
    frame_count: int,
    last_frame: int,
    picture_wh: tuple[int, int],
) -> PlaceBoxes:
    """Return the edit that carries a track on from its box in a frame.

    It ends before the next box of the track, at `last_frame`, or where the box leaves the picture.
    The filter is the tracker's own: constant velocity, and the height frozen as for a lost track.

    Args:
        boxes: of the track, in the order of frames.
        frame_index: of the box to carry on.
        frame_count: of the video.
        last_frame: the last frame wanted.
        picture_wh: width and height in pixels.

    Raises:
        UserError: no box here, or no free frame after it.
    """
    known = [box for box in boxes if box.frame_index <= frame_index]
    if not known or known[-1].frame_index != frame_index:
        raise UserError(
            "The track has no box in this frame to carry on.",
            "Go to a frame where it has one, or draw one with ‹new_box›.",
        )
    after = [box.frame_index for box in boxes if box.frame_index > frame_index]
    last = min(last_frame, frame_count - 1, *(frame - 1 for frame in after[:1]))
    if last <= frame_index:
        raise UserError(
            "The track goes on in the next frame already.",
            "Go to the last box before a gap, or to the end of the track.",
        )
    placed = _carried(known, last, picture_wh)
    frames = tuple(frame_index + 1 + step for step in range(len(placed)))
    if not frames:
        raise UserError("The box leaves the picture at once.", "There is nothing to carry on.")
    return PlaceBoxes(
        track_id=TrackId(known[-1].track_id),
        frames=frames,
        boxes_xyxy=placed,
        scores=(1.0,) * len(frames),
        detection_ids=(None,) * len(frames),
        how="propagation",
    )


def _carried(
    known: Sequence[BoxRecord], last: int, picture_wh: tuple[int, int]
) -> tuple[BoxXyxy, ...]:
    here = known[-1].frame_index
    recent = [box for box in known if box.frame_index > here - HISTORY_FRAMES]
    state = MotionStates.start(_xyah(recent[0].box_xyxy))
    row, follows = np.array([0]), np.array([False])
    for before, box in pairwise(recent):
        for _ in range(box.frame_index - before.frame_index):
            state.predict(row, freeze_height=follows)
        state.update(row, _xyah(box.box_xyxy))
    # Begin exactly at the box that the person sees, with the speed that the filter has learnt.
    state.means[0, :4] = _xyah(known[-1].box_xyxy)[0]
    placed: list[BoxXyxy] = []
    for _ in range(last - here):
        state.predict(row, freeze_height=np.array([True]))
        x1, y1, x2, y2 = (float(side) for side in state.boxes_xyxy()[0])
        if not _is_seen((x1, y1, x2, y2), picture_wh):
            break
        placed.append((x1, y1, x2, y2))
    return tuple(placed)


def _xyah(box_xyxy: BoxXyxy) -> Float64Array:
    x1, y1, x2, y2 = box_xyxy
    return np.array([[(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / (y2 - y1), y2 - y1]])


def _is_seen(box_xyxy: BoxXyxy, picture_wh: tuple[int, int]) -> bool:
    x1, y1, x2, y2 = box_xyxy
    width = min(x2, picture_wh[0]) - max(x1, 0.0)
    height = min(y2, picture_wh[1]) - max(y1, 0.0)
    if width <= 0 or height <= 0 or x2 <= x1:
        return False
    return width * height >= LEAST_SEEN * (x2 - x1) * (y2 - y1)
