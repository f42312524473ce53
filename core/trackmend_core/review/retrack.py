"""Re-tracks a run under constraints, as a dry run: the association is replayed, nothing is written.

Up to the frame from which it is wanted the tracker is led along the layer as it is now, so that it
knows the tracks as people have mended them; from there on it decides for itself over the cached
detections, with the same settings or others, within what people have decided (`constraints`). What
it then calls one track keeps the name of the track it was before the frame, or of its pins; where
neither speaks, of the track that most of its boxes are in now.
"""

from collections import Counter, defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from trackmend_core.project import LayerArrays, Project, StoredDetections
from trackmend_core.review.constraints import Constraints, read_constraints
from trackmend_core.review.retrack_compare import compare
from trackmend_core.review.retrack_diff import Placed, Retracked
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections, IntArray, Progress, RunId, TrackId

WARM_UP_S: Final = 4.0
"""So long, and as long as lost tracks are remembered, the tracker is led along the layer."""

_MEMORY_BOXES: Final = 10
_REPORT_FRAMES: Final = 25


@dataclass(slots=True)
class _Tracklet:
    """What the tracker calls one track: placed boxes in the order of frames."""

    boxes: list[Placed] = field(default_factory=list)


@dataclass(slots=True)
class _Piece:
    """A part of a tracklet, and the track that its pins name."""

    boxes: list[Placed]
    pinned_to: TrackId | None


def retrack(
    project: Project, run_id: RunId, *, from_frame: int, settings: TrackerSettings
) -> Generator[Progress, None, Retracked]:
    """Replay the association from a frame on and return what would change.

    Args:
        project: the run is read from it; nothing is written.
        run_id: whose layer and detections.
        from_frame: 0-based; nothing before it changes.
        settings: of the tracker. A method that follows the camera takes it for still.

    Raises:
        UserError: the run is not in the project.
    """
    run = project.run(run_id)
    video = next(one for one in project.videos() if one.video_id == run.video_id)
    with project.at_one_moment():
        layer = project.layer_arrays(run_id)
        constraints = read_constraints(
            project,
            run_id,
            layer=layer,
            from_frame=from_frame,
            frame_count=video.frame_count,
            frame_rate=video.frame_rate,
        )
    now = _track_of_detection(layer)
    tracker = Tracker(settings)
    warm_up = settings.max_frames_lost + round(WARM_UP_S * video.frame_rate)
    tracklets: dict[int, _Tracklet] = defaultdict(_Tracklet)
    for stored in project.iter_detections(run_id, first_frame=max(0, from_frame - warm_up)):
        frame = stored.frame_index
        pins = now if frame < from_frame else constraints.pins
        for tracklet, box in _step(tracker, stored, pins=pins, constraints=constraints):
            tracklets[tracklet].boxes.append(box)
        if frame % _REPORT_FRAMES == 0:
            yield Progress(
                done=max(0, frame - from_frame),
                total=max(1, run.next_frame - from_frame),
                message="Tracking again",
            )
    pieces = [
        piece
        for tracklet in tracklets.values()
        for piece in _cut(tracklet, from_frame=from_frame, constraints=constraints, now=now)
    ]
    labels = _named(pieces, now, constraints.pins)
    return compare(layer, run_id, from_frame=from_frame, labels=labels, constraints=constraints)


def _step(
    tracker: Tracker,
    stored: StoredDetections,
    *,
    pins: Mapping[int, TrackId],
    constraints: Constraints,
) -> list[tuple[int, Placed]]:
    """Track one frame and return (tracklet, box) of everybody who was detected."""
    ids, seen = stored.ids, stored.detections
    if constraints.nobody:
        kept = np.flatnonzero([int(one) not in constraints.nobody for one in ids.tolist()])
        ids, seen = ids[kept], _some(seen, kept)
    pinned_to = np.array([int(pins.get(one, 0)) for one in ids.tolist()], np.int64)
    ended = [int(who) for who, last in constraints.ended.items() if last < stored.frame_index]
    found = []
    for box in tracker.step(seen, pins=pinned_to, ended=ended):
        if box.detection_index is None:
            continue
        x1, y1, x2, y2 = box.box_xyxy.tolist()
        placed = Placed(
            frame=stored.frame_index,
            detection_id=int(ids[box.detection_index]),
            box_xyxy=(x1, y1, x2, y2),
            score=box.score,
        )
        found.append((box.track_id, placed))
    return found


