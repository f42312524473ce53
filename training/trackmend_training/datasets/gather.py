"""All sources of a run put together."""

from trackmend_training.config import SourceConfig, TrainConfig
from trackmend_training.datasets.jde import load_source
from trackmend_training.datasets.labelled import LabelledImage, Material, combine


def load_any(source: SourceConfig) -> list[LabelledImage]:
    """Read one source, whatever its form."""
    return load_source(source)


def gather_material(config: TrainConfig) -> Material:
    """Read every source of a run."""
    return combine([(load_any(source), source.share) for source in config.sources])
