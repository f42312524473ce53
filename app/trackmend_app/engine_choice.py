"""On what and in which numbers the window runs a model; light to import."""

from dataclasses import dataclass
from pathlib import Path

from trackmend_app.wording import noted


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """The wishes that `trackmend_core.model.Detector` takes, as one value.

    Attributes:
        fitted_to: the video whose frames fast mode is fitted to; None for a drawn street.
    """

    backend: str = "auto"
    precision: str = "float32"
    fitted_to: Path | None = None


ENGINES = {
    noted("Exact, on what is quickest here"): EngineChoice(),
    noted("Fast, in fewer bits"): EngineChoice(precision="fast"),
    noted("Exact, OpenVINO"): EngineChoice(backend="openvino"),
    noted("Exact, torch"): EngineChoice(backend="torch"),
}
"""What one may choose from, by title; the first one is used unless another is chosen."""

ENGINE_IDS = ("auto", "fast", "openvino", "torch")
"""Their names in the settings, in the same order."""