def _some(seen: FrameDetections, rows: IntArray) -> FrameDetections:
    return FrameDetections(
        seen.boxes_xyxy[rows], seen.scores[rows], seen.embeddings[rows], seen.class_ids[rows]
    )


def _track_of_detection(layer: LayerArrays) -> dict[int, TrackId]:
    """Return the track that each detection is in now."""
    known = np.flatnonzero(layer.detection_ids >= 0)
    owners = (TrackId(track_id) for track_id in layer.track_ids[known].tolist())
    return dict(zip(layer.detection_ids[known].tolist(), owners, strict=True))


def _cut(
    tracklet: _Tracklet,
    *,
    from_frame: int,
    constraints: Constraints,
    now: Mapping[int, TrackId],
) -> list[_Piece]:
    """Cut a tracklet where its pins name different tracks; what came before the frame is a pin.

    Methods that heed pins never join what they part; the others are put right here.
    """
    earlier = [box for box in tracklet.boxes if box.frame < from_frame][-_MEMORY_BOXES:]
    votes = Counter(now[box.detection_id] for box in earlier if box.detection_id in now)
    current = votes.most_common(1)[0][0] if votes else None
    pieces: list[_Piece] = []
    for box in tracklet.boxes:
        if box.frame < from_frame:
            continue
        pin = constraints.pins.get(box.detection_id)
        if current is not None and box.frame > constraints.ended.get(current, box.frame):
            current = None
        before = pieces[-1].pinned_to if pieces else None
        is_over = before is not None and box.frame > constraints.ended.get(before, box.frame)
        if not pieces or is_over or (pin is not None and before not in (None, pin)):
            pieces.append(_Piece(boxes=[], pinned_to=pin if pin is not None else current))
            current = None
        elif pin is not None and pieces[-1].pinned_to is None:
            pieces[-1].pinned_to = pin
        pieces[-1].boxes.append(box)
    return pieces


def _named(
    pieces: list[_Piece], now: Mapping[int, TrackId], pins: Mapping[int, TrackId]
) -> dict[int, tuple[int, Placed]]:
    """Return the target of each detection: a track, or -1, -2 ... for new ones.

    The pieces with the most boxes pinned to their track come first, then those with the most boxes
    in it now; in a frame that is taken, a box begins or joins a new track of its piece.
    """
    wishes = []
    for piece in pieces:
        votes = Counter(now[box.detection_id] for box in piece.boxes if box.detection_id in now)
        favourite = votes.most_common(1)[0][0] if votes else None
        wish = piece.pinned_to if piece.pinned_to is not None else favourite
        held = sum(pins.get(box.detection_id) == wish for box in piece.boxes)
        same = 0 if wish is None else votes.get(wish, 0)
        wishes.append((piece.pinned_to is not None, held, same, wish, piece))
    wishes.sort(key=lambda item: item[:3], reverse=True)
    taken: set[tuple[int, int]] = set()
    labels: dict[int, tuple[int, Placed]] = {}
    fresh = -1
    for _, _, _, wish, piece in wishes:
        is_fresh_used = False
        for box in piece.boxes:
            target = fresh if wish is None or (int(wish), box.frame) in taken else int(wish)
            is_fresh_used |= target == fresh
            taken.add((target, box.frame))
            labels[box.detection_id] = (target, box)
        fresh -= is_fresh_used
    return labels
