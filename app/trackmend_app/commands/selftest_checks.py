"""The checks of the self-test, in an order in which each may use what the ones before have made."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np

from trackmend_app.commands.loading import load_model, make_detector
from trackmend_app.commands.store import register_model, register_video
from trackmend_core.exchange import export_project_mot, read_mot
from trackmend_core.jobs import recommended_settings, track_into_project
from trackmend_core.model import Detector, LoadedModel
from trackmend_core.project import Project
from trackmend_core.project.edits import DeleteTrack
from trackmend_core.synthetic import StreetSettings, write_street_video
from trackmend_core.types import RunId, VideoId
from trackmend_core.video import open_video

LIBRARIES = {
    "torch": "torch",
    "torchvision": "torchvision",
    "cv2": "opencv-python-headless",
    "av": "av",
    "openvino": "openvino",
    "PySide6.QtWidgets": "PySide6-Essentials",
    "pyqtgraph": "pyqtgraph",
    "sqlalchemy": "sqlalchemy",
    "alembic": "alembic",
    "motmetrics": "motmetrics",
    "safetensors": "safetensors",
    "lightning_fabric": "lightning-fabric",
}
STREET = StreetSettings(frame_count=25, walkers=5, lookalikes=0)


@dataclass
class Workbench:
    """What the checks share.

    Attributes:
        folder: scratch, deleted afterwards.
        model_path: set by the check of the model.
        model: likewise.
        detector: set by the check of the network.
        video: set by the check of the video.
        run: video and run, set by the check of tracking.
    """

    folder: Path
    model_path: Path | None = None
    model: LoadedModel | None = None
    detector: Detector | None = None
    video: Path | None = None
    run: tuple[VideoId, RunId] | None = None

    @property
    def project(self) -> Path:
        """Return the project file that the checks work on."""
        return self.folder / "selftest.trackmend"


class _NeedsEarlierCheckError(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(f"needs the check of the {name}, which failed")


def check_libraries(bench: Workbench) -> str:  # noqa: ARG001 - part of the seam
    """Import what Trackmend is built on."""
    versions = []
    for module, distribution in LIBRARIES.items():
        import_module(module)
        versions.append(f"{distribution} {version(distribution)}")
    return ", ".join(versions)


def check_model(bench: Workbench) -> str:
    """Load the model that comes with Trackmend."""
    bench.model_path, bench.model = load_model(None)
    count = sum(parameter.numel() for parameter in bench.model.network.parameters())
    return f"{bench.model.name}, {bench.model.arch}, {count / 1e6:.1f} million parameters"


def check_network(bench: Workbench) -> str:
    """Run it on an empty frame."""
    if bench.model is None:
        raise _NeedsEarlierCheckError("model")
    detector = make_detector(bench.model)
    image = np.full((480, 640, 3), 90, np.uint8)
    detector.detect(image)
    started_s = time.monotonic()
    found = detector.detect(image)
    milliseconds = 1000 * (time.monotonic() - started_s)
    if len(found) and found.scores.max() > 0.5:
        raise ValueError(f"it sees {len(found)} people in an empty frame")
    bench.detector = detector
    return f"{detector.description}, {milliseconds:.0f} ms a frame"


def check_video(bench: Workbench) -> str:
    """Draw a short clip, write it, and read its last frame and then its first."""
    path = bench.folder / "street.mp4"
    write_street_video(path, STREET)
    with open_video(path, cache_dir=bench.folder) as source:
        if source.frame_count != STREET.frame_count:
            raise ValueError(f"{source.frame_count} of {STREET.frame_count} frames came back")
        last, first = source.read(STREET.frame_count - 1), source.read(0)
        if last.shape != (STREET.height, STREET.width, 3) or np.array_equal(first, last):
            raise ValueError("the frames that came back are not those that were written")
    bench.video = path
    return f"{STREET.frame_count} frames of {STREET.width} x {STREET.height}"


def check_tracking(bench: Workbench) -> str:
    """Track the clip into a project."""
    if bench.video is None:
        raise _NeedsEarlierCheckError("video")
    if bench.detector is None or bench.model is None or bench.model_path is None:
        raise _NeedsEarlierCheckError("network")
    with (
        open_video(bench.video, cache_dir=bench.folder) as source,
        Project.create(bench.project) as project,
    ):
        video_id = register_video(project, bench.video, source)
        job = track_into_project(
            project=project,
            video_id=video_id,
            model_id=register_model(project, bench.model_path, bench.model),
            source=source,
            detector=bench.detector,
            settings=recommended_settings(bench.model.metadata, frame_rate=source.frame_rate),
            detector_settings={"backend": bench.detector.description},
            description="self-test",
        )
        for _ in job:
            pass
        run_id = project.runs(video_id)[-1].run_id
        tracks = project.tracks(run_id)
    if not tracks:
        raise ValueError(f"nobody was found among {STREET.walkers} drawn people")
    bench.run = (video_id, run_id)
    return f"{len(tracks)} tracks of {STREET.walkers} drawn people"


def check_project(bench: Workbench) -> str:
    """Open the project again, edit it, undo, and compare."""
    if bench.run is None:
        raise _NeedsEarlierCheckError("tracking")
    with Project.open(bench.project) as project:
        before = project.digest()
        victim = project.tracks(bench.run[1])[0].track_id
        project.edit(DeleteTrack(track_id=victim))
        if project.digest() == before:
            raise ValueError("an edit changed nothing")
    with Project.open(bench.project) as project:
        project.undo()
        if project.digest() != before or project.replay_digest() != before:
            raise ValueError("undo did not bring back what was there")
    return "an edit was undone after the project had been closed"


def check_export(bench: Workbench) -> str:
    """Export the tracks and read them back."""
    if bench.run is None:
        raise _NeedsEarlierCheckError("tracking")
    path = bench.folder / "tracks.txt"
    with Project.open(bench.project) as project:
        count = export_project_mot(project, bench.run[0], path)
    if count != len(read_mot(path)) or not count:
        raise ValueError(f"{count} boxes were written, {len(read_mot(path))} read")
    return f"{count} boxes"


CHECKS: dict[str, Callable[[Workbench], str]] = {
    "Libraries": check_libraries,
    "Bundled model": check_model,
    "Network": check_network,
    "Video": check_video,
    "Tracking": check_tracking,
    "Project": check_project,
    "Export": check_export,
}
