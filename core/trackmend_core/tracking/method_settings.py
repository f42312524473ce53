"""What each method beside FairMOT's decides for itself; numbers are those of its paper or code.

`uses` names the fields of `TrackerSettings` that the method heeds besides its own.
"""

from dataclasses import dataclass
from typing import ClassVar

COMMON = ("score_threshold", "birth_score_threshold", "max_frames_lost", "match_across_classes")
LIFECYCLE = (
    *COMMON,
    "unconfirmed_iou_cost_max",
    "duplicate_iou_min",
    "predict_unconfirmed",
    "inclusive_iou",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IouSettings:
    """Overlap alone, without motion.

    Attributes:
        iou_min: a track goes on with a box that overlaps its last one at least this much.
        peak_score_min: a track is shown once a detection of it scored this much.
        min_boxes: and once it has so many boxes.

    Source: Bochinski et al., High-Speed Tracking-by-Detection Without Using Image Information
        (AVSS 2017), algorithm 1.
    """

    name: ClassVar[str] = "iou"
    uses: ClassVar[tuple[str, ...]] = tuple(n for n in COMMON if n != "max_frames_lost")
    iou_min: float = 0.5
    peak_score_min: float = 0.5
    min_boxes: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SortSettings:
    """Kalman filter and overlap.

    Attributes:
        iou_min: pairs that overlap less are taken apart again.
        min_hits: detections in a row after its birth that a track needs to be shown; the first
            so many frames of a video show every track.

    Source: Bewley et al., Simple Online and Realtime Tracking (ICIP 2016).
    """

    name: ClassVar[str] = "sort"
    uses: ClassVar[tuple[str, ...]] = COMMON
    iou_min: float = 0.3
    min_hits: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepSortSettings:
    """Appearance within the motion gate, the tracks seen last first.

    Attributes:
        cosine_max: pairs at or above this cosine distance stay unmatched.
        gallery_size: embeddings kept of each track; the nearest one counts.
        iou_cost_max: limit of 1 - IoU in the second stage.
        min_hits: detections that a track needs to be confirmed, its first included.

    Source: Wojke et al., Simple Online and Realtime Tracking with a Deep Association Metric
        (ICIP 2017), listing 1.
    """

    name: ClassVar[str] = "deepsort"
    uses: ClassVar[tuple[str, ...]] = (*COMMON, "gate")
    cosine_max: float = 0.2
    gallery_size: int = 100
    iou_cost_max: float = 0.7
    min_hits: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteTrackSettings:
    """Overlap, first with the sure detections, then with the doubtful ones.

    Attributes:
        low_score_threshold: detections above it may go on with a track, though not start one.
        first_iou_cost_max: limit of 1 - IoU with sure detections.
        second_iou_cost_max: limit of 1 - IoU with doubtful ones.
        fuse_score: whether overlap is weighed by the score of the detection.

    Source: Zhang et al., ByteTrack (ECCV 2022), algorithm 1; numbers of its released code.
    """

    name: ClassVar[str] = "bytetrack"
    uses: ClassVar[tuple[str, ...]] = LIFECYCLE
    low_score_threshold: float = 0.1
    first_iou_cost_max: float = 0.8
    second_iou_cost_max: float = 0.5
    fuse_score: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OcSortSettings:
    """SORT that trusts what was observed more than what the filter made of it.

    Attributes:
        iou_min: pairs that overlap less do not match.
        min_hits: as in SORT.
        direction_weight: how much a pair gains by keeping the direction (lambda).
        direction_frames: frames over which the direction is measured (delta t).
        recover: whether tracks left over are tried again at their last observation (OCR).
        reupdate: whether a track that returns relives its absence on a straight line (ORU).

    Source: Cao et al., Observation-Centric SORT (CVPR 2023), section 4; numbers of its code.
    """

    name: ClassVar[str] = "ocsort"
    uses: ClassVar[tuple[str, ...]] = COMMON
    iou_min: float = 0.3
    min_hits: int = 3
    direction_weight: float = 0.2
    direction_frames: int = 3
    recover: bool = True
    reupdate: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSortSettings:
    """ByteTrack with camera motion, a filter over width and height, and appearance.

    Attributes:
        low_score_threshold: as in ByteTrack.
        first_iou_cost_max: limit of the fused cost with sure detections.
        second_iou_cost_max: limit of 1 - IoU with doubtful ones.
        fuse_score: as in ByteTrack.
        near_iou_cost_max: appearance counts only where 1 - IoU is below it.
        appearance_cost_max: and where the cosine distance is below it.
        camera_motion: whether predictions move with the picture; needs the frames.

    Source: Aharon et al., BoT-SORT (2022), sections 3.1 to 3.3; numbers of its code.
    """

    name: ClassVar[str] = "botsort"
    uses: ClassVar[tuple[str, ...]] = (*LIFECYCLE, "feature_momentum")
    low_score_threshold: float = 0.1
    first_iou_cost_max: float = 0.8
    second_iou_cost_max: float = 0.5
    fuse_score: bool = True
    near_iou_cost_max: float = 0.5
    appearance_cost_max: float = 0.25
    camera_motion: bool = True


MethodSettings = (
    IouSettings
    | SortSettings
    | DeepSortSettings
    | ByteTrackSettings
    | OcSortSettings
    | BotSortSettings
)
METHODS: dict[str, type[MethodSettings]] = {
    kind.name: kind
    for kind in (
        IouSettings,
        SortSettings,
        DeepSortSettings,
        ByteTrackSettings,
        OcSortSettings,
        BotSortSettings,
    )
}
