"""Re-tracks a run under constraints, as a dry run: the association is replayed, nothing is written.

The tracker runs again over the cached detections, with the same settings or others. What people
have decided holds: beside every edit, and in every verified stretch, boxes are pinned to the track
they are in. Two boxes pinned to one track must be linked, two pinned to different tracks cannot be.
The tracker's own tracklets are cut and joined accordingly; where no pin speaks, a tracklet keeps
the track that most of its boxes are in now. Verified boxes and boxes by a person never change.
"""

from collections import Counter, defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Final

from trackmend_core.project import Project
from trackmend_core.review.retrack_diff import Placed, Retracked, compare
from trackmend_core.review.scene import Scene
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import BoxId, Progress, TrackId

PIN_S: Final = 1.0
"""Boxes are pinned for so long before and after the place of an edit."""

_MEMORY_BOXES: Final = 10
_REPORT_FRAMES: Final = 50


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
    project: Project,
    scene: Scene,
    *,
    from_frame: int,
    settings: TrackerSettings,
) -> Generator[Progress, None, Retracked]:
    """Replay the association from a frame on and return what would change.

    Args:
        project: the run is read from it; nothing is written.
        scene: its layer as it is now.
        from_frame: 0-based; nothing before it changes.
        settings: of the tracker.
    """
    tracker = Tracker(settings)
    tracklets: dict[int, _Tracklet] = defaultdict(_Tracklet)
    for stored in project.iter_detections(scene.run_id):
        for box in tracker.step(stored.detections):
            if box.detection_index is None:
                continue
            x1, y1, x2, y2 = box.box_xyxy.tolist()
            tracklets[box.track_id].boxes.append(
                Placed(
                    frame=stored.frame_index,
                    detection_id=int(stored.ids[box.detection_index]),
                    box_xyxy=(x1, y1, x2, y2),
                    score=box.score,
                )
            )
        if stored.frame_index % _REPORT_FRAMES == 0:
            yield Progress(
                done=stored.frame_index, total=scene.frame_count, message="Tracking again"
            )
    frozen, pins = _decided(project, scene, from_frame)
    now = _track_of_detection(scene)
    pieces = [
        piece
        for tracklet in tracklets.values()
        for piece in _cut(tracklet, from_frame=from_frame, pins=pins, now=now)
    ]
    return compare(scene, from_frame=from_frame, labels=_named(pieces, now, pins), frozen=frozen)


def _decided(
    project: Project, scene: Scene, from_frame: int
) -> tuple[frozenset[BoxId], dict[int, TrackId]]:
    """Return boxes that must not change, and the track that each pinned detection belongs to."""
    reach = round(PIN_S * scene.frame_rate)
    spans: dict[TrackId, list[tuple[int, int]]] = defaultdict(list)
    in_effect = {edit.edit_id for edit in project.edits() if edit.is_in_effect}
    for edit_id, touched in project.touched_tracks(scene.run_id).items():
        frames = [one.frames for one in touched if one.frames is not None]
        if edit_id not in in_effect or not frames:
            continue
        places = {first for first, _ in frames} | {last + 1 for _, last in frames}
        for one in touched:
            spans[one.track_id] += [(place - reach, place + reach) for place in places]
    frozen: set[BoxId] = set()
    pins: dict[int, TrackId] = {}
    verified = project.verified(scene.run_id)
    for track in scene.tracks.values():
        held = track.by_person.copy()
        for stretch in verified:
            if stretch.track_id in (None, track.track_id):
                held |= (track.frames >= stretch.first_frame) & (track.frames <= stretch.last_frame)
        pinned = held.copy()
        for first, last in spans[track.track_id]:
            pinned |= (track.frames >= first) & (track.frames <= last)
        frozen |= {BoxId(box_id) for box_id in track.box_ids[held].tolist()}
        known = pinned & (track.embedding_rows >= 0) & (track.frames >= from_frame)
        ids = scene.detections.ids[track.embedding_rows[known]]
        pins |= dict.fromkeys(ids.tolist(), track.track_id)
    return frozenset(frozen), pins


def _track_of_detection(scene: Scene) -> dict[int, TrackId]:
    """Return the track that each detection is in now."""
    found: dict[int, TrackId] = {}
    for track in scene.tracks.values():
        rows = track.embedding_rows[track.embedding_rows >= 0]
        found |= dict.fromkeys(scene.detections.ids[rows].tolist(), track.track_id)
    return found


def _cut(
    tracklet: _Tracklet,
    *,
    from_frame: int,
    pins: Mapping[int, TrackId],
    now: Mapping[int, TrackId],
) -> list[_Piece]:
    """Cut a tracklet where its pins name different tracks; what came before the frame is a pin."""
    earlier = [box for box in tracklet.boxes if box.frame < from_frame][-_MEMORY_BOXES:]
    votes = Counter(now[box.detection_id] for box in earlier if box.detection_id in now)
    current = votes.most_common(1)[0][0] if votes else None
    pieces: list[_Piece] = []
    for box in tracklet.boxes:
        if box.frame < from_frame:
            continue
        pin = pins.get(box.detection_id)
        if not pieces or (pin is not None and pieces[-1].pinned_to not in (None, pin)):
            pieces.append(_Piece(boxes=[], pinned_to=pin if pin is not None else current))
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
