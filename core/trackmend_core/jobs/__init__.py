"""Long work as plain generators of `Progress`: whoever drives one may stop between two steps."""

from trackmend_core.jobs.calibration import street_calibration, video_calibration
from trackmend_core.jobs.continue_run import continue_run
from trackmend_core.jobs.export_tracks import ExportedVideo, export_project, file_stem
from trackmend_core.jobs.given_detector import GivenDetector, NumberedFrames
from trackmend_core.jobs.judge import (
    JudgedSequences,
    SequenceFiles,
    evaluate_files,
    pair_files,
)
from trackmend_core.jobs.memory_sink import MemorySink
from trackmend_core.jobs.project_detections import project_detections
from trackmend_core.jobs.recommended import recommended_settings
from trackmend_core.jobs.scene import as_taught, said_of_scene, scene_shown
from trackmend_core.jobs.seams import FrameDetector, FrameSource, RunSink
from trackmend_core.jobs.track_into_project import track_into_project
from trackmend_core.jobs.track_video import FrameResult, track_video

__all__ = [
    "ExportedVideo",
    "FrameDetector",
    "FrameResult",
    "FrameSource",
    "GivenDetector",
    "JudgedSequences",
    "MemorySink",
    "NumberedFrames",
    "RunSink",
    "SequenceFiles",
    "as_taught",
    "continue_run",
    "evaluate_files",
    "export_project",
    "file_stem",
    "pair_files",
    "project_detections",
    "recommended_settings",
    "said_of_scene",
    "scene_shown",
    "street_calibration",
    "track_into_project",
    "track_video",
    "video_calibration",
]
