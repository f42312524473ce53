"""What one process needs to track video after video: the model on its engine, and the settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trackmend_app.commands.given_boxes import detections_file, read_given
from trackmend_app.commands.loading import load_model, make_detector
from trackmend_app.commands.store import register_model
from trackmend_app.commands.track_request import TrackRequest
from trackmend_core.jobs import (
    FrameDetector,
    FrameSource,
    GivenDetector,
    NumberedFrames,
    as_taught,
    recommended_settings,
    said_of_scene,
)
from trackmend_core.jobs.given_detector import EmbeddingsOf
from trackmend_core.model import Detector, LoadedModel
from trackmend_core.project import Project
from trackmend_core.tracking import Preset, Tracker, TrackerSettings
from trackmend_core.types import ModelId
from trackmend_core.video import VideoSource


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Eyes:
    """How the frames of one video are seen.

    Attributes:
        frames: the video, or what stands for it.
        detector: of those frames.
        notices: what the user should know, one sentence each.
    """

    frames: FrameSource
    detector: FrameDetector
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tools:
    """Loaded once, used for every video.

    Attributes:
        request: what was asked for.
        model_path: absolute; None if no network looks at the frames, as are the other two then.
        model: loaded.
        detector: the model on its engine.
    """

    request: TrackRequest
    model_path: Path | None
    model: LoadedModel | None
    detector: Detector | None

    def at(self, source: VideoSource) -> "Tools":
        """Return these for one video, with what the model learnt for the scene that it shows."""
        if self.model is None or not self.model.scenes:
            return self
        model = as_taught(self.model, source)
        if model is self.model:
            return self
        detector = engine_of(model, self.request, videos=(source.path,))
        return replace(self, model=model, detector=detector)

    @property
    def said_of_scene(self) -> str:
        """Return which of the model's weights run, "" if it has but one set."""
        return "" if self.model is None else said_of_scene(self.model)

    @property
    def description(self) -> str:
        """Return model and engine, or what stands in their place."""
        if self.model is None or self.detector is None:
            return "given detections without embeddings"
        return f"{self.model.name} on {self.detector.description}"

    @property
    def device(self) -> str | None:
        """Return the engine."""
        return None if self.detector is None else self.detector.description

    def settings(self, frame_rate: float) -> TrackerSettings:
        """Return how to track a video of this frame rate.

        Raises:
            UserError: model and wishes do not fit together.
        """
        request = self.request
        threshold = request.score_threshold
        if threshold is None and request.detections is not None:
            threshold = 0.0  # whoever made the detections has chosen among them already
        chosen = recommended_settings(
            {} if self.model is None else self.model.metadata,
            frame_rate=frame_rate,
            score_threshold=threshold,
            preset=Preset(request.tracker),
            changes=dict(request.changes),
        )
        if self.detector is not None or chosen.method is not None:
            return chosen
        return chosen.changed({"use_appearance": "false"})

    @property
    def _needs_frames(self) -> bool:
        """Return whether anybody looks at the frames: a network, or a tracker at the camera."""
        return self.detector is not None or Tracker(self.settings(30)).wants_image

    def eyes(self, source: VideoSource) -> Eyes:
        """Return what sees the frames of a video: the model, or detections made elsewhere.

        Raises:
            UserError: the detections cannot be read or do not fit the video.
        """
        if self.request.detections is None:
            assert self.detector is not None
            return Eyes(frames=source, detector=self.detector, notices=())
        given = read_given(self.request.detections, source.path)
        count = source.frame_count
        return Eyes(
            frames=NumberedFrames(source if self._needs_frames else None, frame_count=count),
            detector=GivenDetector(
                given, frame_count=count, embeddings_of=_embeddings_of(self.detector)
            ),
            notices=given.notices,
        )

    def model_in(self, project: Project) -> ModelId | None:
        """Return the model's row in a project, made if need be; None without a model."""
        if self.model is None or self.model_path is None:
            return None
        return register_model(project, self.model_path, self.model)

    def detector_settings(self, source: VideoSource) -> dict[str, object]:
        """Return what a project remembers of how a run's frames were seen."""
        settings: dict[str, object] = {"backend": self.device or "none"}
        if self.said_of_scene:
            settings["weights"] = self.said_of_scene
        if self.detector is not None:
            size = self.detector.input_wh_for((source.width, source.height))
            settings |= {"input_wh": list(size), "min_score": self.detector.min_score}
        if self.request.sampler is not None:
            settings["sampler"] = self.request.sampler
        if self.request.detections is not None:
            path = detections_file(self.request.detections, source.path)
            settings |= {"detections": path.name, "embeddings": self.detector is not None}
        return settings


def make_tools(request: TrackRequest) -> Tools:
    """Load what a request needs.

    Raises:
        UserError: the model is missing or no model, or engine, device or size is not possible.
    """
    if not request.needs_model:
        return Tools(request=request, model_path=None, model=None, detector=None)
    path, model = load_model(request.model)
    detector = engine_of(model, request, videos=request.videos)
    return Tools(request=request, model_path=path, model=model, detector=detector)


def engine_of(model: LoadedModel, request: TrackRequest, *, videos: Sequence[Path]) -> Detector:
    """Return a model on the engine that was asked for; see `make_detector`.

    Raises:
        UserError: engine, device, size, sampler or precision is not possible here.
    """
    return make_detector(
        model,
        backend=request.backend,
        device=request.device,
        input_wh=request.input_wh,
        sampler=request.sampler,
        precision=request.precision,
        videos=videos,
    )


def _embeddings_of(detector: Detector | None) -> EmbeddingsOf | None:
    if detector is None:
        return None
    return lambda image, boxes: detector.detect_and_read(image, boxes)[1]
