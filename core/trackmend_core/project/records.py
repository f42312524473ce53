"""What the project hands out: plain frozen values, never rows of the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from trackmend_core.types import (
    BoolArray,
    BoxId,
    BoxSource,
    DetectionId,
    EditId,
    FloatArray,
    FrameDetections,
    IntArray,
    ModelId,
    RunId,
    TrackId,
    VideoId,
)

BoxXyxy = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the source frame."""

JsonObject = Mapping[str, Any]
"""Settings as JSON holds them; Any because their shape belongs to whoever stored them."""


def frame_number(frame_index: int) -> int:
    """Return a frame as people count it, from 1, as MOTChallenge does; code counts from 0."""
    return frame_index + 1


class RunStatus(StrEnum):
    """How far a run has come. All but `running` can be continued or left as they are."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class EditState(StrEnum):
    """Whether an edit counts now, waits to be redone, or was overtaken by another edit."""

    APPLIED = "applied"
    UNDONE = "undone"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """A video as it is added to a project.

    Attributes:
        path: the file or the folder of images.
        fingerprint: of its content, from `trackmend_core.video.fingerprint`.
        frame_count: frames that can be read.
        frame_rate: per second.
        width: pixels, after rotation.
        height: pixels, after rotation.
    """

    path: Path
    fingerprint: str
    frame_count: int
    frame_rate: float
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRecord:
    """A video of the project; `path` is where it was last seen (see `Project.locate_video`)."""

    video_id: VideoId
    name: str
    path: Path
    relative_path: Path | None
    fingerprint: str
    frame_count: int
    frame_rate: float
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """A model that was used or trained here; `parent_id` is the one it was finetuned from."""

    model_id: ModelId
    name: str
    path: Path
    arch: str
    metadata: JsonObject
    parent_id: ModelId | None
    added_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One pass of a model and a tracker over a video.

    Attributes:
        first_frame: the first frame stored, None while there is none.
        next_frame: where the run would go on.
        message: why it failed, empty otherwise.
        is_active: the layer of this run is the one that is shown and edited.
        frames_per_second: how fast it was, None where that was not measured.
    """

    run_id: RunId
    video_id: VideoId
    model_id: ModelId | None
    description: str
    status: RunStatus
    message: str
    first_frame: int | None
    next_frame: int
    is_active: bool
    tracker_settings: JsonObject
    detector_settings: JsonObject
    created_at: float
    ended_at: float | None
    frames_per_second: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredDetections:
    """The detections of one frame as stored.

    Attributes:
        frame_index: 0-based.
        ids: (N,) int64, a `DetectionId` per row.
        detections: boxes and scores exactly as written; embeddings went through float16.
    """

    frame_index: int
    ids: IntArray
    detections: FrameDetections


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSummary:
    """One track of a layer at a glance.

    Attributes:
        number: what the user reads, unique in the run.
        spans: stretches of consecutive frames, each (first, last), in order.
        mean_score: over all of its boxes, 0..1.
        attributes: what a person noted of it, name to value.
    """

    track_id: TrackId
    number: int
    label: str
    box_count: int
    first_frame: int
    last_frame: int
    mean_score: float
    spans: list[tuple[int, int]]
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRecord:
    """One box of one track in one frame.

    Attributes:
        number: of its track, as the user reads it.
        detection_id: the detection it came from, None for a box that a person drew, that was
            interpolated, or where the tracker expects somebody who is hidden.
        is_occluded: a person or the tracker says that something hides the object here.
    """

    box_id: BoxId
    track_id: TrackId
    number: int
    frame_index: int
    box_xyxy: BoxXyxy
    score: float
    source: BoxSource
    detection_id: DetectionId | None
    class_id: int = 0
    is_occluded: bool = False

    @property
    def is_expected(self) -> bool:
        """Return whether the tracker saw nothing here, and says where the hidden person must be."""
        unseen = self.source is BoxSource.MODEL and self.detection_id is None
        return unseen and self.is_occluded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackColumns:
    """The boxes of one track as arrays, in the order of frames.

    Attributes:
        frames: (N,) int64, 0-based.
        scores: (N,) float32, 0..1.
        detection_ids: (N,) int64, -1 for a box without a detection.
        is_person: (N,) bool, keyframes.
        is_occluded: (N,) bool.
    """

    frames: IntArray
    scores: FloatArray
    detection_ids: IntArray
    is_person: BoolArray
    is_occluded: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerMark:
    """The state of all layers, as far as the ids depend on it that a next edit would give.

    Attributes:
        newest_edit: that undo would take back.
        last_track: the highest id that a track ever had.
        last_box: the same of boxes.
    """

    newest_edit: EditId | None
    last_track: int
    last_box: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an edit, an undo or a redo changed, so that views can follow.

    Attributes:
        title: of the edit, in the user's words.
        run_id: whose layer changed.
        tracks: that gained, lost or changed boxes, appeared or vanished.
        frames: first and last frame with a changed box, None if only tracks changed.
        box_count: boxes that changed.
        edit_id: None for a preview.
        verified_changed: verified stretches that were as they had been verified and are no more.
    """

    title: str
    run_id: RunId
    tracks: frozenset[TrackId]
    frames: tuple[int, int] | None
    box_count: int
    edit_id: EditId | None
    verified_changed: int = 0

    @property
    def track_count(self) -> int:
        """Return how many tracks are touched."""
        return len(self.tracks)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRecord:
    """One line of the edit history; `payload` rebuilds the edit through `edits.from_payload`.

    Attributes:
        is_reverted: applied, but a later return to a named moment has taken it out of effect.
    """

    edit_id: EditId
    run_id: RunId
    kind: str
    title: str
    payload: JsonObject
    author: str
    created_at: float
    state: EditState
    is_reverted: bool = False

    @property
    def is_in_effect(self) -> bool:
        """Return whether the layer shows it now."""
        return self.state is EditState.APPLIED and not self.is_reverted


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedTrack:
    """A track that an edit touched; `frames` first and last, None if only the track changed."""

    track_id: TrackId
    frames: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedStretch:
    """Frames first..last that a person has found right.

    Attributes:
        track_id: of this one track; None: of all tracks.
        is_intact: boxes and ids are as they were then.
    """

    stretch_id: int
    run_id: RunId
    track_id: TrackId | None
    first_frame: int
    last_frame: int
    is_intact: bool
    author: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A moment that a person named; `edit_id` is the newest applied edit then, None before any."""

    checkpoint_id: int
    name: str
    edit_id: EditId | None
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRunRecord:
    """One training: from which model, with which settings, to which model."""

    training_run_id: int
    base_model_id: ModelId | None
    model_id: ModelId | None
    config: JsonObject
    summary: JsonObject
    status: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A place worth a look: what might be wrong there, and why it is suspected.

    Attributes:
        score: how likely it is an error, 0..1.
        reason: one sentence for the user.
        evidence: tracks, similarities and the proposed fix, as JSON.
        state: "open", "accepted", "rejected" or "unsure".
        suggestion_id: None until it is stored.
    """

    kind: str
    first_frame: int
    last_frame: int
    score: float
    reason: str
    evidence: JsonObject = field(default_factory=dict)
    state: str = "open"
    suggestion_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAnchor:
    """A box that a track went through when a person answered; `group` counts the tracks from 0."""

    group: int
    frame_index: int
    box_xyxy: BoxXyxy


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAnswer:
    """What a person said of a suspicion.

    Attributes:
        kind: of event, as it was called then.
        family: of events that the answer is about.
        frame_index: where the event was, 0-based.
        decision: "accepted", "rejected", "unsure" or "settled".
        anchors: boxes of the tracks concerned, just before and just after the event.
        features: what its probability was judged by, to learn from; of "settled" the edit.
        answer_id: None until it is stored.
        run_id: that was looked at; None until it is stored.
        title: what a person is told it is, in English, such as "Not an error: Swap ...".
        video_id: that it is about; None until it is stored.
    """

    kind: str
    family: str
    frame_index: int
    decision: str
    note: str
    anchors: tuple[ReviewAnchor, ...]
    features: Mapping[str, float]
    answer_id: int | None = None
    run_id: RunId | None = None
    title: str = ""
    video_id: VideoId | None = None
