"""The `.trackmend` file: what models saw, the tracks that people repair, and the log of repairs."""

from trackmend_core.project import edits
from trackmend_core.project.detection_store import as_stored
from trackmend_core.project.project import Project
from trackmend_core.project.records import (
    BoxRecord,
    BoxXyxy,
    Changes,
    Checkpoint,
    EditRecord,
    EditState,
    ModelRecord,
    RunRecord,
    RunStatus,
    StoredDetections,
    Suggestion,
    TrackSummary,
    TrainingRunRecord,
    VideoInfo,
    VideoRecord,
)
from trackmend_core.project.run_writer import RunWriter

__all__ = [
    "BoxRecord",
    "BoxXyxy",
    "Changes",
    "Checkpoint",
    "EditRecord",
    "EditState",
    "ModelRecord",
    "Project",
    "RunRecord",
    "RunStatus",
    "RunWriter",
    "StoredDetections",
    "Suggestion",
    "TrackSummary",
    "TrainingRunRecord",
    "VideoInfo",
    "VideoRecord",
    "as_stored",
    "edits",
]
