"""Loads the model that a command works with."""

from collections.abc import Sequence
from pathlib import Path

from trackmend_app.user_models import find_user_model
from trackmend_core.errors import UserError
from trackmend_core.jobs import street_calibration, video_calibration
from trackmend_core.model import Detector, LoadedModel, load_checkpoint
from trackmend_resources import resource_path

BUNDLED = ("models", "trackmend-light.safetensors")


def bundled_model_path() -> Path:
    """Return the file of the model that comes with Trackmend.

    Raises:
        UserError: this copy of Trackmend came without it.
    """
    try:
        return resource_path(*BUNDLED)
    except FileNotFoundError as error:
        raise UserError(
            "This copy of Trackmend came without its model.",
            "Install it again, or name a model file with --model.",
        ) from error


def load_model(path: Path | None) -> tuple[Path, LoadedModel]:
    """Load a model by file or by name on the shelf; return its absolute path as well.

    Args:
        path: a file, or the name of an imported model; None for the bundled one.

    Raises:
        UserError: the file is missing or no model.
    """
    found = bundled_model_path() if path is None else path.expanduser().absolute()
    if path is not None and not found.exists():
        found = find_user_model(str(path)) or found
    if not found.is_file():
        raise UserError(f"There is no model file {found}.", "See `trackmend model list`.")
    return found, load_checkpoint(found)


def make_detector(
    model: LoadedModel,
    *,
    backend: str = "auto",
    device: str = "auto",
    input_wh: tuple[int, int] | None = None,
    sampler: str | None = None,
    precision: str = "float32",
    videos: Sequence[Path] = (),
) -> Detector:
    """Return the model on the engine that was asked for.

    Args:
        model: from `load_model`.
        backend: which engine.
        device: where it runs.
        input_wh: a fixed network input, pixels.
        sampler: where embeddings are read.
        precision: in which numbers the engine computes.
        videos: what will be tracked; fast mode is fitted to the first, else to a drawn street.

    Raises:
        UserError: engine, device, size, sampler or precision is not possible here.
    """
    calibration = None
    if precision == "fast":
        calibration = video_calibration(videos[0]) if videos else street_calibration()
    return Detector(
        model,
        backend=backend,
        device=device,
        input_wh=input_wh,
        sampler=sampler,
        precision=precision,
        calibration=calibration,
    )
