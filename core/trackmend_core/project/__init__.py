"""The `.trackmend` file: what models saw, the tracks that people repair, and the log of repairs."""

from trackmend_core.project import edits
from trackmend_core.project.backups import copy_project
from trackmend_core.project.copying import copy_to_work_on
from trackmend_core.project.detection_store import as_stored
from trackmend_core.project.file_header import ReadOnlyProject
from trackmend_core.project.layer_arrays import NO_DETECTION, LayerArrays
from trackmend_core.project.project import Project
from trackmend_core.project.records import (
    BoxRecord,
    BoxXyxy,
    Changes,
    Checkpoint,
    EditRecord,
    EditState,
    LayerMark,
    ModelRecord,
    ReviewAnchor,
    ReviewAnswer,
    RunRecord,
    RunStatus,
    StoredDetections,
    Suggestion,
    TouchedTrack,
    TrackColumns,
    TrackSummary,
    TrainingRunRecord,
    VerifiedStretch,
    VideoInfo,
    VideoRecord,
)
from trackmend_core.project.run_writer import RunWriter
from trackmend_core.project.same_video import check_same_video
from trackmend_core.project.steps import Step
from trackmend_core.project.verdict_list import Verdict
from trackmend_core.project.verdicts import VerdictKind
from trackmend_core.project.verified import verified_share

__all__ = [
    "NO_DETECTION",
    "BoxRecord",
    "BoxXyxy",
    "Changes",
    "Checkpoint",
    "EditRecord",
    "EditState",
    "LayerArrays",
    "LayerMark",
    "ModelRecord",
    "Project",
    "ReadOnlyProject",
    "ReviewAnchor",
    "ReviewAnswer",
    "RunRecord",
    "RunStatus",
    "RunWriter",
    "Step",
    "StoredDetections",
    "Suggestion",
    "TouchedTrack",
    "TrackColumns",
    "TrackSummary",
    "TrainingRunRecord",
    "Verdict",
    "VerdictKind",
    "VerifiedStretch",
    "VideoInfo",
    "VideoRecord",
    "as_stored",
    "check_same_video",
    "copy_project",
    "copy_to_work_on",
    "edits",
    "verified_share",
]
