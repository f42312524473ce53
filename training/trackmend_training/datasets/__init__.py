"""What there is to learn from: labelled images from folders, drawn scenes and projects."""

from trackmend_training.datasets.jde import load_source
from trackmend_training.datasets.labelled import LabelledImage, Material, combine

__all__ = ["LabelledImage", "Material", "combine", "load_source"]
