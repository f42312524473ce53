"""The models one may choose from, and the one detector that is loaded."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from trackmend_app.engine_choice import EngineChoice
from trackmend_app.user_models import user_models
from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.types import FloatArray, FrameDetections, ImageArray, ModelId
from trackmend_resources import resource_path

if TYPE_CHECKING:
    from trackmend_core.similarity import EmbeddingMap

BUNDLED_NAME = "Trackmend light (bundled)"
DEFAULT_ENGINE = EngineChoice()

SLOW_LIBRARIES: Final = ("torch", "trackmend_core.model", "trackmend_core.jobs")
"""What `load_detector` imports; half of its time, the first time."""


class FrameDetector(Protocol):
    """What the window needs of `trackmend_core.model.Detector`."""

    @property
    def description(self) -> str:
        """Return device and back end."""

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        """Return what is seen."""

    def detect_with_map(self, image_bgr: ImageArray) -> "tuple[FrameDetections, EmbeddingMap]":
        """Return what is seen and the dense re-ID features."""

    def detect_and_read(
        self, image_bgr: ImageArray, boxes_xyxy: FloatArray
    ) -> tuple[FrameDetections, FloatArray]:
        """Return what is seen, and the embeddings of boxes from elsewhere."""

    def two_stage_map(
        self, image_bgr: ImageArray, *, box_wh: tuple[float, float]
    ) -> "EmbeddingMap":
        """Return what the two-stage head gives a box of one size everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """A model that one may run.

    Attributes:
        model_id: its row in the project, None if it has none yet.
    """

    name: str
    path: Path
    model_id: ModelId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What a project stores of a model, read from its file."""

    name: str
    arch: str
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ReadyDetector:
    """A detector that is loaded, and what its file says.

    Attributes:
        detector: on its engine.
        facts: of its file; where it was taught, with what holds there.
        said_of_scene: which of its weights these are, in one sentence, "" if it has but one set.
        chosen_for: the video that told which.
    """

    detector: FrameDetector
    facts: ModelFacts
    said_of_scene: str = ""
    chosen_for: Path | None = None

    def suits(self, video: Path | None) -> bool:
        """Return whether these are the right weights for a video."""
        return not self.said_of_scene or self.chosen_for == video


LoadDetector = Callable[..., ReadyDetector]
"""Takes the file and, unless it is the default, an `EngineChoice`; and perhaps `video`."""


def bundled_model() -> ModelChoice:
    """Return the model that comes with Trackmend."""
    path = resource_path() / "models" / "trackmend-light.safetensors"
    return ModelChoice(name=BUNDLED_NAME, path=path)


def choices(project: Project | None) -> list[ModelChoice]:
    """Return the bundled model, the imported ones by name, and the project's, newest last."""
    bundled = bundled_model()
    shelf = {one.path: ModelChoice(name=one.name, path=one.path) for one in user_models()}
    if project is None:
        return [bundled, *shelf.values()]
    found = []
    for model in project.models():
        shelf.pop(model.path, None)
        choice = ModelChoice(name=model.name, path=model.path, model_id=model.model_id)
        if model.path == bundled.path:
            bundled = choice
        else:
            found.append(choice)
    return [bundled, *shelf.values(), *found]


def load_detector(
    path: Path, engine: EngineChoice = DEFAULT_ENGINE, *, video: Path | None = None
) -> ReadyDetector:
    """Load a model and the engine that runs it; slow, and imports torch.

    A model that was taught in the scene that the video shows comes with what it learnt there.

    Fitting a model to a video for fast mode takes half a minute, the first time.

    Raises:
        UserError: the file is missing, no model, or does not fit; or the engine is not possible.
    """
    from trackmend_core.jobs import (
        as_taught,
        said_of_scene,
        street_calibration,
        video_calibration,
    )
    from trackmend_core.model import Detector, load_checkpoint
    from trackmend_core.video import open_video

    if not path.exists():
        raise UserError(
            f"The model {path.name} is not at {path.parent}.",
            "Choose another model in the Model menu.",
        )
    model = load_checkpoint(path)
    if model.scenes and video is not None:
        with open_video(video) as source:
            model = as_taught(model, source)
    facts = ModelFacts(
        name=model.name,
        arch=model.arch,
        metadata={**model.metadata, "reid_dim": str(model.reid_dim)},
    )
    calibration = None
    if engine.precision == "fast":
        fitted_to = engine.fitted_to
        calibration = street_calibration() if fitted_to is None else video_calibration(fitted_to)
    detector = Detector(
        model, backend=engine.backend, precision=engine.precision, calibration=calibration
    )
    return ReadyDetector(
        detector=detector, facts=facts, said_of_scene=said_of_scene(model), chosen_for=video
    )


class DetectorShelf:
    """Keeps the detector that was used last; threads take turns at loading.

    Attributes:
        engine: what the next detector runs on; one that runs on another is loaded anew.
    """

    def __init__(self, load: LoadDetector = load_detector) -> None:
        self.engine = DEFAULT_ENGINE
        self._load = load
        self._lock = threading.Lock()
        self._held: tuple[Path, EngineChoice, ReadyDetector] | None = None

    def another(self) -> "DetectorShelf":
        """Return a shelf for a further detector, on the default engine, kept beside this one."""
        return DetectorShelf(self._load)

    def holds(self, path: Path) -> bool:
        """Tell whether a model is loaded, without waiting for one that is being loaded."""
        held = self._held
        return held is not None and held[:2] == (path, self.engine)

    def prepare(self, path: Path, *, video: Path, is_wanted: Callable[[], bool]) -> None:
        """Load a detector that nobody has asked for yet, unless it is wanted no more meanwhile.

        Raises:
            UserError: as `get`.
        """
        if self._load is load_detector:
            for library in SLOW_LIBRARIES:
                if not is_wanted():
                    return
                import_module(library)
        if is_wanted():
            self.get(path, video=video)

    def get(self, path: Path, *, video: Path | None = None) -> ReadyDetector:
        """Return the detector of a model file, loading it if another one is held.

        Args:
            path: of the file.
            video: what it will look at; models know the scenes where they were taught.

        Raises:
            UserError: the file is missing, no model, or does not fit; or the engine is not
                possible.
        """
        with self._lock:
            engine = self.engine
            held = self._held
            if held is None or held[:2] != (path, engine) or not held[2].suits(video):
                self._held = None
                wishes = () if engine == DEFAULT_ENGINE else (engine,)
                held = self._held = (path, engine, self._load(path, *wishes, video=video))
            return held[2]
