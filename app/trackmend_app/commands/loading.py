"""Loads the model that a command works with."""

from pathlib import Path

from trackmend_core.errors import UserError
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
    """Load a model file, the bundled one if none is named; return its absolute path as well.

    Raises:
        UserError: the file is missing or no model.
    """
    path = bundled_model_path() if path is None else path.expanduser().absolute()
    if not path.is_file():
        raise UserError(f"There is no model file {path}.", "See `trackmend model list`.")
    return path, load_checkpoint(path)


def make_detector(
    model: LoadedModel,
    *,
    backend: str = "auto",
    device: str = "auto",
    input_wh: tuple[int, int] | None = None,
) -> Detector:
    """Return the model on the engine that was asked for.

    Raises:
        UserError: engine, device or size is not possible here.
    """
    return Detector(model, backend=backend, device=device, input_wh=input_wh)
