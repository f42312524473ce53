"""Finds in a newer run's layer what a person has said of an older one's, edit by edit.

By overlap, and by appearance where overlap leaves a choice. Where the newer run cannot be brought
to say the same, nothing is forced: the place is listed as a conflict.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.errors import UserError
from trackmend_core.geometry import iou_matrix
from trackmend_core.jobs.conflict_words import ConflictKind, say_conflict, say_decided
from trackmend_core.jobs.decided_here import DecidedHere
from trackmend_core.jobs.said import Said
from trackmend_core.project import BoxRecord, Changes, Project
from trackmend_core.project.edits import (
    AddBox,
    DeleteBox,
    Edit,
    MergeTracks,
    SetBox,
    SplitTrack,
    SwapTracks,
    kind_of,
    to_payload,
)
from trackmend_core.project.edits.carry_over import CarriedSpan, CarriedStep
from trackmend_core.types import BoxSource, Float64Array, FloatArray, Progress, RunId, TrackId

SAME_IOU = 0.5
UNCHANGED_IOU = 0.98
APPEARANCE_WEIGHT = 0.5
UNCHANGED_WEIGHT = 1.0
"""The very same box, as the same model gives it again, beats whatever else overlaps there."""
CLEAR_MARGIN = 0.1
"""The best box must beat the second best by so much, in overlap and appearance together."""
MOST_EDITS_A_FRAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A place where the newer run does not say what the person had said.

    Attributes:
        kind: why.
        number: of the track, in the older layer; of an extra box in the newer one.
        first_frame: 0-based.
        last_frame: the last frame of the stretch.
        message: one sentence.
    """

    kind: ConflictKind
    number: int
    first_frame: int
    last_frame: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOver:
    """What came of it.

    Attributes:
        said: boxes of which the person had said whose they are.
        found: how many of them the newer run has.
        edits: made in the newer layer, by kind.
        conflicts: what could not be carried over, by frame.
    """

    said: int
    found: int
    edits: dict[str, int]
    conflicts: tuple[Conflict, ...]

    @property
    def edit_count(self) -> int:
        """Return how many edits were made."""
        return sum(self.edits.values())

    def to_dict(self) -> dict[str, object]:
        """Return plain values."""
        return asdict(self)


@dataclass(slots=True, eq=False)
class Carrying:
    """Makes the edits in a project, one after the other, and keeps them as steps.

    Attributes:
        project: open; its newer run is edited.
        run_id: the newer run.
        said: of the older one.
        decided: what a person has decided in the newer one, which stays.
        edits: how many of each kind were made.
        steps: the edits, in order.
        spans: what each of them changed.
    """

    project: Project
    run_id: RunId
    said: Said
    decided: DecidedHere
    edits: Counter[str] = field(default_factory=Counter)
    found: int = 0
    track_of: dict[int, TrackId] = field(default_factory=dict)
    owners: dict[TrackId, int] = field(default_factory=dict)
    galleries: dict[int, FloatArray] = field(default_factory=dict)
    misses: list[tuple[ConflictKind, int, int]] = field(default_factory=list)
    refused: list[Conflict] = field(default_factory=list)
    steps: list[CarriedStep] = field(default_factory=list)
    spans: list[CarriedSpan] = field(default_factory=list)

    def run(self) -> Generator[Progress, None, None]:
        """Go through the frames of which anything was said, in order."""
        end = self.project.run(self.run_id).next_frame
        frames = [frame for frame in self.said.frames if frame < end]
        for done, frame in enumerate(frames, start=1):
            self._identities(frame)
            self._boxes(frame)
            yield Progress(done=done, total=len(frames), message="Carrying corrections over")

    def result(self) -> CarriedOver:
        """Return what came of it."""
        conflicts = [*_stretches(self.misses), *self.refused]
        return CarriedOver(
            said=sum(map(len, self.said.boxes.values())),
            found=self.found,
            edits=dict(self.edits),
            conflicts=tuple(sorted(conflicts, key=lambda c: (c.first_frame, c.number))),
        )

    def _edit(self, edit: Edit, *, number: int, frame: int) -> Changes | None:
        """Make an edit; what is not possible, or was decided otherwise, becomes a conflict."""
        try:
            changes = self.project.edit(edit)
        except UserError as error:
            self._refuse(ConflictKind.REFUSED, number, frame, error.message)
            return None
        decided = self.decided.first_touched(changes)
        if decided is not None:
            self.project.undo()
            text = say_decided(number, frame=frame, decided=decided)
            self._refuse(ConflictKind.DECIDED, number, frame, text)
            return None
        kind = kind_of(edit)
        self.edits[kind] += 1
        self.steps.append((kind, to_payload(edit)))
        first, last = changes.frames or (frame, frame)
        self.spans.append((kind, first, last, tuple(sorted(changes.tracks))))
        return changes

    def _refuse(self, kind: ConflictKind, number: int, frame: int, message: str) -> None:
        """List a conflict, once where the same holds frame after frame."""
        for at, before in enumerate(self.refused):
            if before.kind is kind and before.number == number and before.last_frame == frame - 1:
                self.refused[at] = replace(before, last_frame=frame)
                return
        self.refused.append(
            Conflict(kind=kind, number=number, first_frame=frame, last_frame=frame, message=message)
        )

    def _identities(self, frame: int) -> None:
        for _ in range(MOST_EDITS_A_FRAME):
            pairs = self._pairs(frame)
            if not any(self._mend(said.number, box) for said, box in pairs):
                for said, box in pairs:
                    self._remember(said.number, box)
                return

    def _mend(self, number: int, box: BoxRecord) -> bool:
        """Let a box belong to the track that stands for a number; return whether it changed."""
        mine, owner = self.track_of.get(number), self.owners.get(box.track_id)
        if mine == box.track_id or owner == number:
            return False
        frame = box.frame_index
        if mine is None and owner is None:
            self._own(box.track_id, number)
            return False
        if mine is None:
            cut = SplitTrack(track_id=box.track_id, at_frame=frame)
            changes = self._edit(cut, number=number, frame=frame)
            if changes is None:
                return False
            (new,) = changes.tracks - {box.track_id}
            self._own(new, number)
            return True
        if owner is None and self._only_goes_on(mine, box):
            merge = MergeTracks(keep=mine, absorb=box.track_id)
            return self._edit(merge, number=number, frame=frame) is not None
        swap = SwapTracks(track_a=mine, track_b=box.track_id, first_frame=frame)
        return self._edit(swap, number=number, frame=frame) is not None

    def _only_goes_on(self, mine: TrackId, box: BoxRecord) -> bool:
        other = self.project.boxes_of_track(box.track_id)
        held = {one.frame_index for one in self.project.boxes_of_track(mine)}
        starts_here = other[0].frame_index == box.frame_index
        return starts_here and not any(one.frame_index in held for one in other)

    def _own(self, track_id: TrackId, number: int) -> None:
        self.track_of[number] = track_id
        self.owners[track_id] = number

    def _pairs(self, frame: int) -> list[tuple[BoxRecord, BoxRecord]]:
        """Return (what was said, the box of the newer run) of a frame, where it is clear."""
        said, boxes = self.said.boxes.get(frame, []), self._boxes_of(frame)
        worth = self._worth(said, boxes)
        pairs = []
        for row, column in zip(*linear_sum_assignment(worth, maximize=True), strict=True):
            if worth[row, column] > 0 and _is_clear(worth[row], int(column)):
                pairs.append((said[row], boxes[column]))
        return pairs

    def _worth(self, said: Sequence[BoxRecord], boxes: Sequence[BoxRecord]) -> Float64Array:
        """Return (S, B) overlap, and how alike they look where the overlap allows a pair."""
        overlap = iou_matrix(_corners(said), _corners(boxes))
        worth = np.where(overlap >= SAME_IOU, overlap, 0.0)
        looks = self._embeddings(boxes)
        for row, one in enumerate(said):
            gallery = self.galleries.get(one.number)
            for column, look in enumerate(looks):
                if worth[row, column] and gallery is not None and look is not None:
                    length = float(np.linalg.norm(gallery)) or 1.0
                    worth[row, column] += APPEARANCE_WEIGHT * float(gallery @ look) / length
        worth[overlap >= UNCHANGED_IOU] += UNCHANGED_WEIGHT
        return np.asarray(worth.clip(min=0))

    def _embeddings(self, boxes: Sequence[BoxRecord]) -> list[FloatArray | None]:
        known = [box.detection_id for box in boxes if box.detection_id is not None]
        vectors = iter(self.project.embeddings(known))
        return [None if box.detection_id is None else next(vectors) for box in boxes]

    def _remember(self, number: int, box: BoxRecord) -> None:
        if box.detection_id is not None:
            look = self.project.embedding(box.detection_id)
            self.galleries[number] = self.galleries.get(number, np.zeros_like(look)) + look

    def _boxes_of(self, frame: int) -> list[BoxRecord]:
        return self.project.boxes_in_frame(self.run_id, frame)

    def _boxes(self, frame: int) -> None:
        """Place what the person drew, take away what they took away, and note what differs."""
        pairs = self._pairs(frame)
        self.found += len(pairs)
        placed = {said.box_id for said, _ in pairs}
        taken = {box.box_id for _, box in pairs}
        for said, box in pairs:
            if said.source is BoxSource.PERSON and _overlap(said, box) < UNCHANGED_IOU:
                move = SetBox(box_id=box.box_id, box_xyxy=said.box_xyxy)
                self._edit(move, number=said.number, frame=frame)
        free = [box for box in self._boxes_of(frame) if box.box_id not in taken]
        for said in self.said.boxes.get(frame, []):
            if said.box_id not in placed:
                self._place(said, free)
        self._take_away(frame, free)

    def _place(self, said: BoxRecord, free: Sequence[BoxRecord]) -> None:
        """Draw a box that the newer run lacks, if a person had drawn it; else note it."""
        frame = said.frame_index
        if any(_overlap(said, box) >= SAME_IOU for box in free):
            self.misses.append((ConflictKind.UNCLEAR, said.number, frame))
        elif said.source is BoxSource.MODEL:
            self.misses.append((ConflictKind.MISSED, said.number, frame))
        else:
            track_id = self.track_of.get(said.number)
            add = AddBox(
                run_id=self.run_id,
                frame_index=frame,
                box_xyxy=said.box_xyxy,
                track_id=track_id,
            )
            changes = self._edit(add, number=said.number, frame=frame)
            if changes is not None:
                self.found += 1
                if track_id is None:
                    self._own(next(iter(changes.tracks)), said.number)

    def _take_away(self, frame: int, free: Sequence[BoxRecord]) -> None:
        removed = np.array(self.said.removed.get(frame, []), np.float64).reshape(-1, 4)
        said = _corners(self.said.boxes.get(frame, []))
        for box in free:
            corners = _corners([box])
            if (iou_matrix(corners, said) >= SAME_IOU).any():
                continue
            if (iou_matrix(corners, removed) >= SAME_IOU).any():
                self._edit(DeleteBox(box_id=box.box_id), number=box.number, frame=frame)
            elif frame in self.said.whole_frames:
                self.misses.append((ConflictKind.EXTRA, box.number, frame))


def _stretches(misses: Sequence[tuple[ConflictKind, int, int]]) -> list[Conflict]:
    """Put the frames of one reason and number together, where they follow one another."""
    found: list[Conflict] = []
    runs: dict[tuple[ConflictKind, int], list[list[int]]] = {}
    for kind, number, frame in misses:
        stretches = runs.setdefault((kind, number), [])
        if stretches and frame - stretches[-1][-1] == 1:
            stretches[-1].append(frame)
        else:
            stretches.append([frame])
    for (kind, number), stretches in runs.items():
        found += [
            Conflict(
                kind=kind,
                number=number,
                first_frame=frames[0],
                last_frame=frames[-1],
                message=say_conflict(kind, number, frames),
            )
            for frames in stretches
        ]
    return found


def _is_clear(worth: Float64Array, column: int) -> bool:
    others = np.delete(worth, column)
    return not len(others) or bool(worth[column] - others.max() >= CLEAR_MARGIN)


def _corners(boxes: Sequence[BoxRecord]) -> Float64Array:
    return np.array([box.box_xyxy for box in boxes], np.float64).reshape(-1, 4)


def _overlap(one: BoxRecord, other: BoxRecord) -> float:
    return float(iou_matrix(_corners([one]), _corners([other]))[0, 0])
